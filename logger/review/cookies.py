"""The console's cookies: who is signed in, which browser asks, which language it wants."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from logger.review.console import Console

_PREFIX = "__Host-"
_YEAR_S = 365 * 86_400
_TOKEN_CHARACTERS = 64


def name_of(console: Console, name: str) -> str:
    """Return the cookie's name; under TLS one that no other host and no plain page can set."""
    return f"{_PREFIX}{name}" if console.settings.is_secure else name


def read(request: HTTPConnection, console: Console, name: str) -> str:
    """Return the token in a cookie, empty if there is none that may be one."""
    value = request.cookies.get(name_of(console, name), "")
    return value if len(value) == _TOKEN_CHARACTERS and value.isalnum() else ""


def read_language(request: HTTPConnection, console: Console) -> str:
    """Return what the language's cookie says, whatever that is."""
    return request.cookies.get(name_of(console, LANGUAGE), "")


def put(
    response: Response, console: Console, name: str, value: str, max_age_s: int | None = None
) -> None:
    """Let the browser keep ``value``, until it ends or for so long."""
    response.set_cookie(
        name_of(console, name),
        value,
        max_age=max_age_s,
        path="/",
        secure=console.settings.is_secure,
        httponly=True,
        samesite="strict",
    )


def put_language(response: Response, console: Console, language: str) -> None:
    """Let the browser keep the language for a year."""
    put(response, console, LANGUAGE, language, _YEAR_S)


def drop(response: Response, console: Console, name: str) -> None:
    """Let the browser forget a cookie."""
    put(response, console, name, "", 0)


SIGN_IN = "sign-in"
HALF = "half-sign-in"
BROWSER = "browser"
LANGUAGE = "language"
