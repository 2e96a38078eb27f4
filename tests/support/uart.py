"""A UART line as its levels over time: what a receiver at another baud rate makes of it."""


def bits_of(data: bytes) -> list[int]:
    """Return the line's levels, one a bit time: start, eight data bits (low first), stop."""
    levels: list[int] = []
    for byte in data:
        levels += [0, *((byte >> bit) & 1 for bit in range(8)), 1]
    return levels


def received_at(data: bytes, sent_baud: int, read_baud: int) -> bytes:
    """Return what an 8N1 receiver at ``read_baud`` reads of ``data`` sent at ``sent_baud``.

    A byte whose stop bit reads 0 (a framing error) is passed on, as Linux does by default.
    """
    levels = bits_of(data) + [1] * 20
    step = sent_baud / read_baud
    received, at, end = bytearray(), 0.0, len(levels) - 20
    while at < end:
        if levels[int(at)]:
            # Idle or stop level: look on at the transmitter's next edge.
            at = int(at) + 1.0
            continue
        middle = at + step / 2
        samples = [levels[min(int(middle + step * bit), len(levels) - 1)] for bit in range(1, 10)]
        received.append(sum(level << bit for bit, level in enumerate(samples[:8])))
        at = middle + step * 9
    return bytes(received)
