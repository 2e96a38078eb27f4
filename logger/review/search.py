"""The look-back search as an address that can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlencode

from logger.errors import CommandRefused
from logger.session.asked_times import since_unix_ns, until_unix_ns
from logger.session.index import SessionFilter
from logger.session.legs import SIDES, parse_zone
from logger.session.summary import DeviationKind

FIELDS = (
    *("since", "until", "client", "practitioner", "pen"),
    *("side", "zone", "plan", "indication", "deviation"),
)
"""The fields of the search, by the names that they have in the address."""

DEVIATIONS = ("any", *get_args(DeviationKind))
PAGE_ROWS = 50
PAGES_MAX = 1_000_000
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for, as it was written; ``page`` counts from 1."""

    asked: Mapping[str, str]
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Search":
        """Return what an address asks for; fields that are none are left out."""
        given = {name: query[name].strip()[:_TEXT_MAX] for name in FIELDS if name in query}
        page = query.get("page", "1")
        is_number = page.isascii() and page.isdigit()
        number = min(max(1, int(page[:10])), PAGES_MAX) if is_number else 1
        return cls({name: text for name, text in given.items() if text}, number)

    def get(self, name: str) -> str:
        """Return what was written in a field, empty where nothing was."""
        return self.asked.get(name, "")

    @property
    def is_detailed(self) -> bool:
        """Whether more is asked for than when and who."""
        return not self.asked.keys() <= {"since", "until", "client"}

    def address(self, page: int = 1) -> str:
        """Return the address of a page of what is found."""
        query = dict(self.asked) | ({"page": str(page)} if page > 1 else {})
        return f"/sessions?{urlencode(query)}" if query else "/sessions"

    def wanted(self) -> SessionFilter:
        """Return it as a filter; ConfigError or CommandRefused for what is none."""
        side, zone = self.asked.get("side"), self.asked.get("zone")
        deviation = self.asked.get("deviation")
        if side is not None and side not in SIDES:
            raise CommandRefused(f"{side!r} is no side", f"Use one of: {', '.join(SIDES)}")
        if deviation is not None and deviation not in DEVIATIONS:
            raise CommandRefused(
                f"{deviation!r} is no deviation", f"Use one of: {', '.join(DEVIATIONS)}"
            )
        return SessionFilter(
            since_unix_ns=since_unix_ns("since", self.asked.get("since")),
            until_unix_ns=until_unix_ns("until", self.asked.get("until")),
            pen=self.asked.get("pen"),
            practitioner=self.asked.get("practitioner"),
            client=self.asked.get("client"),
            side=side,
            zone=None if zone is None else parse_zone(zone),
            plan=self.asked.get("plan"),
            indication=self.asked.get("indication"),
            deviation=deviation,
        )
