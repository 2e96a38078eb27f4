"""Why there is no other answer, after RFC 9457: ``application/problem+json``, with the mend."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.errors import CommandRefused, ConfigError, NotRunning

MEDIA_TYPE = "application/problem+json"
_SEE = "See /api/v1/openapi.json"
_TOLD = {
    401: (
        "no token was shown that is good",
        "Send `Authorization: Bearer` with one; `needlelog account token add` makes it",
    ),
    403: ("this is not for the role of this token", "Use a token of a role that may"),
    404: ("there is nothing here", _SEE),
    405: ("this is not done in this way", _SEE),
    413: ("that is too long", "Shorten it"),
    415: ("the body is no JSON", "Send `Content-Type: application/json`"),
    429: ("too many wrong tokens were shown", "Wait, and correct the token"),
    500: ("the console made a mistake", "Nothing was changed; its log tells more"),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """``title`` is that of the status, ``detail`` says what is wrong, ``mend`` what to do."""

    title: str
    status: int
    detail: str
    mend: str = ""
    type: str = "about:blank"


def problem(
    status: int, detail: str = "", mend: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer; of a status without words of its own those are said."""
    title = HTTPStatus(status).phrase
    told = (detail, mend) if detail else _TOLD.get(status, (title, ""))
    content = msgspec.json.encode(Problem(title=title, status=status, detail=told[0], mend=told[1]))
    return Response(content, status, headers, MEDIA_TYPE)


def problem_of(error: Exception) -> Response:
    """Return what tells of ``error``; no more of it than a user may know."""
    if isinstance(error, HTTPException):
        # Other texts of it are only the names of statuses.
        detail = error.detail if error.status_code == HTTPStatus.BAD_REQUEST else ""
        return problem(error.status_code, detail, _SEE, error.headers)
    match error:
        case RequestValidationError():
            return problem(400, _wrong_fields(error), _SEE)
        case NotRunning():
            return problem(503, error.reason, error.mend)
        case CommandRefused():
            return problem(409, error.reason, error.mend)
        case ConfigError():
            return problem(422, f"{error.place}: {error.problem}", error.mend)
    return problem(503, str(error), "Show this to whoever keeps the mini-PC running")


def _wrong_fields(error: RequestValidationError) -> str:
    told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
    return "; ".join(told)
