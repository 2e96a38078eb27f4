"""The check of the whole record, as its page begins and shows it."""

import msgspec
from starlette.responses import Response

from logger.archive.verification.result import ArchiveResult
from logger.journal.verify_succession import FileResult
from logger.review.api.call import Caller, answer
from logger.review.visit import Visit


class CheckTold(msgspec.Struct, frozen=True, kw_only=True):
    """A check of the whole record: how far it is, and once it is over what was found.

    ``good`` is None until then. ``files`` are those of the journal, oldest first.
    """

    asked_by: str
    began_unix_ns: int
    what: str
    done: int
    last: int
    ended_unix_ns: int | None
    failure: str
    good: bool | None = None
    files: tuple[FileResult, ...] = ()
    unrecovered: tuple[str, ...] = ()
    archive: ArchiveResult | None = None


class CheckFound(msgspec.Struct, frozen=True, kw_only=True):
    """The check that goes on, or else the last one; None if there was none."""

    check: CheckTold | None


def get_verification(caller: Caller) -> Response:
    """Tell how far the check of the record is, or what the last one found."""
    return answer(_checked(caller))


def begin_verification(caller: Caller) -> Response:
    """Begin to check the whole record, unless that is going on."""
    console = caller.console
    console.verification.begin(console.data_dir, caller.who.id, console.outside.now_unix_ns)
    return answer(_checked(caller))


def _checked(caller: Visit) -> CheckFound:
    check = caller.console.verification.check
    if check is None:
        return CheckFound(check=None)
    found = check.found
    told = CheckTold(
        asked_by=check.asked_by,
        began_unix_ns=check.began_unix_ns,
        what=check.what,
        done=check.done,
        last=check.last,
        ended_unix_ns=check.ended_unix_ns,
        failure=check.failure,
    )
    if found is None:
        return CheckFound(check=told)
    return CheckFound(
        check=msgspec.structs.replace(
            told,
            good=found.good,
            files=found.journal.files,
            unrecovered=found.journal.unrecovered,
            archive=found.archive,
        )
    )
