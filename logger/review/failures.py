"""Pages that say why there is no other, and what to do."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.errors import CommandRefused, NeedlelogError, NotRunning
from logger.review.visit import Visit

_TITLES = {403: "not_permitted", 404: "not_found", 405: "not_found", 413: "form_too_long"}
_FORM_TITLES = {403: "form_foreign"}


def refused(visit: Visit, error: NeedlelogError | HTTPException) -> Response:
    """Return the page that tells of ``error``; no more of it than a user may know."""
    match error:
        case HTTPException():
            titles = _FORM_TITLES if error.detail == "form" else _TITLES
            title = titles.get(error.status_code, "not_understood")
            return failure(visit, error.status_code, title)
        case NotRunning():
            return failure(visit, HTTPStatus.SERVICE_UNAVAILABLE, "no_recorder")
        case CommandRefused():
            return failure(visit, HTTPStatus.CONFLICT, "refused", error.reason, error.mend)
    return failure(visit, HTTPStatus.SERVICE_UNAVAILABLE, "unreadable", str(error))


def failure(visit: Visit, status: int, title: str, reason: str = "", mend: str = "") -> Response:
    """Return the page; ``title`` is a key of the words, beside ``<title>_mend``."""
    return visit.page(
        "failure.html",
        status,
        title=visit.words.say(title),
        what_to_do=visit.words.say(f"{title}_mend"),
        reason=reason,
        mend=mend,
    )
