"""The certificate of the console's own authority, for tablets to install."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.review.visit import Visit


async def authority(visit: Visit) -> Response:
    """Return it as PEM, which browsers offer to install; 404 where the console has none."""
    pem = visit.console.authority_pem
    if pem is None:
        raise HTTPException(404)
    return Response(pem, media_type="application/x-x509-ca-cert")
