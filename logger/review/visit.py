"""One request, with who makes it and in which words it is answered."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from logger.accounts import Account
from logger.review.console import Console
from logger.review.packing import packed
from logger.review.words import Words

SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Visit:
    """``token`` is the cookie that this browser's forms are bound to.

    ``form`` holds what was sent in one, empty for a page that is only asked for.
    ``access_token`` is the id of the token that a program showed, empty for a browser.
    """

    request: Request
    console: Console
    words: Words
    token: str
    account: Account | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    access_token: str = ""

    @property
    def who(self) -> Account:
        """The account, on a page that nobody else reaches."""
        if self.account is None:
            raise AssertionError("a page for nobody asks who it is")
        return self.account

    @property
    def is_sent(self) -> bool:
        """Whether a form was sent, and not only asked for."""
        return self.request.method == "POST"

    @property
    def form_token(self) -> str:
        """What a form must carry to be taken."""
        return form_token(self.console.secret, self.token)

    @property
    def here(self) -> str:
        """The address of this page within the console."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return the page that ``template`` makes of ``values``."""
        made = self.console.templates.get_template(template)
        text = made.render(
            visit=self, w=self.words, say=self.words.say, site=self.console.site, **values
        )
        return packed(self.request, text.encode(), "text/html", status)


Page = Callable[[Visit], Awaitable[Response]]


def form_token(secret: bytes, token: str) -> str:
    """Return what binds a form to the cookie ``token``; tells nothing of either."""
    return hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()


def see_other(address: str) -> Response:
    """Return the answer that sends the browser on, with GET."""
    return RedirectResponse(address, SEE_OTHER)


def sign_in_address(to: str) -> str:
    """Return where to sign in, to go on to ``to``."""
    return "/sign-in" if to == "/" else f"/sign-in?to={quote(to, safe='/')}"


def local_address(text: str) -> str:
    """Return ``text`` if it is an address within the console, else the start page."""
    plain = text.startswith("/") and not text.startswith("//") and text.isprintable()
    return text if plain and "\\" not in text else "/"
