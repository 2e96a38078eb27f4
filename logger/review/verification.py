"""The check of the whole record that somebody asked for: how far it is, or what it found."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from logger.archive.outside import Outside
from logger.archive.verification.record import Verified, verify_record
from logger.errors import NeedlelogError
from logger.review.low_priority import begin

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Check:
    """One check, by the account ``asked_by``. Of ``last`` of ``what``, ``done`` were checked.

    Once it is over (``ended_unix_ns``), ``found`` is its result, or ``failure`` says why there
    is none.
    """

    asked_by: str
    began_unix_ns: int
    what: str = "entries"
    done: int = 0
    last: int = 0
    ended_unix_ns: int | None = None
    found: Verified | None = None
    failure: str = ""


class Verification:
    """One check at a time, for all who look. Kept in memory: it ends with the process."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._check: Check | None = None

    @property
    def check(self) -> Check | None:
        """The check that goes on, or else the last one; None if there was none."""
        return self._check

    def begin(self, data_dir: Path, asked_by: str, now_unix_ns: Callable[[], int]) -> None:
        """Begin a check of ``data_dir``, unless one is going on."""
        with self._turn:
            if self._check is not None and self._check.ended_unix_ns is None:
                return
            check = self._check = Check(asked_by, now_unix_ns())
        begin(lambda: self._run(check, data_dir, now_unix_ns))

    def _run(self, check: Check, data_dir: Path, now_unix_ns: Callable[[], int]) -> None:
        try:
            found = verify_record(data_dir, Outside(), self._tell)
        except NeedlelogError as error:
            ended = replace(check, failure=str(error))
        except Exception as error:
            log.exception("the check of the record failed")
            ended = replace(check, failure=repr(error))
        else:
            ended = replace(check, found=found)
        self._check = replace(ended, ended_unix_ns=now_unix_ns())

    def _tell(self, what: str, done: int, last: int) -> None:
        if self._check is not None:
            self._check = replace(self._check, what=what, done=done, last=last)
