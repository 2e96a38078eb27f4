"""What ``needlelog verify`` found, for people and as JSON."""

from dataclasses import asdict

import msgspec

from logger.archive.bundle.result import BundleResult
from logger.archive.verification.result import ArchiveResult
from logger.journal.verify import VerifyResult
from logger.journal.verify_succession import FileResult, SuccessionResult


def journal_as_json(found: SuccessionResult) -> dict[str, object]:
    """Return the journal in use at the top, and the files before it under ``earlier``."""
    return {
        "good": found.good,
        **asdict(found.current),
        "earlier": [_file_as_json(file) for file in found.files[:-1]],
        "missing": found.missing,
        "unrecovered": found.unrecovered,
    }


def _file_as_json(file: FileResult) -> dict[str, object]:
    told = {"file": file.file, "good": file.good, "link_problem": file.link_problem}
    recovered = msgspec.to_builtins(file.recovered) if file.recovered else None
    return {**told, **asdict(file.result), "recovered": recovered}


def journal_lines(found: SuccessionResult) -> list[str]:
    """Return what was found of the journal and all before it."""
    lines = [line for file in found.files[:-1] for line in _earlier_lines(file)]
    lines += _result_lines(found.current)
    for name in found.unrecovered:
        lines.append(f"NOT RECOVERED {name}: it was damaged and set aside; run `needlelog recover`")
    return lines


def _earlier_lines(file: FileResult) -> list[str]:
    lines = [f"recovered file {file.file}", *_result_lines(file.result)]
    if file.recovered is not None:
        lines += missing_lines(file.recovered.holes, file.recovered.lost_payloads)
    if file.link_problem:
        lines.append(f"BAD: {file.link_problem}")
    return lines


def missing_lines(holes: tuple[tuple[int, int], ...], payloads: tuple[int, ...]) -> list[str]:
    """Return what a recovered file lacks, for a person."""
    lines = [
        f"MISSING positions {first} to {last}" if last > first else f"MISSING position {first}"
        for first, last in holes
    ]
    if payloads:
        lines.append(f"MISSING the payloads of {len(payloads)} entries, the first {payloads[0]}")
    return lines


def _result_lines(result: VerifyResult) -> list[str]:
    lines = [
        f"journal {result.journal}",
        f"{result.entries} entries are good ({result.pruned} without payload, "
        f"{result.unknown_kinds} of kinds not known here)",
        f"head: position {result.head_position}, {result.head_hash or 'missing'}",
    ]
    if not result.good:
        lines.append(f"BAD at position {result.bad_position}: {result.problem}")
    return lines


def archive_lines(found: ArchiveResult, good: bool) -> list[str]:
    """Return what was found of seals and heads, and last what it comes to."""
    lines = [f"{found.seals} seals, {found.heads} signed heads, {found.keys} keys"]
    lines += _gone_lines(found)
    lines += [f"BAD: {problem}" for problem in found.problems]
    if found.not_covered is not None:
        first, last = found.not_covered
        lines.append(f"NOT COVERED by a signed head: entries {first} to {last}")
    return [*lines, *_verdict(found.proven_by)] if good else lines


def _gone_lines(found: ArchiveResult) -> list[str]:
    lines = []
    if found.payloads_pruned:
        lines.append(f"PRUNED: {found.payloads_pruned} blocks lie in their sealed files alone")
    if found.erased:
        lines.append(
            f"ERASED: {found.erased} sessions; the payloads of {found.payloads_erased} entries"
        )
    if found.erasures_begun:
        lines.append(f"NOT OVER: {found.erasures_begun} erasures; the next round goes on with them")
    return lines


def bundle_lines(found: BundleResult) -> list[str]:
    """Return what was found in a bundle, and last what it comes to."""
    if not found.good:
        return [f"BAD: {found.problem}"]
    lines = [
        f"session {found.session}: {found.entries} entries, {found.samples} samples, "
        f"{found.revisions} manifests",
        f"head: position {found.head_position}, {found.head_hash}",
        f"key: {found.key}",
    ]
    if found.erased:
        lines.append(f"ERASED: the payloads of {len(found.erased)} entries")
    if found.doubted:
        lines.append(f"DOUBTED: the head is signed by {found.doubted}, which signs no more")
    if found.not_covered:
        lines.append(f"NOT COVERED by the head: entries {', '.join(map(str, found.not_covered))}")
    if found.after_holes:
        holes = ", ".join(map(str, found.after_holes))
        lines.append(f"NOT PROVEN, after a hole in the journal: entries {holes}")
    return lines + _verdict(found.proven_by)


def _verdict(proven_by: tuple[str, ...]) -> list[str]:
    if proven_by:
        return [f"GOOD: proven by {' and '.join(proven_by)}"]
    return ["CONSISTENT, ORIGIN NOT PROVEN: no head and no fingerprint was given"]
