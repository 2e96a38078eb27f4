"""Rules of examples: an expectation that cannot come true is refused when the file is read."""

from decimal import Decimal

from drivers.counters import CAUSES
from drivers.errors import ConfigError
from drivers.profile.meanings import FLAGS
from drivers.profile.plan import FramePlan
from drivers.profile.profile import Profile
from drivers.profile.schema import ExampleSpec

ABSENT = "absent"
"""What an expectation writes for a value that was not measured."""


def known_keys(frame: FramePlan) -> set[str]:
    """Return the names under which the values of a frame can be expected."""
    names = {"ticks": "ticks_us"}
    keys = {names.get(fills, fills) for fills in frame.filled}
    if frame.role == "sample":
        return keys
    if frame.role == "identity":
        return keys - {"protocol_version"} | {"simulated"}
    if frame.role == "setting":
        return keys - {"code"} | {"event", "unit", "raw"}
    return keys - {"udi"} | {"event", "text"}


def check_example(profile: Profile, example: ExampleSpec) -> None:
    """Refuse an example without bytes or expectation, or with one that no frame can meet."""
    path = f"example.{example.name}"
    if (example.bytes is None) == (example.text is None):
        raise ConfigError(path, "An example is either bytes or text", "Give one of the two.")
    if bool(example.expect) == bool(example.refused):
        raise ConfigError(
            f"{path}.expect",
            "Nothing says what the example must give, or two things do",
            "Give either expect = { ... } or refused = a cause.",
        )
    if example.refused and example.refused not in CAUSES:
        raise ConfigError(
            f"{path}.refused",
            f"{example.refused!r} is no cause",
            f"Use one of: {', '.join(CAUSES)}.",
        )
    _check_keys(path, profile, example)
    for key, value in example.expect.items():
        _check_value(f"{path}.expect.{key}", key, value)


def _check_keys(path: str, profile: Profile, example: ExampleSpec) -> None:
    expected = set(example.expect)
    if any(expected <= known_keys(frame) for frame in profile.frames):
        return
    best = max((known_keys(frame) for frame in profile.frames), key=lambda k: len(k & expected))
    strange = sorted(expected - best)[0]
    raise ConfigError(
        f"{path}.expect.{strange}",
        f"No frame gives {strange!r} together with the others",
        f"Use: {', '.join(sorted(best))}.",
    )


def _check_value(path: str, key: str, value: object) -> None:
    if key == "status":
        if isinstance(value, list) and all(flag in FLAGS for flag in value):
            return
        raise ConfigError(path, "A status is a list of status bits", f"Use: {', '.join(FLAGS)}.")
    if not isinstance(value, int | Decimal | float | str):
        raise ConfigError(path, f"{value!r} is no value", f'Give a number, a text or "{ABSENT}".')
