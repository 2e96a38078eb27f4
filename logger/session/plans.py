"""The clinic's plans file: named, versioned envelopes."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from drivers.channels import CHANNELS
from logger.errors import CommandRefused, ConfigError
from logger.journal.kinds import Plan, ZoneLimit
from logger.session.legs import parse_zone
from logger.session.orders import PlanKey

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_Depth = Annotated[float, Field(ge=0, le=CHANNELS["depth_set_mm"].high)]
_Rate = Annotated[float, Field(ge=0, le=CHANNELS["rate_hz"].high)]
_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


class _ZoneTable(BaseModel):
    model_config = _STRICT

    zone: str
    depth_max_mm: _Depth | None = None
    depth_tolerance_mm: _Depth | None = None
    rate_max_hz: _Rate | None = None
    rate_min_hz: _Rate | None = None
    passes: Annotated[int, Field(ge=1, le=100)] | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            return parse_zone(zone)
        except CommandRefused as refused:
            raise ValueError(str(refused)) from refused

    @model_validator(mode="after")
    def _fitting_limits(self) -> "_ZoneTable":
        if self.depth_tolerance_mm is not None and self.depth_max_mm is None:
            raise ValueError("depth_tolerance_mm needs depth_max_mm, on top of which it comes")
        low, high = self.rate_min_hz, self.rate_max_hz
        if low is not None and high is not None and low > high:
            raise ValueError(f"rate_min_hz {low} is above rate_max_hz {high}")
        return self


class _PlanTable(BaseModel):
    model_config = _STRICT

    name: str
    version: str
    zones: Annotated[list[_ZoneTable], Field(min_length=1)]
    interval_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    note: str = ""

    @field_validator("name", "version")
    @classmethod
    def _plain(cls, text: str) -> str:
        if not _NAME.fullmatch(text):
            raise ValueError("use letters, digits, '.', '_' and '-', up to 64")
        return text

    @model_validator(mode="after")
    def _zones_once(self) -> "_PlanTable":
        zones = [limit.zone for limit in self.zones]
        twice = sorted({zone for zone in zones if zones.count(zone) > 1})
        if twice:
            raise ValueError(f"zone {twice[0]} is listed twice")
        return self

    def plan(self) -> Plan:
        limits = tuple(ZoneLimit(**limit.model_dump()) for limit in self.zones)
        return Plan(
            name=self.name,
            version=self.version,
            zones=limits,
            interval_days=self.interval_days,
            note=self.note,
        )


class _File(BaseModel):
    model_config = _STRICT

    plans: list[_PlanTable] = []


def load_plans(path: Path) -> dict[PlanKey, Plan]:
    """Return the plans of the TOML file at ``path``, by name and version.

    ConfigError names file and key, what is wrong, and how to mend it.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise ConfigError(str(path), problem, "Correct plans_file, or create the file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(str(path), f"is no TOML: {error}", "Correct that line") from error
    try:
        read = _File.model_validate(tables)
    except ValidationError as error:
        raise _config_error(path, tables, error) from error
    plans: dict[PlanKey, Plan] = {}
    for index, table in enumerate(read.plans):
        plan = table.plan()
        if (plan.name, plan.version) in plans:
            raise ConfigError(
                f"{path}: plans[{index}]",
                f"plan {plan.name} version {plan.version} is there twice",
                "Give one of them another version",
            )
        plans[plan.name, plan.version] = plan
    return plans


def _config_error(path: Path, tables: dict[str, Any], error: ValidationError) -> ConfigError:
    first = error.errors(include_url=False)[0]
    key = ""
    for part in first["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    problem = first["msg"].removeprefix("Value error, ")
    mend = "Correct this value"
    if first["type"] == "extra_forbidden":
        problem, mend = "is no known key", "Remove it, or correct its spelling"
    elif first["type"] == "missing":
        problem, mend = "is missing", "Add it"
    return ConfigError(f"{path}: {key}" if key else str(path), problem, mend)
