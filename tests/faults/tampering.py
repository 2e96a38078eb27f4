"""Bundles and journals that somebody tampered with: both verifiers find it, and agree.

A bundle is judged by `needlelog verify` and by its own verify.py, with a head and a
fingerprint from outside and without. A journal is judged by `needlelog verify` and by the
programs in docs/journal.md and docs/signatures.md, with a head from outside.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from logger.archive.outside import Outside, read_outside
from logger.journal.reader import JournalReader
from tests.faults.tampered_bundles import BYTES, CONTENTS, RESIGNED, Forger
from tests.faults.tampered_journals import (
    JOURNALS,
    UNSEEN,
    Tampered,
    judge_journal,
    seen_of,
)
from tests.support.bundled import (
    contents_of,
    judged_by_needlelog,
    judged_by_script,
    load_script,
    make_bundle,
    record,
    remake,
    seal_others,
)
from tests.support.command_line import call
from tests.support.report import Row

BUNDLES, JOURNAL_COUNT = 8000, 2000


@dataclass
class Corpus:
    """What is tampered with: a data directory, its bundle, and what was kept outside."""

    place: Path
    data_dir: Path
    bundle: Path
    head: Path
    outside: Outside
    script: ModuleType = field(default_factory=load_script)

    @property
    def options(self) -> tuple[str, str, str, str]:
        """What verify.py is told."""
        return ("--head", str(self.head), "--key-fingerprint", self.outside.fingerprint)


def prepare(place: Path) -> Corpus:
    """Record, seal and bundle a session, and keep the newest head and the fingerprint.

    The head is over more seals than the one that the bundle rests on.
    """
    data_dir = place / "data"
    data_dir.mkdir()
    record(data_dir)
    seal_others(data_dir, "20261122-cd34")
    head = place / "head.json"
    assert call("--data-dir", data_dir, "head", "--out", head).code == 0
    fingerprint = call("--data-dir", data_dir, "key", "show").out.split()[0]
    bundle = make_bundle(data_dir, place / "bundle.zip")
    return Corpus(place, data_dir, bundle, head, read_outside(str(head), fingerprint))


def tamper_with_bundles(corpus: Corpus, count: int, seed: int) -> Counter[str]:
    """Return how many were found, by kind of tampering; AssertionError if one was not."""
    chance, found = random.Random(seed), Counter[str]()
    forger = Forger(corpus.place)
    whole = corpus.bundle.read_bytes()
    path = corpus.place / "tampered.zip"
    ways: list[tuple[str, Callable[[], None]]] = [
        *((name, _bytes(path, whole, way, chance)) for name, way in BYTES.items()),
        *((name, _contents(corpus, path, way, chance, None)) for name, way in CONTENTS.items()),
        *((name, _contents(corpus, path, way, chance, forger)) for name, way in RESIGNED.items()),
    ]
    for number in range(count):
        name, tamper = ways[number % len(ways)]
        tamper()
        if path.read_bytes() == whole:
            continue
        _judge(corpus, path, name, needs_outside=name in RESIGNED)
        found[name] += 1
    return found


def _judge(corpus: Corpus, path: Path, name: str, *, needs_outside: bool) -> None:
    inside = judged_by_needlelog(path, Outside())
    alone = judged_by_script(corpus.script, path)
    assert inside.agrees(alone), (name, inside, alone)
    assert not inside.good or needs_outside, (name, inside)
    if inside.good:
        assert not inside.proven
        inside = judged_by_needlelog(path, corpus.outside)
        alone = judged_by_script(corpus.script, path, *corpus.options)
        assert not inside.good, (name, inside)
        assert not alone.good, (name, alone)


def _bytes(
    path: Path, whole: bytes, way: Callable[[bytes, random.Random], bytes], chance: random.Random
) -> Callable[[], None]:
    def tamper() -> None:
        path.write_bytes(way(whole, chance))

    return tamper


def _contents(
    corpus: Corpus,
    path: Path,
    way: Callable[[dict[str, bytes], random.Random], None],
    chance: random.Random,
    forger: Forger | None,
) -> Callable[[], None]:
    originals = [contents_of(corpus.bundle), *([forger.forged] if forger else [])]

    def tamper() -> None:
        contents = dict(chance.choice(originals))
        way(contents, chance)
        remake(contents, path, forger.key if forger else None)

    return tamper


def tamper_with_journals(corpus: Corpus, count: int, seed: int) -> Counter[str]:
    """Return how many were found, by kind; AssertionError if a change was seen and not found."""
    chance, found = random.Random(seed), Counter[str]()
    with JournalReader(corpus.data_dir) as reader:
        original = list(map(seen_of, reader.entries()))
    names = list(JOURNALS)
    for number in range(count):
        name = names[number % len(names)]
        tampered = Tampered(corpus.data_dir, corpus.place / "tampered", chance)
        JOURNALS[name](tampered)
        found[judge_journal(tampered, corpus.outside, corpus.head, original, name)] += 1
    return found


def rows(place: Path, seed: int) -> list[Row]:
    """Tamper ten thousand times."""
    corpus = prepare(place)
    bundles = tamper_with_bundles(corpus, BUNDLES, seed)
    journals = tamper_with_journals(corpus, JOURNAL_COUNT, seed)
    return [_row("bundles", bundles), _row("data directories", journals)]


def _row(what: str, found: Counter[str]) -> Row:
    """Return what was found; one that was not has ended the laboratory before this."""
    unseen = sum(count for name, count in found.items() if UNSEEN in name)
    figure = f"{found.total() - unseen} found"
    figure += f"; {unseen} changed nothing that is read" if unseen else ""
    return Row(f"tampered {what}", figure, "every change to what is read", True, dict(found))
