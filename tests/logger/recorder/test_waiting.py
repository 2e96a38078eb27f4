"""What waits for the drive: in order, within its bound, and what is given up is told."""

import pytest

from logger.errors import JournalError, JournalFull
from logger.journal import kinds
from logger.journal.blocks import encode_block
from logger.journal.entry import Draft
from logger.recorder.waiting import RETRY_MAX_S, Waiting
from tests.support.journaled import sample_block

FULL = JournalFull("the journal cannot be written: database or disk is full")
ROWS = 200
BLOCK_BYTES = 400 + len(encode_block(sample_block("NP-1", 0, ROWS)))
TWO_BLOCKS = int(2.5 * BLOCK_BYTES)


def _samples(first: int, pen: str = "NP-1", rows: int = ROWS) -> Draft:
    block = sample_block(pen, first, rows)
    return Draft(kinds.SAMPLES, pen, "service", encode_block(block), block)


def _note(text: str) -> Draft:
    note = kinds.SessionNote(session="s", text=text, nonce="")
    return Draft(kinds.kind_of(note), "NP-1", "uid:1", kinds.encode(note))


def _gaps(drafts: list[Draft]) -> list[tuple[str, int | None, int | None, int | None]]:
    found = [(draft.stream, kinds.decode(draft.kind, draft.payload)) for draft in drafts]
    return [
        (stream, gap.from_sequence, gap.to_sequence, gap.count)
        for stream, gap in found
        if isinstance(gap, kinds.Gap)
    ]


def _everything(waiting: Waiting) -> list[Draft]:
    drafts = []
    while waiting:
        piece = waiting.next_commit()
        waiting.committed(piece)
        drafts += piece
    return drafts


def _filled(*drafts: Draft, bytes_at_most: int = 1_000_000) -> Waiting:
    waiting = Waiting(bytes_at_most)
    waiting.begin(drafts[:1], FULL, 0.0)
    waiting.add(drafts[1:])
    return waiting


def test_it_gives_back_in_order_what_it_was_given() -> None:
    drafts = [_note("a"), _samples(0), _note("b"), _samples(ROWS)]
    given = _everything(_filled(*drafts))
    assert [(one.kind, one.payload) for one in given] == [(d.kind, d.payload) for d in drafts]


def test_decoded_columns_are_not_kept() -> None:
    assert _filled(_samples(0)).next_commit()[0].block is None


def test_it_is_committed_in_pieces() -> None:
    waiting = _filled(*(_note("x" * 75_000) for _ in range(6)), bytes_at_most=10_000_000)
    assert [len(waiting.next_commit()), len(waiting)] == [3, 6]


def test_one_draft_that_is_larger_than_a_piece_goes_by_itself() -> None:
    waiting = _filled(_note("x" * 2_000_000), _note("y"), bytes_at_most=10_000_000)
    assert len(waiting.next_commit()) == 1


def test_the_oldest_block_is_given_up_first_and_a_gap_tells_its_numbers() -> None:
    waiting = _filled(*(_samples(number * ROWS) for number in range(3)), bytes_at_most=TWO_BLOCKS)
    first, *rest = _everything(waiting)
    assert _gaps([first]) == [("NP-1", 0, ROWS - 1, ROWS)]
    assert [draft.kind for draft in rest] == [kinds.SAMPLES, kinds.SAMPLES]


def test_blocks_that_follow_each_other_make_one_gap() -> None:
    waiting = _filled(*(_samples(number * ROWS) for number in range(30)), bytes_at_most=TWO_BLOCKS)
    drafts = _everything(waiting)
    (gap,) = _gaps([draft for draft in drafts if draft.kind == "gap"])
    left = sum(draft.kind == kinds.SAMPLES for draft in drafts)
    assert gap == ("NP-1", 0, (30 - left) * ROWS - 1, (30 - left) * ROWS)


def test_each_pen_has_its_own_gap() -> None:
    pens = ("NP-1", "NP-2")
    drafts = [_samples(number * ROWS, pen) for number in range(10) for pen in pens]
    found = _everything(_filled(*drafts, bytes_at_most=TWO_BLOCKS))
    gaps = _gaps([draft for draft in found if draft.kind == "gap"])
    assert sorted(gap[0] for gap in gaps) == list(pens)


def test_what_was_missing_within_a_block_is_not_told_again() -> None:
    block = sample_block("NP-1", 0, ROWS)
    block.sequence[10:] += 5
    holed = Draft(kinds.SAMPLES, "NP-1", "service", encode_block(block), block)
    waiting = _filled(holed, _samples(1000), bytes_at_most=int(1.5 * BLOCK_BYTES))
    gaps = _gaps([draft for draft in _everything(waiting) if draft.kind == "gap"])
    assert gaps[:2] == [("NP-1", 0, 9, 10), ("NP-1", 15, ROWS + 4, ROWS - 10)]


def test_what_is_no_sample_is_never_given_up() -> None:
    waiting = _filled(_note("a"), _samples(0), _note("b"), bytes_at_most=BLOCK_BYTES)
    assert [draft.kind for draft in _everything(waiting)] == [
        "session.note",
        "gap",
        "session.note",
    ]


def test_what_does_not_fit_at_all_is_an_error() -> None:
    with pytest.raises(JournalError, match=r"disk\.hold_bytes"):
        _filled(*(_note("x" * 1000) for _ in range(10)), bytes_at_most=5000)


def test_the_pauses_grow_up_to_a_bound() -> None:
    waiting = _filled(_note("a"))
    now_s, pauses = 0.0, []
    for _ in range(8):
        start_s = now_s
        while not waiting.is_due(now_s):
            now_s += 0.25
        pauses.append(now_s - start_s)
        waiting.put_off(FULL, now_s)
    assert pauses == sorted(pauses)
    assert pauses[-1] == RETRY_MAX_S


def test_its_state_says_how_much_how_long_and_why() -> None:
    waiting = _filled(*(_samples(number * ROWS) for number in range(3)), bytes_at_most=TWO_BLOCKS)
    state = waiting.state(7.0)
    assert (state.drafts, state.age_s, state.given_up) == (3, 7.0, ROWS)
    assert "disk is full" in state.error
    assert state.bytes <= TWO_BLOCKS
