"""``needlelog key``: the installation's signing key, and those before it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from logger.archive import keys, signing
from logger.archive.key_ring import KnownKey, read_key_ring
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.signing_ordering import signing_order
from logger.cli.time_texts import time_text
from logger.errors import ConfigError, ProofFailed
from logger.journal.reader import JournalReader

PRINCIPAL = "needlelog"

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_reason = click.option("--reason", required=True, metavar="WHY", help="Stays in the journal.")


@click.group()
def key() -> None:
    """Look after the key that signs seals and heads."""


@key.command()
@click.option(
    "--allowed-signers",
    is_flag=True,
    help="Print the lines that `ssh-keygen -Y verify -f FILE` wants, and nothing else.",
)
@_json
@pass_invocation
def show(invocation: Invocation, allowed_signers: bool, as_json: bool) -> None:
    """Show every key that the journal names, and whether the one that signs is at hand.

    Note its fingerprint somewhere else: who knows it can tell a forged record. Exit code 1
    if the key that signs is missing or damaged.
    """
    with JournalReader(invocation.data_dir) as reader:
        known = read_key_ring(reader).keys
    current = next((one for one in reversed(known) if one.withdrawn_position is None), None)
    trouble = _trouble(invocation.data_dir, current)
    if allowed_signers:
        lines = [f"{PRINCIPAL} {one.public_key}" for one in known]
    elif as_json:
        shown = [_as_json(one) for one in known]
        lines = [json.dumps({"keys": shown, "trouble": trouble})]
    else:
        lines = [line for one in known for line in _lines(one)]
        lines += [] if known else ["no key has signed yet; the recorder makes one at its start"]
        lines += [f"TROUBLE: {trouble}"] if trouble else []
    for line in lines:
        click.echo(line)
    click.get_current_context().exit(Exit.FOUND_WRONG if trouble else Exit.OK)


@key.command()
@_reason
@_json
@pass_invocation
def rotate(invocation: Invocation, reason: str, as_json: bool) -> None:
    """Let a new key sign from now on, vouched for by the one before if that is at hand.

    What the former signed stays good. This is also the mend for a key that is lost.
    """
    _replace(invocation, reason, as_json, in_doubt=False)


@key.command()
@click.argument("fingerprint", metavar="SHA256:...")
@_reason
@_json
@pass_invocation
def revoke(invocation: Invocation, fingerprint: str, reason: str, as_json: bool) -> None:
    """Tell that a key is in doubt: someone else may have it.

    If it is the one that signs now, a new one takes its place, which it does not vouch for.
    """
    with JournalReader(invocation.data_dir) as reader:
        current = read_key_ring(reader).current
    if current is not None and current.fingerprint == fingerprint:
        _replace(invocation, reason, as_json, in_doubt=True)
        return
    order = signing_order(invocation.data_dir)
    answer = order("key.revoke", {"fingerprint": fingerprint, "reason": reason})
    _tell(answer | {"fingerprint": fingerprint}, as_json, f"{fingerprint} is revoked")


def _replace(invocation: Invocation, reason: str, as_json: bool, *, in_doubt: bool) -> None:
    data_dir = invocation.data_dir
    fresh = signing.rotate(data_dir, signing_order(data_dir), reason, in_doubt=in_doubt)
    _tell({"fingerprint": fresh.fingerprint}, as_json, f"{fresh.fingerprint} signs from now on")


def _tell(answer: dict[str, Any], as_json: bool, words: str) -> None:
    click.echo(json.dumps(answer) if as_json else words)


def _trouble(data_dir: Path, current: KnownKey | None) -> str:
    """Return why the key that signs cannot, with the mend; empty if it can, or there is none."""
    if current is None:
        return ""
    try:
        keys.load(data_dir, current.fingerprint)
    except ConfigError as error:
        return str(error)
    return ""


def _vouched(one: KnownKey) -> str:
    """Return what the key before says of this one."""
    if not one.former:
        return "the first"
    try:
        signing.check_endorsement(one)
    except ProofFailed as error:
        return str(error)
    return f"vouched for by {one.former}"


def _as_json(one: KnownKey) -> dict[str, Any]:
    return asdict(one) | {"signs": one.withdrawn_position is None, "vouched": _vouched(one)}


def _lines(one: KnownKey) -> list[str]:
    lines = [
        one.fingerprint,
        f"  made {time_text(one.made_unix_ns)}, position {one.made_position}; {_vouched(one)}",
    ]
    if one.withdrawn_position is None:
        return [*lines, "  signs now"]
    return [
        *lines,
        f"  {one.cause} {time_text(one.withdrawn_unix_ns)}, position {one.withdrawn_position}: "
        f"{one.reason}",
    ]
