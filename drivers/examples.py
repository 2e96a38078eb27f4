"""Runs a profile's example frames: what they decode to against what the file expects."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from drivers.decoder import Decoder
from drivers.model import Flag, Message, Pen, PenEvent, SampleRun
from drivers.profile.example_rules import ABSENT
from drivers.profile.profile import Profile
from drivers.profile.schema import ExampleSpec


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What an example should give and what it gave, as plain values of the keys expected.

    A frame that gave nothing shows ``refused`` with the cause instead.
    """

    name: str
    expected: Mapping[str, object]
    got: Mapping[str, object]

    @property
    def good(self) -> bool:
        """Whether the frame gave what the file expects."""
        return self.expected == self.got

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for people for every value that came out otherwise; none if good."""
        keys = list(dict.fromkeys((*self.expected, *self.got)))
        return tuple(
            f"{key}: expected {self.expected.get(key, 'nothing')!r}, got {self.got[key]!r}"
            for key in keys
            if key in self.got and self.expected.get(key) != self.got[key]
        )


def check_examples(profile: Profile) -> list[ExampleResult]:
    """Return how each example of ``profile`` came out, in the file's order."""
    return [_check(profile, example) for example in profile.examples]


def describe(message: Message) -> dict[str, object]:
    """Return the canonical values of a message under the names that examples use.

    Of a run of samples the first; "absent" for what was not measured.
    """
    if isinstance(message, SampleRun):
        return _describe_sample(message)
    if isinstance(message, Pen):
        names = ("serial", "model", "firmware", "boot_id", "depth_max_mm", "rate_max_hz")
        values = {name: getattr(message, name) for name in names}
        values |= {"sample_period_us": message.sample_period_us, "simulated": message.simulated}
        return _told(values)
    return _describe_event(message)


def _check(profile: Profile, example: ExampleSpec) -> ExampleResult:
    wire = example.bytes if example.bytes is not None else (example.text or "").encode()
    decoder = Decoder(profile)
    if example.refused:
        # The first bad frame after opening counts as the end of one that began earlier.
        decoder.feed(wire)
    messages = decoder.feed(wire)
    causes = decoder.counters.refused
    if example.refused:
        cause = example.refused if example.refused in causes else ", ".join(causes)
        got = {"refused": cause or "decoded"}
        return ExampleResult(example.name, {"refused": example.refused}, got)
    expected = {key: _plain(value) for key, value in example.expect.items()}
    if len(messages) != 1:
        cause = ", ".join([*causes, *decoder.counters.discarded])
        return ExampleResult(example.name, expected, {"refused": cause or "incomplete"})
    everything = describe(messages[0])
    return ExampleResult(
        example.name, expected, {key: everything.get(key, "nothing") for key in expected}
    )


def _describe_sample(run: SampleRun) -> dict[str, object]:
    values: dict[str, object] = {}
    if run.sequence is not None:
        values["sequence"] = int(run.sequence[0])
    if run.ticks_us is not None:
        values["ticks_us"] = int(run.ticks_us[0])
    for layout in run.layouts:
        value = float(layout.values(run.columns[layout.channel][:1])[0])
        values[layout.channel] = ABSENT if math.isnan(value) else value
    flags = Flag(int(run.status[0]))
    return values | {"status": [str(flag.name).lower() for flag in flags]}


def _describe_event(event: PenEvent) -> dict[str, object]:
    names = ("value", "unit", "text", "raw", "number", "ticks_us", "needle_count", "needle_gauge")
    return {"event": event.name} | _told({name: getattr(event, name) for name in names})


def _told(values: Mapping[str, object]) -> dict[str, object]:
    return {name: ABSENT if value is None else value for name, value in values.items()}


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
