"""Orders by the API: carried out for the account of the token, and never a signature."""

import pytest

from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.session.orders import KnownPen
from tests.support.consoled import Consoled
from tests.support.programs import program_of
from tests.support.stories import PEN, SESSION

_START = {"client": "C-7", "practitioner": "dr.b", "side": "right", "zone": "shin"}


@pytest.fixture
def linked(consoled: Consoled) -> Consoled:
    """The console, beside a recorder to which the pen is linked."""
    consoled.recorder.pens[PEN] = KnownPen(serial=PEN, linked=True, simulated=False)
    return consoled


def _last(consoled: Consoled, kind: str) -> kinds.Payload:
    with JournalReader(consoled.data_dir) as reader:
        found = list(reader.entries(kinds=(kind,)))[-1]
    return kinds.decode(found.kind, found.payload or b"")


async def test_a_session_is_led_from_its_start_to_its_end(linked: Consoled) -> None:
    program = program_of(linked, "dr.b", "practitioner")
    started = (await program.post("/sessions", json=_START)).json()
    assert started["done"] == "session.started"
    session = f"/sessions/{started['session']}"
    segment = {"side": "left", "zone": "calf"}
    steps = [
        ("segments", segment, "segment.started"),
        ("pause", None, "session.paused"),
        ("resume", None, "session.resumed"),
        ("notes", {"text": "calm"}, "session.note"),
        ("stop", None, "session.stopped"),
    ]
    for path, body, done in steps:
        answer = await program.post(f"{session}/{path}", json=body)
        assert (answer.status_code, answer.json().get("done")) == (200, done), answer.text


async def test_an_amendment_is_the_accounts(linked: Consoled) -> None:
    program = program_of(linked, "boss", "practitioner")
    body = {"what": "client", "now": "C-9", "reason": "mistyped"}
    answer = await program.post(f"/sessions/{SESSION}/amendments", json=body)
    assert answer.status_code == 200
    amended = _last(linked, "session.amended")
    assert isinstance(amended, kinds.SessionAmended)
    assert (amended.account, amended.now) == ("boss", "C-9")


async def test_what_was_shown_is_reviewed_and_another_state_is_not(linked: Consoled) -> None:
    program = program_of(linked, "dr.b", "practitioner")
    shown = (await program.get(f"/sessions/{SESSION}")).json()["state_hash"]
    await program.post(f"/sessions/{SESSION}/notes", json={"text": "later"})
    stale = await program.post(f"/sessions/{SESSION}/reviews", json={"state_hash": shown})
    assert stale.status_code == 409
    assert "was changed meanwhile" in stale.json()["detail"]
    shown = (await program.get(f"/sessions/{SESSION}")).json()["state_hash"]
    answer = await program.post(f"/sessions/{SESSION}/reviews", json={"state_hash": shown})
    assert answer.json()["done"] == "session.reviewed"


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("notes", {"test": "x"}, "test"),
        ("notes", {"text": 7}, "$.text"),
        ("clinical", {"form": {"endpiont": "erythema"}}, "endpiont"),
        ("clinical", {"form": {"checklist": {"consnt": True}}}, "consnt"),
    ],
)
async def test_a_body_of_another_shape_is_refused_with_the_place(
    linked: Consoled, path: str, body: dict[str, object], told: str
) -> None:
    program = program_of(linked, "dr.b", "practitioner")
    answer = await program.post(f"/sessions/{SESSION}/{path}", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


async def test_a_body_that_is_no_json_or_too_long_is_refused(linked: Consoled) -> None:
    program = program_of(linked, "dr.b", "practitioner")
    notes = f"/sessions/{SESSION}/notes"
    assert (await program.post(notes, data={"text": "x"})).status_code == 415
    assert (await program.post(notes, json={"text": "x" * 70_000})).status_code == 413


async def test_an_order_about_no_session_is_not_found(linked: Consoled) -> None:
    answer = await program_of(linked, "dr.b", "practitioner").post("/sessions/20200101-none/stop")
    assert answer.status_code == 404


async def test_without_a_recorder_nothing_is_ordered(linked: Consoled) -> None:
    program = program_of(linked, "dr.b", "practitioner")
    linked.recorder.runs = False
    answer = await program.post(f"/sessions/{SESSION}/stop")
    assert answer.status_code == 503
