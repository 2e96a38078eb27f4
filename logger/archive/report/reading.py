"""A session by its id, with all that its report says."""

from logger.archive.report.overview import Beside
from logger.archive.report.session import Known, read_known
from logger.errors import CommandRefused
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.store import Sessions


def known_of(sessions: Sessions, reader: JournalReader, session_id: str) -> Known:
    """Return what a report says of a session; CommandRefused if it is not there."""
    found = sessions.session(session_id)
    if found is None:
        raise CommandRefused(f"there is no session {session_id}", "See `needlelog session list`")
    if not reader.reaches_back_to(found.started_position):
        raise CommandRefused(
            f"samples of session {session_id} lie in a journal file that was set aside",
            "Bring them back with `needlelog recover`",
        )
    return read_known(reader, found, beside_of(sessions, found))


def beside_of(sessions: Sessions, session: Session) -> Beside:
    """Return what other sessions tell of ``session``.

    Those that came later do not count: the print of a record that stays stays the same.
    """
    series = sessions.series(session.client)
    item = next((one for one in series if one.session == session.id), None)
    return Beside(sessions.cartridge_flags(session), item)
