"""Looks at journal and recorder for all who watch, and says what they are told."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import msgspec

from logger.archive.report.measures import told_deviation
from logger.errors import CommandRefused, NeedlelogError
from logger.review.access import SendOrder
from logger.review.live.follower import Follower
from logger.review.live.picture import Picture
from logger.review.live.strips import Strip
from logger.review.words import Words
from logger.status import AskStatus, Status

_NS_PER_MS = 1_000_000
_WITHOUT_SESSIONS: dict[str, Any] = msgspec.to_builtins(AskStatus(sessions=False))


class Samples(msgspec.Struct, frozen=True, tag="samples", tag_field="kind"):
    """What the pens said since the message before."""

    strips: list[Strip]


class PenNow(msgspec.Struct, frozen=True, kw_only=True):
    """A pen's card: what is read at its top and end, and ``limit``, the envelope to draw."""

    key: str
    shape: str
    standing: str
    facts: str
    site: tuple[str, str] | None
    limit: Any


class Now(msgspec.Struct, frozen=True, kw_only=True, tag="now", tag_field="kind"):
    """How everything stands, in a language; ``time_ms`` is the mini-PC's UTC."""

    time_ms: float
    answers: bool
    line: str
    conditions: str
    pens: list[PenNow]


def ask_status(order: SendOrder) -> Status | None:
    """Return the recorder's status without sessions; None where it does not answer."""
    try:
        return msgspec.convert(order("status", _WITHOUT_SESSIONS), Status)
    except (CommandRefused, msgspec.ValidationError):
        return None


class Scene:
    """Its methods may block, and are called one at a time, from any thread."""

    def __init__(
        self,
        data_dir: Path,
        now_unix_ns: Callable[[], int],
        templates: jinja2.Environment,
    ) -> None:
        self._data_dir = data_dir
        self._now_unix_ns = now_unix_ns
        self._templates = templates
        self._follower: Follower | None = None
        self._picture = Picture(now_unix_ns())

    def hear(self, status: Status | None) -> None:
        """Take what the recorder says of itself, None if it does not answer."""
        known = self._picture.status if status is None else status
        self._picture = replace(self._picture, status=known, answers=status is not None)

    def look(self) -> tuple[str, bool]:
        """Return what the pens said since, empty if nothing, and whether anything else happened.

        Where the journal cannot be read the picture says so, and the next look begins anew.
        """
        try:
            follower = self._following()
            news = follower.look()
        except NeedlelogError as error:
            return "", self._fail(str(error))
        if self._picture.problem:
            self._picture = replace(self._picture, problem="")
            return _told(follower.shown()), True
        return _told(news.strips), news.is_changed

    def shown(self) -> str:
        """Return what charts begin with: the samples of the last minutes."""
        strips = self._follower.shown() if self._follower else []
        return msgspec.json.encode(Samples(strips)).decode()

    def now(self, languages: Collection[str]) -> dict[str, str]:
        """Return how everything stands, in each of ``languages``."""
        sessions = self._follower.sessions() if self._follower else self._picture.sessions
        self._picture = replace(
            self._picture, now_unix_ns=self._now_unix_ns(), sessions=tuple(sessions)
        )
        return {language: self._worded(Words(language)) for language in languages}

    def close(self) -> None:
        """Let go of the journal; it is followed anew, from its end, when somebody looks again."""
        if self._follower is not None:
            self._follower.close()
            self._follower = None

    def _following(self) -> Follower:
        follower, status = self._follower, self._picture.status
        if follower is not None:
            is_another = status is not None and status.journal != follower.journal
            if not is_another and not follower.is_outworn():
                return follower
            self.close()
        self._follower = Follower(self._data_dir, self._now_unix_ns())
        return self._follower

    def _fail(self, problem: str) -> bool:
        self.close()
        is_new = problem != self._picture.problem
        self._picture = replace(self._picture, problem=problem)
        return is_new

    def _worded(self, words: Words) -> str:
        picture = self._picture
        pens = [
            PenNow(
                key=card.key,
                shape=card.shape,
                standing=self._render("live_head.html", words, card=card),
                facts=self._render("live_facts.html", words, card=card),
                site=card.site,
                limit=card.limit,
            )
            for card in picture.cards()
        ]
        time_ms = picture.now_unix_ns / _NS_PER_MS
        told = Now(
            time_ms=time_ms,
            answers=picture.answers,
            line=self._render("live_line.html", words, picture=picture),
            conditions=self._render("live_service.html", words, picture=picture),
            pens=pens,
        )
        return msgspec.json.encode(told).decode()

    def _render(self, template: str, words: Words, **values: Any) -> str:
        made = self._templates.get_template(template)
        return made.render(w=words, say=words.say, told_deviation=told_deviation, **values)


def _told(strips: list[Strip]) -> str:
    return msgspec.json.encode(Samples(strips)).decode() if strips else ""
