"""What ``needlelog pen sniff`` shows: raw bytes, and what a profile makes of them."""

import math
from collections.abc import AsyncIterator, Callable, Iterator

import numpy as np

from drivers.capture import Chunk
from drivers.counters import Counters
from drivers.model import Flag, Message, Pen, PenEvent, SampleRun
from drivers.port import Port

_BYTES_A_LINE = 16


async def listen(port: Port, monotonic_ns: Callable[[], int]) -> AsyncIterator[Chunk]:
    """Yield what ``port`` gives with its time since the first call, until the link is lost."""
    start_ns = monotonic_ns()
    while True:
        data = await port.read()
        yield Chunk(monotonic_ns() - start_ns, data)


def hex_lines(chunk: Chunk) -> Iterator[str]:
    """Yield the chunk in lines of 16 bytes: seconds, hex, text; ``.`` for what is no text."""
    for start in range(0, len(chunk.data), _BYTES_A_LINE):
        part = chunk.data[start : start + _BYTES_A_LINE]
        time = f"{chunk.t_ns / 1e9:12.6f}" if start == 0 else " " * 12
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
        yield f"{time}  {part.hex(' '):<{3 * _BYTES_A_LINE - 1}}  {text}"


def message_lines(message: Message) -> Iterator[str]:
    """Yield a decoded message in short lines, one for each sample; absent values are left out."""
    match message:
        case Pen():
            yield _pen_line(message)
        case PenEvent():
            yield _event_line(message)
        case SampleRun():
            yield from _sample_lines(message)


def counter_lines(counted: Counters) -> Iterator[str]:
    """Yield what lay between the good frames: causes with counts, then raw examples."""
    for cause, count in counted.refused.items():
        yield f"refused  {cause} × {count}"
    for raw in counted.examples:
        yield f"refused  {raw.hex(' ')}"
    for raw in counted.unknown_examples:
        yield f"unknown  {raw.hex(' ')}"
    for cause, count in counted.discarded.items():
        yield f"skipped  {cause}, {count} bytes"


def totals(counted: Counters) -> str:
    """Return in one line what the profile made of everything."""
    parts = [f"{counted.frames_good} frames good", f"{counted.unknown_types} of unknown type"]
    parts += [f"{count} refused ({cause})" for cause, count in counted.refused.items()]
    parts += [f"{count} bytes skipped ({cause})" for cause, count in counted.discarded.items()]
    return ", ".join(parts)


def plain(text: str) -> str:
    """Return ``text`` so that a terminal only shows it: a device may send anything."""
    return text if text.isprintable() else ascii(text)


def _pen_line(pen: Pen) -> str:
    parts = [f"pen      {plain(pen.serial)}", plain(pen.model), plain(pen.firmware)]
    if pen.boot_id is not None:
        parts.append(f"boot {pen.boot_id:#010x}")
    if pen.depth_max_mm is not None:
        parts.append(f"depth ≤ {pen.depth_max_mm:g} mm")
    if pen.rate_max_hz is not None:
        parts.append(f"rate ≤ {pen.rate_max_hz:g} Hz")
    if pen.sample_period_us is not None:
        parts.append(f"a sample every {pen.sample_period_us} µs")
    if pen.simulated:
        parts.append("simulated")
    return ", ".join(part for part in parts if part)


def _event_line(event: PenEvent) -> str:
    parts = [f"event    {event.name}"]
    if event.value is not None:
        parts.append(f"{event.value:g} {event.unit}".rstrip())
    if event.number is not None:
        parts.append(f"number {event.number}")
    if event.ticks_us is not None:
        parts.append(f"ticks {event.ticks_us} µs")
    if event.needle_count is not None:
        parts.append(f"{event.needle_count} needles")
    if event.needle_gauge is not None:
        parts.append(f"{event.needle_gauge} G")
    if event.text:
        parts.append(plain(event.text))
    return ", ".join(parts)


def _sample_lines(run: SampleRun) -> Iterator[str]:
    columns = {
        layout.channel: layout.values(np.asarray(run.columns[layout.channel]))
        for layout in run.layouts
    }
    for row in range(len(run)):
        parts = ["sample  "]
        if run.sequence is not None:
            parts.append(f"#{run.sequence[row]}")
        if run.ticks_us is not None:
            parts.append(f"ticks_us={run.ticks_us[row]}")
        for channel, values in columns.items():
            if not math.isnan(values[row]):
                parts.append(f"{channel}={values[row]:g}")
        flags = Flag(int(run.status[row])) & run.flags_known
        parts += [str(flag.name).lower() for flag in flags]
        yield " ".join(parts)
