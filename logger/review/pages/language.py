"""Choosing the language of the console, for one browser."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.review import cookies
from logger.review.visit import Visit, local_address, see_other
from logger.review.words import LANGUAGES


async def choose_language(visit: Visit) -> Response:
    """Keep the choice, and lead back to where it was made."""
    chosen = visit.form.get("language", "")
    if chosen not in LANGUAGES:
        raise HTTPException(400)
    response = see_other(local_address(visit.form.get("back", "")))
    cookies.put_language(response, visit.console, chosen)
    return response
