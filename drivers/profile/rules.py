"""Rules of single fields and frames that pydantic cannot see: keys held against each other.

Each function raises :class:`ConfigError` whose place is the key path alone.
"""

from drivers.errors import ConfigError
from drivers.model import Flag
from drivers.profile.fieldtypes import find_type
from drivers.profile.meanings import DEPTH_OR_RATE, MEANINGS, NEEDED
from drivers.profile.plan import FramePlan
from drivers.profile.schema import FieldSpec, FrameSpec, Role

_ALWAYS = {"type", "fills", "name"}
_BY_FORMAT = {True: {"prefix", "suffix"}, False: {"at", "byte_order"}}
_BY_TYPE = {"decimal": {"decimals"}, "utf8-rest": {"max_bytes"}, "text": {"max_bytes"}}
_BY_KIND = {
    "quantity": {"unit", "scale", "offset", "range", "absent"},
    "counter": {"modulus"},
    "clock": {"modulus", "unit", "scale"},
    "bits": {"bits", "range"},
    "number": {"range", "equals", "absent"},
    "text": {"equals"},
}


def check_keys(path: str, spec: FieldSpec, role: Role, *, text: bool) -> None:
    """Refuse a meaning that the frame lacks, keys that say nothing here, a scale of zero."""
    meaning = MEANINGS[role].get(spec.fills or "")
    if spec.fills is not None and meaning is None:
        raise ConfigError(
            f"{path}.fills",
            f"A {role} frame has no {spec.fills!r}",
            f"Use one of: {', '.join(MEANINGS[role])}; or leave the key out to skip the field.",
        )
    found = find_type(spec.type, text=text)
    kind = meaning.kind if meaning else "number"
    if meaning is None and found and found.kind == "text":
        kind = "text"
    allowed = _ALWAYS | _BY_FORMAT[text] | _BY_TYPE.get(spec.type, set()) | _BY_KIND[kind]
    for key in sorted(spec.model_fields_set - allowed):
        raise ConfigError(
            f"{path}.{key}",
            f"{key!r} means nothing for this field",
            f"Remove it, or use: {', '.join(sorted(allowed))}.",
        )
    if spec.scale == 0:
        raise ConfigError(f"{path}.scale", "A scale of 0 loses the value", "Remove or mend it.")
    if meaning and found and (meaning.kind == "text") != (found.kind == "text"):
        raise ConfigError(
            f"{path}.type", f"{spec.fills!r} cannot be read from {spec.type}", "Use another type."
        )
    if meaning and found and found.kind == "float" and meaning.kind != "quantity":
        raise ConfigError(
            f"{path}.type", f"{spec.fills!r} is a whole number", "Use an integer type."
        )


def check_frame(path: str, spec: FrameSpec, plan: FramePlan, payload_offset: int) -> None:
    """Refuse a frame that cannot mean anything, or means one thing twice."""
    _check_fills(path, plan)
    _check_overlap(plan, payload_offset)
    for needed in NEEDED[plan.role]:
        if needed not in plan.filled:
            raise ConfigError(
                f"{path}.fields",
                f"A {plan.role} frame without {needed} says nothing",
                f'Add the field with fills = "{needed}".',
            )
    if plan.role == "sample" and not any(name in plan.filled for name in DEPTH_OR_RATE):
        raise ConfigError(
            f"{path}.fields",
            "A sample frame needs a depth or a rate",
            f"Let a field fill one of: {', '.join(DEPTH_OR_RATE)}.",
        )
    if plan.role == "setting" and not plan.codes:
        raise ConfigError(f"{path}.codes", "No code is explained", "Add a table of codes.")
    if plan.role != "setting" and spec.codes:
        raise ConfigError(f"{path}.codes", f"A {plan.role} frame has no codes", "Remove the table.")


def _check_fills(path: str, plan: FramePlan) -> None:
    seen: set[str] = set()
    flags = Flag(0)
    for field in plan.fields:
        for bit, flag in field.bits:
            if flag & flags:
                raise ConfigError(
                    f"{field.path}.bits.{bit}",
                    f"Another bit fills {str(flag.name).lower()} already",
                    "Leave one of them out.",
                )
            flags |= flag
        if field.fills and field.fills != "status" and field.fills in seen:
            raise ConfigError(
                f"{field.path}.fills",
                f"Another field fills {field.fills!r} already",
                f"Remove 'fills' from one of them in {path}.",
            )
        seen.add(field.fills)


def _check_overlap(plan: FramePlan, payload_offset: int) -> None:
    ends_at, before = payload_offset, "the header"
    for index, field in enumerate(plan.fields):
        if field.is_rest and index != len(plan.fields) - 1:
            raise ConfigError(
                f"{field.path}.type", "utf8-rest takes all that is left", "Make it the last field."
            )
        if field.size and field.at < ends_at:
            raise ConfigError(
                f"{field.path}.at",
                f"The field overlaps {before}",
                f"It can begin at {ends_at - payload_offset} or later.",
            )
        if field.size:
            ends_at, before = field.at + field.size, field.path
    if plan.rest and plan.role == "sample":
        raise ConfigError(
            f"{plan.rest.path}.type", "A sample has a fixed length", "Use char[n] instead."
        )
