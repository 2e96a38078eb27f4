"""The API in OpenAPI 3.1: parameters as FastAPI has them, bodies and answers from their types."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.routing import BaseRoute

from logger import __version__
from logger.review.api.call import JSON, Call, answer
from logger.review.api.problem import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{name}"
_SCHEME = "token"
_ALWAYS, _GUARDED, _TAKING = (400,), (401, 403, 429), (413, 415)
_REFUSED = {
    400: "It does not fit this description.",
    401: "No good token was shown.",
    403: "Not for the role of this token.",
    404: "There is no such thing.",
    409: "It cannot be done now.",
    413: "The body is too long.",
    415: "The body is no JSON.",
    422: "It fits this description, but nothing can be so.",
    429: "Too many wrong tokens.",
    503: "No recorder is running, or the record cannot be read.",
}


def responses(call: Call) -> dict[int | str, dict[str, Any]]:
    """Return what ``call`` may answer, by status."""
    given = call.gives
    media = given if isinstance(given, tuple) else (JSON,)
    schema = {"schema": _schema(given) if media == (JSON,) else {"type": "string"}}
    told: dict[int | str, dict[str, Any]] = {
        200: {"description": "Done.", "content": dict.fromkeys(media, schema)}
    }
    refusals = [*_ALWAYS, *(() if call.is_open else (*_GUARDED, 503)), *call.refusals]
    refusals += [] if call.takes is None else _TAKING
    problem = {MEDIA_TYPE: {"schema": _schema(Problem)}}
    for status in sorted(refusals):
        told[status] = {"description": _REFUSED[status], "content": problem}
    return told


def extra(call: Call) -> dict[str, Any]:
    """Return what is described of ``call`` besides: its body, and that it needs a token."""
    security: dict[str, Any] = {"security": [] if call.is_open else [{_SCHEME: []}]}
    if call.takes is None:
        return security
    body = {"required": True, "content": {JSON: {"schema": _schema(call.takes)}}}
    return security | {"requestBody": body}


def describe(request: Request) -> Response:
    """Return this description."""
    app = request.app
    if app.openapi_schema is None:
        app.openapi_schema = _description(app.routes, app.state.calls)
    return answer(app.openapi_schema)


def _description(routes: Sequence[BaseRoute], calls: Sequence[Call]) -> dict[str, Any]:
    made = get_openapi(
        title="needlelog",
        version=__version__,
        openapi_version="3.1.0",
        summary="What a microneedling pen was set to and what it did, session by session.",
        routes=routes,
    )
    types = [one for call in calls for one in (call.gives, call.takes) if _is_type(one)]
    _, schemas = msgspec.json.schema_components([Problem, *types], ref_template=_REF)
    token = {"type": "http", "scheme": "bearer"}
    made["components"] = {"schemas": schemas, "securitySchemes": {_SCHEME: token}}
    return made


def _is_type(one: object) -> bool:
    return one is not None and not isinstance(one, tuple)


def _schema(one: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([one], ref_template=_REF)
    return schema
