"""What a UART reads when it samples another one's bits at the wrong baud rate."""

import math

_BITS_A_BYTE = 10


def resample(data: bytes, sent_baud: float, read_baud: float) -> bytes:
    """Return what a receiver at ``read_baud`` makes of ``data`` sent at ``sent_baud``.

    8N1, bytes back to back, the line idle before and after. The receiver starts at a
    falling edge, samples the middle of each of its bits and does not check the stop bit.
    """
    line = _line(data)
    step = sent_baud / read_baud
    read = bytearray()
    at = 0.0
    while (edge := _falling_edge(line, at)) is not None:
        bits = [_level(line, edge + (index + 0.5) * step) for index in range(9)]
        if bits[0] == 0:
            read.append(sum(bit << place for place, bit in enumerate(bits[1:])))
            at = edge + (_BITS_A_BYTE - 0.5) * step
        else:
            at = edge + step
    return bytes(read)


def _line(data: bytes) -> list[int]:
    """Return the level of the line, bit by bit: start bit 0, eight data bits, stop bit 1."""
    return [bit for byte in data for bit in (0, *((byte >> place) & 1 for place in range(8)), 1)]


def _level(line: list[int], at: float) -> int:
    index = int(at)
    return line[index] if index < len(line) else 1


def _falling_edge(line: list[int], at: float) -> float | None:
    """Return where the line next goes from 1 to 0, at or after ``at``; None if it stays idle."""
    before = 1 if at == 0 else _level(line, at)
    for index in range(math.ceil(at), len(line)):
        if before == 1 and line[index] == 0:
            return float(index)
        before = line[index]
    return None
