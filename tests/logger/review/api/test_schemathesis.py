"""The API as its description has it, tried with what fits that and what does not."""

from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.config import (
    ChecksConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from logger.review.api.call import Call
from logger.review.api.calls import CALLS
from logger.review.api.wrong_tokens import WINDOW_S
from logger.session.orders import KnownPen
from tests.support.accounts import Accounts
from tests.support.consoled import Consoled
from tests.support.recorded import Recorded
from tests.support.reported import tell_whole_record
from tests.support.stories import PEN

_EXAMPLES = 8
_REFUSED = ("2xx", 404, 409, 422)
"""What fits the description may still name nothing, or something that cannot be now."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A console, and its API as described."""

    consoled: Consoled
    api: schemathesis.BaseSchema


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """The API over one session with everything in it, for a program that may do all."""
    data_dir = tmp_path_factory.mktemp("api")
    tell_whole_record(Recorded(data_dir))
    consoled = Consoled(data_dir)
    consoled.recorder.pens[PEN] = KnownPen(serial=PEN, linked=True, simulated=False)
    consoled.add("boss", "administrator")
    _, token = Accounts(data_dir).token("boss", "administrator")
    checks = ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=_REFUSED)
    )
    project = ProjectConfig(headers={"Authorization": f"Bearer {token}"}, checks=checks)
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    api = schemathesis.openapi.from_asgi("/api/v1/openapi.json", consoled.app, config=config)
    return Tried(consoled, api)


@pytest.mark.parametrize("call", CALLS, ids=lambda one: f"{one.method} {one.path}")
def test_every_call_answers_as_described(tried: Tried, call: Call) -> None:
    operation = tried.api[call.path][call.method]
    takes = bool(operation.query or operation.body)
    for mode in GenerationMode if takes else (GenerationMode.POSITIVE,):
        _try(tried.consoled, operation.as_strategy(generation_mode=mode))


def _try(consoled: Consoled, cases: SearchStrategy[schemathesis.Case[Any]]) -> None:
    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def validate(case: schemathesis.Case[Any]) -> None:
        consoled.time.pass_by(WINDOW_S)  # each is tried with wrong tokens too
        case.call_and_validate()

    validate()
