"""The console's own address."""

from starlette.responses import Response

from logger.review.visit import Visit, see_other


async def start(visit: Visit) -> Response:
    """Lead to the sessions."""
    del visit
    return see_other("/sessions")
