"""Bundles and data directories as both verifiers see them."""

from pathlib import Path

from logger.archive.outside import read_outside
from tests.support.bundled import judged_by_needlelog, judged_by_script, load_script, make_bundle
from tests.support.command_line import call


def bundled(data_dir: Path, session: str, place: Path) -> Path:
    """Return the bundle of ``session``, made in ``place``; fails if that is refused."""
    return make_bundle(data_dir, place / f"{session}.zip", session)


def both_say(bundle: Path, head: str = "", fingerprint: str = "") -> tuple[str, str]:
    """Return the words of `needlelog verify` and of verify.py on a bundle.

    Fails unless they agree on whether it is good, and whether its origin is proven.
    """
    options = [*(("--head", head) if head else ())]
    options += [*(("--key-fingerprint", fingerprint) if fingerprint else ())]
    inside = judged_by_needlelog(bundle, read_outside(head, fingerprint))
    alone = judged_by_script(load_script(), bundle, *options)
    assert inside.agrees(alone), (inside, alone)
    return call("verify", bundle, *options).out, alone.words


def verified(data_dir: Path, *options: str) -> str:
    """Return what `needlelog verify` says of a data directory; fails if something is wrong."""
    answer = call("verify", data_dir, *options)
    assert answer.code == 0, answer.out + answer.err
    return answer.out


def found_wrong(data_dir: Path, *options: str) -> str:
    """Return what `needlelog verify` says of a data directory; fails if nothing is wrong."""
    answer = call("verify", data_dir, *options)
    assert answer.code == 1, answer.out + answer.err
    return answer.out
