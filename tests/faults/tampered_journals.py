"""Ways to tamper with a data directory, and what two verifiers say of it."""

import hashlib
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from logger.archive.keys import InstallationKey
from logger.archive.manifest import NAMESPACE
from logger.archive.outside import Outside
from logger.archive.verification.whole import verify_archive
from logger.errors import NeedlelogError
from logger.journal import chain
from logger.journal.entry import Entry
from logger.journal.reader import JournalReader
from logger.journal.verify_succession import verify_succession

Seen = tuple[int, bytes | None, bytes, tuple[int, str, str, str]]
UNSEEN = "nothing that is read is changed"
_DOCS = Path(__file__).parents[2] / "docs"


class Tampered:
    """A copy of ``original``; ``changed`` names what a reader would see otherwise."""

    def __init__(self, original: Path, place: Path, chance: random.Random) -> None:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(original, place)
        self.place = place
        self.chance = chance
        self.original = original

    @property
    def journal(self) -> Path:
        return self.place / "journal.db"

    def flip(self, path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        path.write_bytes(data)

    def run(self, *statements: str) -> None:
        """Change the journal by SQL."""
        with closing(sqlite3.connect(self.journal)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def position(self) -> int:
        """Return some position that the head kept outside covers."""
        with closing(sqlite3.connect(self.journal)) as connection:
            (last,) = connection.execute(
                "SELECT max(position) FROM entry WHERE kind = 'seal.made'"
            ).fetchone()
        return self.chance.randint(2, last)

    def sealed_file(self) -> Path:
        return self.chance.choice(list(sealed_files(self.place)))

    def rewrite(self) -> None:
        """Give every entry the hashes that its payload and place ask for."""
        with closing(sqlite3.connect(self.journal)) as connection, connection:
            (identity,) = connection.execute("SELECT id FROM journal").fetchone()
            previous = chain.first_hash(identity)
            rows = connection.execute(
                "SELECT position, time_ns, kind, stream, actor, payload, payload_hash"
                " FROM entry ORDER BY position"
            ).fetchall()
            for position, time_ns, kind, stream, actor, payload, told in rows:
                digest = told if payload is None else hashlib.sha256(payload).digest()
                header = chain.header(position, time_ns, kind, stream, actor)
                previous = chain.chain_hash(previous, header, digest)
                connection.execute(
                    "UPDATE entry SET payload_hash = ?, chain_hash = ? WHERE position = ?",
                    (digest, previous, position),
                )


def flip_journal(one: Tampered) -> None:
    one.flip(one.journal)


def delete_entry(one: Tampered) -> None:
    one.run(f"DELETE FROM entry WHERE position = {one.position()}")


def swap_payloads(one: Tampered) -> None:
    first, second = one.position(), one.position()
    one.run(
        "CREATE TEMP TABLE kept AS SELECT position, payload, payload_hash FROM entry",
        *(
            "UPDATE entry SET (payload, payload_hash) = (SELECT payload, payload_hash FROM kept"
            f" WHERE position = {source}) WHERE position = {target}"
            for source, target in ((first, second), (second, first))
        ),
    )


def change_header(one: Tampered) -> None:
    what = one.chance.choice(["time_ns = time_ns + 1", "actor = 'uid:7'", "stream = 'other'"])
    one.run(f"UPDATE entry SET {what} WHERE position = {one.position()}")


def take_payload(one: Tampered) -> None:
    one.run(f"UPDATE entry SET payload = NULL WHERE position = {one.position()}")


def cut_off_below_the_head(one: Tampered) -> None:
    one.run(f"DELETE FROM entry WHERE position >= {one.position()}")
    (one.place / "journal.head").unlink()


def rewrite_history(one: Tampered) -> None:
    """Change one payload and make the whole chain anew, as whoever may write the file can."""
    one.run(
        f"UPDATE entry SET payload = CAST(payload || ' ' AS BLOB) WHERE position = {one.position()}"
    )
    one.rewrite()
    (one.place / "journal.head").unlink()


def flip_sealed_file(one: Tampered) -> None:
    one.flip(one.sealed_file())


def delete_sealed_file(one: Tampered) -> None:
    one.sealed_file().unlink()


def sign_with_another_key(one: Tampered) -> None:
    path = one.chance.choice(sorted((one.place / "archive").rglob("manifest-*.json")))
    signature = InstallationKey.generate().sign(path.read_bytes(), NAMESPACE)
    path.with_name(path.name + ".sig").write_text(signature)


JOURNALS: dict[str, Callable[[Tampered], None]] = {
    "a bit of the journal is flipped": flip_journal,
    "an entry is deleted": delete_entry,
    "payloads are swapped": swap_payloads,
    "a header is changed": change_header,
    "a payload is taken away": take_payload,
    "entries are cut off below the head": cut_off_below_the_head,
    "history is rewritten with good hashes": rewrite_history,
    "a bit of a sealed file is flipped": flip_sealed_file,
    "a sealed file is deleted": delete_sealed_file,
    "a manifest is signed by another key": sign_with_another_key,
}


def judge_journal(
    tampered: Tampered, outside: Outside, head: Path, original: Sequence[Seen], name: str
) -> str:
    """Return under which name it counts; AssertionError if a change was not found by both."""
    seen = _seen(tampered.place)
    is_changed = seen != original
    files_changed = _sealed(tampered.place) != _sealed(tampered.original)
    good = _needlelog_says_good(tampered.place, outside)
    assert not good or not (is_changed or files_changed), (name, "needlelog")
    if not _payloads_alone_are_gone(seen, original):
        assert not is_changed or not _programs_say_good(tampered.journal, head), (name, "programs")
    if is_changed or files_changed:
        return name
    return f"{name}, {UNSEEN}: {'good' if good else 'bad'}"


def seen_of(entry: Entry) -> Seen:
    """Return what a reader sees of an entry."""
    header = entry.time_ns, entry.kind, entry.stream, entry.actor
    return entry.position, entry.payload, entry.chain_hash, header


def _payloads_alone_are_gone(seen: Sequence[Seen] | None, original: Sequence[Seen]) -> bool:
    """Whether the chain is whole: the programs in docs take a payload that is gone for pruned."""
    bare = [(one[0], *one[2:]) for one in original]
    return seen is not None and bare == [(one[0], *one[2:]) for one in seen]


def _seen(place: Path) -> list[Seen] | None:
    """Return what a reader sees; None if nothing can be read."""
    try:
        with JournalReader(place) as reader:
            return list(map(seen_of, reader.entries()))
    except NeedlelogError:
        return None


def sealed_files(place: Path) -> Iterator[Path]:
    """Yield all files that were sealed; the others in the archive are disposable."""
    for room in ("sessions", "unassigned"):
        files = sorted((place / "archive" / room).rglob("*"))
        yield from (one for one in files if one.is_file())


def _sealed(place: Path) -> dict[str, bytes]:
    return {str(one.relative_to(place)): one.read_bytes() for one in sealed_files(place)}


def _needlelog_says_good(place: Path, outside: Outside) -> bool:
    try:
        journal = verify_succession(place)
        return journal.good and verify_archive(place, outside, lambda *_: None).good
    except NeedlelogError:
        return False


def _programs_say_good(journal: Path, head: Path) -> bool:
    return all(
        _says_good(program, [str(journal), str(head)])
        for page in ("journal.md", "signatures.md")
        for program in re.findall(r"```python\n(import hashlib.*?)```", _page(page), re.DOTALL)
    )


def _page(name: str) -> str:
    return (_DOCS / name).read_text("utf-8")


def _says_good(program: str, arguments: list[str]) -> bool:
    """Run a program of the documentation; whatever ends it early says that all is not well."""
    command = [sys.executable, "-I", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
