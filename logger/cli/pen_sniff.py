"""What ``needlelog pen sniff`` does with each chunk: to the file, to the screen."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import click
import msgspec

from drivers.capture import CaptureWriter, Chunk
from drivers.counters import Counters
from drivers.decoder import Decoder
from drivers.model import Message
from drivers.sniff import counter_lines, hex_lines, message_lines, totals


@dataclass(slots=True)
class Sniffer:
    """Writes, decodes and shows chunks, and keeps the count for the summary."""

    writer: CaptureWriter | None
    decoder: Decoder | None
    as_json: bool
    reads: int = 0
    bytes_read: int = 0
    last_ns: int = 0

    def take(self, chunk: Chunk) -> None:
        """Keep and show ``chunk``; it is in the file before anything is made of it."""
        if self.writer:
            self.writer.write(chunk)
        self.reads += 1
        self.bytes_read += len(chunk.data)
        self.last_ns = chunk.t_ns
        for line in self._json_lines(chunk) if self.as_json else self._text_lines(chunk):
            click.echo(line)

    def conclude(self) -> None:
        """Show the summary."""
        if self.as_json:
            click.echo(json.dumps({"summary": self._summary()}))
            return
        click.echo(f"{self.bytes_read} bytes in {self.reads} reads, {self.last_ns / 1e9:.3f} s")
        if self.decoder:
            click.echo(f"{totals(self.decoder.counters)}, {self.decoder.buffered} bytes open")

    def _decoded(self, chunk: Chunk) -> tuple[list[Message], Counters]:
        if self.decoder is None:
            return [], Counters()
        return self.decoder.feed(chunk.data), self.decoder.counters.take()

    def _text_lines(self, chunk: Chunk) -> Iterator[str]:
        yield from hex_lines(chunk)
        messages, counted = self._decoded(chunk)
        for message in messages:
            yield from message_lines(message)
        yield from counter_lines(counted)

    def _json_lines(self, chunk: Chunk) -> Iterator[str]:
        line: dict[str, object] = {"t_ns": chunk.t_ns, "hex": chunk.data.hex()}
        if self.decoder:
            messages, counted = self._decoded(chunk)
            line["messages"] = [text for message in messages for text in message_lines(message)]
            line |= _counted(counted)
            line["examples"] = [raw.hex() for raw in counted.examples]
            line["unknown_examples"] = [raw.hex() for raw in counted.unknown_examples]
        yield msgspec.json.encode(line).decode()

    def _summary(self) -> dict[str, object]:
        summary: dict[str, object] = {
            "bytes": self.bytes_read,
            "reads": self.reads,
            "seconds": self.last_ns / 1e9,
        }
        if self.decoder:
            summary |= _counted(self.decoder.counters)
            summary["buffered"] = self.decoder.buffered
        return summary


def _counted(counters: Counters) -> dict[str, object]:
    return {
        "frames_good": counters.frames_good,
        "unknown_types": counters.unknown_types,
        "refused": counters.refused,
        "discarded": counters.discarded,
    }
