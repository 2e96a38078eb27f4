"""What the pages have in common, made once a process."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import jinja2

from logger.accounts.model import AccountRecord
from logger.accounts.passwords import DEFAULT_COST, HashCost
from logger.review.access import AccessNotes, SendOrder
from logger.review.courses import Courses
from logger.review.day_looks import DayLooks
from logger.review.distributions import Distributions
from logger.review.live.hub import Hub
from logger.review.live.scene import Scene
from logger.review.once import Once
from logger.review.rendering import template_environment
from logger.review.set_up import SetUpCode
from logger.review.settings import ConsoleSettings
from logger.review.sign_ins import SignIns
from logger.review.verification import Verification
from logger.review.waiting import Waiting
from logger.session.kept import KeptSessions

EXPORTS_AT_ONCE = 2
_TOKEN_BYTES = 32
_SECOND_STEP_S = 300.0
_ENROLMENT_S = 900.0


@dataclass(frozen=True, slots=True)
class Outside:
    """Clocks and randomness, and what a guess at a password costs.

    ``now_s`` goes on by itself, whoever sets the clock; ``now_unix_ns`` is UTC.
    """

    now_s: Callable[[], float]
    now_unix_ns: Callable[[], int]
    random_bytes: Callable[[int], bytes]
    cost: HashCost = DEFAULT_COST
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class HalfSignIn:
    """An account whose password was given, and whose code is waited for; then on to ``to``."""

    record: AccountRecord
    to: str


@dataclass(frozen=True, slots=True)
class Console:
    """The console of one data directory; reads it, and orders what changes anything.

    ``enrolments`` are accounts with the secret of a second factor that no code confirmed yet.
    """

    settings: ConsoleSettings
    site: str
    data_dir: Path
    sessions: KeptSessions
    outside: Outside
    sign_ins: SignIns
    half_sign_ins: Waiting[HalfSignIn]
    enrolments: Waiting[tuple[str, str]]
    set_up: SetUpCode | None
    order: SendOrder
    access: AccessNotes
    secret: bytes
    templates: jinja2.Environment
    live: Hub
    courses: Courses
    plans_file: Path | None = None
    authority_pem: bytes | None = None
    once: Once = field(default_factory=Once)
    signing_in: asyncio.Lock = field(default_factory=asyncio.Lock)
    exporting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EXPORTS_AT_ONCE))
    verification: Verification = field(default_factory=Verification)
    day_looks: DayLooks = field(default_factory=DayLooks)
    distributions: Distributions = field(default_factory=Distributions)

    def make_token(self) -> str:
        """Return a random token that fits a cookie."""
        return self.outside.random_bytes(_TOKEN_BYTES).hex()


def make_console(
    settings: ConsoleSettings,
    site: str,
    data_dir: Path,
    outside: Outside,
    order: SendOrder,
    set_up: SetUpCode | None = None,
    plans_file: Path | None = None,
    authority_pem: bytes | None = None,
) -> Console:
    """Return the console. ``order`` carries out an order as the recorder does.

    ``set_up`` is the code that was told where there is no account yet. ``plans_file`` is the
    recorder's; ``authority_pem`` the certificate of the console's own authority, if it has one.
    """
    templates = template_environment()

    def make_token() -> str:
        return outside.random_bytes(_TOKEN_BYTES).hex()

    return Console(
        settings=settings,
        site=site,
        data_dir=data_dir,
        sessions=KeptSessions(data_dir),
        outside=outside,
        sign_ins=SignIns(
            settings.idle_timeout_s,
            settings.absolute_timeout_s,
            outside.now_s,
            make_token,
        ),
        half_sign_ins=Waiting(_SECOND_STEP_S, outside.now_s, make_token),
        enrolments=Waiting(_ENROLMENT_S, outside.now_s, make_token),
        set_up=set_up,
        order=order,
        access=AccessNotes(order),
        secret=outside.random_bytes(_TOKEN_BYTES),
        templates=templates,
        live=Hub(Scene(data_dir, outside.now_unix_ns, templates), order, outside.sleep),
        plans_file=plans_file,
        courses=Courses(data_dir, outside.now_s),
        authority_pem=authority_pem,
    )
