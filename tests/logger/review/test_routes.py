"""Every role, and nobody, at every address of the table; and nothing besides the table."""

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route as Served
from starlette.routing import WebSocketRoute

from logger.accounts.model import ROLES
from logger.review.routes import ROUTES, SOCKETS, Route, SocketRoute
from tests.support.consoled import ADDRESS, Browser, Consoled
from tests.support.socketed import Socket
from tests.support.stories import PEN, SESSION

_ACCOUNTS = {"administrator": "boss", "practitioner": "dr.b", "auditor": "audit"}
_FILLED_IN = {
    **{"name": "console.css", "session_id": SESSION, "form": "json"},
    **{"serial": PEN, "order": "stop", "what": "client"},
    **{"account": "dr.b", "change": "role"},
}
_SOCKETS = [pytest.param(one, id=one.path) for one in SOCKETS]
_WALK = [pytest.param(route, id=f"{route.method} {route.path}") for route in ROUTES]


async def _ask(browser: Browser, route: Route) -> tuple[int, str]:
    address = route.path.format(**_FILLED_IN)
    if route.method == "GET":
        answer = await browser.get(address)
    else:
        here = "/sessions" if "sign-in" in browser.client.cookies else "/sign-in"
        answer = await browser.send(address, here)
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize("route", _WALK)
async def test_nobody_reaches_only_what_is_open(consoled: Consoled, route: Route) -> None:
    status, location = await _ask(consoled.browser(), route)
    sent_to_sign_in = status == 303 and location.startswith("/sign-in")
    assert sent_to_sign_in != route.is_open or route.path in ("/set-up", "/sign-in/code")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", _WALK)
async def test_a_role_reaches_what_names_it(consoled: Consoled, route: Route, role: str) -> None:
    browser = await consoled.signed_in(_ACCOUNTS[role])
    status, _ = await _ask(browser, route)
    assert status < 500
    assert (status == 403) == (not route.is_open and role not in route.roles) or (
        route.path == "/sign-in" and route.method == "POST"  # an empty password is wrong
    )


@pytest.mark.parametrize("socket", _SOCKETS)
async def test_nobody_opens_a_socket(consoled: Consoled, socket: SocketRoute) -> None:
    async with Socket(consoled, consoled.browser(), socket.path) as opened:
        assert opened.status == 303
        assert opened.headers["location"].startswith("/sign-in")
        assert opened.headers["content-security-policy"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("socket", _SOCKETS)
async def test_a_role_opens_a_socket_that_names_it(
    consoled: Consoled, socket: SocketRoute, role: str
) -> None:
    browser = await consoled.signed_in(_ACCOUNTS[role])
    async with Socket(consoled, browser, socket.path) as opened:
        assert opened.status == (101 if role in socket.roles else 403)


async def test_a_socket_that_names_no_role_is_closed_to_all(
    consoled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = [SocketRoute(socket.path, socket.page) for socket in SOCKETS]
    monkeypatch.setattr("logger.review.app.SOCKETS", closed)
    strict = Consoled(consoled.data_dir)
    for account in _ACCOUNTS.values():
        async with Socket(strict, await strict.signed_in(account), SOCKETS[0].path) as opened:
            assert opened.status == 403


@pytest.mark.parametrize("origin", ["", "http://elsewhere", ADDRESS.replace("http", "https")])
async def test_no_other_page_opens_a_socket(consoled: Consoled, origin: str) -> None:
    browser = await consoled.signed_in("boss")
    async with Socket(consoled, browser, SOCKETS[0].path, origin) as opened:
        assert opened.status == 403


async def test_a_route_that_names_no_role_is_closed_to_all(
    consoled: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = [Route("GET", route.path, route.page) for route in ROUTES if route.path == "/sessions"]
    monkeypatch.setattr("logger.review.app.ROUTES", (*closed, *ROUTES))
    strict = Consoled(consoled.data_dir)
    for account in _ACCOUNTS.values():
        browser = await strict.signed_in(account)
        assert (await browser.get("/sessions")).status_code == 403


def test_nothing_is_served_that_is_not_in_the_table(consoled: Consoled) -> None:
    served = {
        (one.path, method)
        for one in consoled.app.routes
        if isinstance(one, Served) and not isinstance(one, APIRoute)
        for method in one.methods or ()
    }
    sockets = {one.path for one in consoled.app.routes if isinstance(one, WebSocketRoute)}
    assert sockets == {socket.path for socket in SOCKETS}
    assert all(isinstance(one, Served | WebSocketRoute) for one in consoled.app.routes)
    expected = {(route.path, route.method) for route in ROUTES}
    assert served == expected | {(path, "HEAD") for path, method in expected if method == "GET"}


@pytest.mark.parametrize("address", ["/docs", "/openapi.json", "/static/../app.py", "/sessions/x"])
async def test_another_address_is_not_found(consoled: Consoled, address: str) -> None:
    browser = await consoled.signed_in("boss")
    answer = await browser.get(address)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
