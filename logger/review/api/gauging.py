"""Checks of a pen with a gauge: those that there were, and another one."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.errors import CommandRefused, NotRunning
from logger.journal.reader import JournalReader
from logger.review.api.call import Caller, answer
from logger.review.api.ordering import Body, fields_of
from logger.review.api.shapes import shape_of
from logger.review.console import Console
from logger.review.ordering import by_of
from logger.review.pen_facts import checks_of, pens_seen
from logger.session.pen_checks import CHECK_PEN, CheckPen

CheckBody = shape_of(CheckPen, ("pen", "by"))


class CheckTold(msgspec.Struct, frozen=True, kw_only=True):
    """What a gauge showed for the depth that was set, when and by whom."""

    account: str
    depth_set_mm: float
    gauge_mm: float
    gauge: str
    at_unix_ns: int
    remark: str


class ChecksTold(msgspec.Struct, frozen=True, kw_only=True):
    """The checks of a pen, the newest first."""

    pen: str
    checks: list[CheckTold]


class CheckNoted(msgspec.Struct, frozen=True, kw_only=True):
    """As which entry of the journal a check was noted."""

    pen: str
    done: str
    position: int


def list_checks(caller: Caller, serial: str) -> Response:
    """List the checks of a pen with a gauge."""
    with JournalReader(caller.console.data_dir) as reader:
        if not pens_seen(reader, serial):
            raise HTTPException(404)
        checks = checks_of(reader, serial)
    told = [msgspec.convert(one, CheckTold, from_attributes=True) for one in checks]
    return answer(ChecksTold(pen=serial, checks=told))


def check_pen(caller: Caller, serial: str, body: Body) -> Response:
    """Record a check of a pen with a gauge."""
    console = caller.console
    order = CheckPen(pen=serial, by=by_of(caller.who), **fields_of(body, CheckBody))
    try:
        done = console.order(CHECK_PEN, msgspec.to_builtins(order))
    except NotRunning:
        raise
    except CommandRefused as refused:
        if not _is_known(console, serial):
            raise HTTPException(404) from refused
        raise
    return answer(msgspec.convert(done, CheckNoted))


def _is_known(console: Console, serial: str) -> bool:
    with JournalReader(console.data_dir) as reader:
        return bool(pens_seen(reader, serial))
