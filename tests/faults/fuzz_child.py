"""One process that fuzzes one target: ``python -m tests.faults.fuzz_child HOW TARGET SEED COUNT``.

``flood`` prints a :class:`tests.faults.fuzz_flood.Found` as JSON. ``guided`` lets atheris
look for inputs that reach new code; it prints libFuzzer's statistics, and ends with a
code other than 0 at the first exception.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import msgspec

from tests.faults.fuzz_flood import flood

_LONGEST_INPUT = 2048


def main() -> None:
    """Fuzz as the arguments say."""
    how, target, seed, count = sys.argv[1:]
    warnings.simplefilter("error")
    if how == "guided":
        _guided(target, int(seed), int(count))
    from tests.faults import fuzz_targets

    found = flood(fuzz_targets.endless(target), fuzz_targets.seeds(target), int(seed), int(count))
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


def _guided(target: str, seed: int, count: int) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["drivers", "logger"]):
        from tests.faults import fuzz_targets

    corpus = Path(tempfile.mkdtemp(prefix="needlelog-corpus-"))
    for number, one in enumerate(fuzz_targets.seeds(target)):
        (corpus / f"seed-{number}").write_bytes(one)
    flags = (
        f"-runs={count}",
        f"-seed={seed}",
        f"-max_len={_LONGEST_INPUT}",
        "-print_final_stats=1",
    )
    paths = (f"-artifact_prefix={corpus}/", str(corpus))
    atheris.Setup([sys.argv[0], *flags, *paths], fuzz_targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
