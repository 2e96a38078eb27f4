"""Whose a pen's positions are comes out as if each were kept by itself."""

from hypothesis import given
from hypothesis import strategies as st

from logger.archive.owners import LAST_POSSIBLE, Owners

_END = 30
_changes = st.lists(
    st.tuples(
        st.integers(0, _END), st.integers(0, _END), st.sampled_from(["a", "b", None]), st.booleans()
    ),
    max_size=20,
)


@given(_changes)
def test_any_changes_leave_each_position_with_the_last_that_was_said_of_it(
    changes: list[tuple[int, int, str | None, bool]],
) -> None:
    owners, expected = Owners(), dict[int, str | None].fromkeys(range(_END + 2))
    for one, other, session, for_ever in changes:
        first, last = min(one, other), LAST_POSSIBLE if for_ever else max(one, other)
        owners.give(first, last, session)
        expected |= {at: session for at in expected if first <= at <= last}
    assert {at: owners.owner(at) for at in expected} == expected
