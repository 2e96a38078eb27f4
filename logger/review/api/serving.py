"""The calls of the API as routes of the application."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.responses import Response

from logger.review.api.call import Call
from logger.review.api.describing import extra, responses
from logger.review.api.guard import guarded
from logger.review.api.wrong_tokens import WrongTokens
from logger.review.console import Console


def add_calls(app: FastAPI, console: Console, calls: Sequence[Call]) -> None:
    """Let ``app`` serve ``calls``, each behind its rules."""
    app.state.calls = calls
    wrong = WrongTokens(console.outside.now_s)
    for call in calls:
        app.router.add_api_route(
            call.path,
            call.endpoint,
            methods=[call.method],
            response_class=Response,
            responses=responses(call),
            openapi_extra=extra(call),
            operation_id=call.endpoint.__name__,
            summary=(call.endpoint.__doc__ or "").partition("\n")[0],
            route_class_override=guarded(console, wrong, call),
        )
