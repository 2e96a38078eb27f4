"""Checking a session against the journal, for whoever looks at it."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.archive.verification.one_session import SessionChecked, check_session
from logger.review.visit import Visit


async def verify_session(visit: Visit) -> Response:
    """Show what a check of the session finds; it changes nothing and needs no recorder."""
    session_id = visit.request.path_params["session_id"]
    # It reads a lot, as a download does, and shares the turns with those.
    async with visit.console.exporting:
        found = await run_in_threadpool(_checked, visit, session_id)
    now_ns = visit.console.outside.now_unix_ns()
    checked = _checks(visit, found)
    return visit.page(
        "verified.html", session_id=session_id, found=found, checked=checked, now_ns=now_ns
    )


def _checked(visit: Visit, session_id: str) -> SessionChecked:
    data_dir = visit.console.data_dir
    with visit.console.sessions.now() as sessions:
        session = sessions.session(session_id)
    if session is None:
        raise HTTPException(404)
    return check_session(data_dir, session)


def _checks(visit: Visit, found: SessionChecked) -> list[str]:
    """Return what was looked at, a sentence each."""
    words = visit.words
    span = {"first": found.first_position, "last": found.last_position}
    said = [words.say("checked_entries", count=words.number(found.entries), **span)]
    if not found.seals:
        return [*said, words.say("checked_unsealed")]
    said.append(words.say("checked_seals", seals=found.seals, files=found.files))
    if found.head is None:
        return [*said, words.say("checked_no_head")]
    head = found.head.told
    time = words.moment(head.time_unix_ns)
    return [*said, words.say("checked_head", position=head.position, time=time, signer=head.key)]
