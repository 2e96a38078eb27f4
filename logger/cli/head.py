"""``needlelog head``: what the installation last vouched for."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import msgspec

from logger.archive import signing
from logger.archive.heads import check_against, newest_head
from logger.archive.key_ring import read_key_ring
from logger.archive.seal_tree import seal_tree
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.signing_ordering import signing_order
from logger.cli.time_texts import time_text
from logger.errors import ConfigError, ProofFailed
from logger.journal.kinds import HeadSigned
from logger.journal.reader import JournalReader


@click.command("head")
@click.option("--sign", is_flag=True, help="Sign one of the journal as it is now, first.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what is signed to this file, and the signature to FILE.sig.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_invocation
def head_cli(invocation: Invocation, sign: bool, out: Path | None, as_json: bool) -> None:
    """Show the last signed head, and whether the journal still holds what it says.

    Keep it somewhere else: a history that is written anew cannot agree with it. Exit code
    1 if the head is not good.
    """
    data_dir = invocation.data_dir
    if sign:
        signing.sign_head(data_dir, signing_order(data_dir), time.time_ns)
    with JournalReader(data_dir) as reader:
        head = newest_head(reader)
        found = _look(head, reader) if head else None
    if head is None or found is None:
        click.echo(json.dumps(None) if as_json else "no head is signed yet; --sign makes one")
        return
    if out is not None:
        _write(out, head)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(head) | {"good": found.good} | asdict(found)))
    else:
        for line in _lines(head, found):
            click.echo(line)
    click.get_current_context().exit(Exit.OK if found.good else Exit.FOUND_WRONG)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is wrong with a head, and how many entries came ``after`` it in the journal in use.

    ``after`` is None for a head of an earlier file: it covers nothing of this one.
    """

    problem: str
    after: int | None

    @property
    def good(self) -> bool:
        return not self.problem


def _look(head: HeadSigned, reader: JournalReader) -> _Found:
    after = reader.last_position() - head.position if head.journal == reader.id else None
    try:
        signing.check_signature(head)
        if after is not None:
            check_against(head, reader, seal_tree(reader))
        return _Found(read_key_ring(reader).problem(head.key, head.position), after)
    except ProofFailed as error:
        return _Found(str(error), after)


def _write(out: Path, head: HeadSigned) -> None:
    try:
        out.write_bytes(head.signed_bytes())
        out.with_name(out.name + ".sig").write_text(head.signature, encoding="ascii")
    except OSError as error:
        raise ConfigError(str(out), error.strerror or str(error), "Name another file") from None


def _lines(head: HeadSigned, found: _Found) -> list[str]:
    lines = [
        f"journal {head.journal}",
        f"head: position {head.position}, {head.chain_hash}",
        f"seals: {head.tree_size}, root {head.tree_root}",
        f"signed {time_text(head.time_unix_ns)} by {head.key}",
    ]
    if not found.good:
        return [*lines, f"BAD: {found.problem}"]
    if found.after is None:
        return [*lines, "good, but of an earlier file: nothing of the journal in use is covered"]
    return [
        *lines,
        "good: the journal still holds what was signed",
        f"{found.after} entries after it are not covered yet",
    ]
