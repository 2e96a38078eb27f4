"""What stands at the top of every page: the areas of the console, by role."""

from collections.abc import Iterator
from dataclasses import dataclass

from logger.review.routes import ROUTES
from logger.review.visit import Visit


@dataclass(frozen=True, slots=True)
class Item:
    """An area: its address, what it is called, and whether this page is of it."""

    path: str
    title: str
    is_here: bool


AREAS = (
    ("/live", "live_area"),
    ("/sessions", "sessions_area"),
    ("/calendar", "calendar_area"),
    ("/pens", "pens_area"),
    ("/audit", "audit_area"),
    ("/plans", "plans_area"),
    ("/accounts", "accounts_area"),
)
"""Address and word of each area, in order; shown to whom the address is open."""


def menu(visit: Visit) -> Iterator[Item]:
    """Yield the areas that whoever is signed in may use."""
    account = visit.account
    if account is None:
        return
    roles = {route.path: route.roles for route in ROUTES if route.method == "GET"}
    here = visit.request.url.path
    for path, word in AREAS:
        if account.role in roles[path]:
            is_here = here == path or here.startswith(f"{path}/")
            yield Item(path, visit.words.say(word), is_here)
