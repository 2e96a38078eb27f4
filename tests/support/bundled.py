"""Bundles made as the command line makes them, and remade by someone who tampers."""

import importlib.util
import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from logger.archive.bundle import form
from logger.archive.bundle.checking import check_bundle
from logger.archive.bundle.form import FileList
from logger.archive.bundle.zip_file import ZipWriter, read_members
from logger.archive.keys import InstallationKey
from logger.archive.outside import Outside
from logger.journal import kinds
from tests.support.archived import append_at, archive
from tests.support.command_line import call
from tests.support.stories import EPOCH_NS, SESSION, Story, sample_block

SCRIPT = Path(form.__file__).with_name(form.SCRIPT)
OTHER_PEN, OTHER_SESSION = "NP-000777", "20261122-zz99"
THIRD_PEN = "NP-000888"
OTHER_CLIENT = "C-somebody-else"
LATER_NS = EPOCH_NS + 3600 * 1_000_000_000


def record(data_dir: Path, depth_um: int = 1500) -> None:
    """Record and seal a session beside another client's; a note makes its second revision."""
    story = Story()
    story.identified()
    story.started()
    story.samples(sample_block(30, depth_um=depth_um, measured_um=[1480] * 29 + [0xFFFF]))
    story.started(OTHER_SESSION, pen=OTHER_PEN)
    story.append(_client(), stream=OTHER_PEN)
    story.samples(sample_block(20, pen=OTHER_PEN))
    story.samples(sample_block(20, first=30))
    story.append(kinds.Gap(cause="sequence", count=10, from_sequence=50, to_sequence=59))
    story.append(kinds.SessionPaused(session=SESSION))
    story.samples(sample_block(10, first=60))
    story.append(kinds.SessionResumed(session=SESSION))
    story.append(kinds.SegmentStarted(session=SESSION, side="right", zone="anterior-knee"))
    story.samples(sample_block(25, first=70, depth_um=[700] * 20 + [900] * 5))
    story.stopped()
    append_at(data_dir, story, EPOCH_NS)
    archive(data_dir)
    story = Story()
    story.append(kinds.SessionNote(session=SESSION, text="even", nonce="00"))
    append_at(data_dir, story, LATER_NS)
    archive(data_dir, LATER_NS)


def _client() -> kinds.SessionNote:
    return kinds.SessionNote(session=OTHER_SESSION, text=OTHER_CLIENT, nonce="01")


def seal_others(data_dir: Path, *sessions: str) -> None:
    """Record these further sessions, seal them and sign a head."""
    story = Story()
    for session in sessions:
        story.started(session, pen=THIRD_PEN)
        story.stopped(session)
    append_at(data_dir, story, LATER_NS)
    archive(data_dir, LATER_NS)


def make_bundle(data_dir: Path, out: Path, session: str = SESSION) -> Path:
    """Let the command line write the bundle of ``session`` to ``out``."""
    answer = call("--data-dir", data_dir, "session", "bundle", session, "--out", out)
    assert answer.code == 0, answer.err
    return out


def contents_of(bundle: Path) -> dict[str, bytes]:
    """Return all files of a bundle by name, in order."""
    members = read_members(memoryview(bundle.read_bytes()))
    return {name: member.content() for name, member in members.items()}


def remake(
    contents: dict[str, bytes],
    path: Path,
    key: InstallationKey | None = None,
    session: str = SESSION,
) -> Path:
    """Write ``contents`` as a bundle's zip; with a ``key`` the list is made anew and signed."""
    with ZipWriter(path) as zipped:
        for name, content in contents.items():
            if key is None or name not in (form.LIST, form.LIST_SIGNATURE):
                zipped.add(name, [content])
        if key is not None:
            told = msgspec.json.encode(
                FileList(format=form.FORMAT, session=session, files=tuple(zipped.listed))
            )
            zipped.add(form.LIST, [told])
            zipped.add(form.LIST_SIGNATURE, [key.sign(told, form.NAMESPACE).encode()])
    return path


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a verifier says: whether nothing is wrong, whether the origin is proven, and why."""

    good: bool
    proven: bool
    words: str

    def agrees(self, other: "Judgement") -> bool:
        return (self.good, self.proven) == (other.good, other.proven)


def judged_by_needlelog(bundle: Path, outside: Outside) -> Judgement:
    """Return what the product's own verifier says."""
    found = check_bundle(bundle, outside)
    return Judgement(found.good, bool(found.proven_by), found.problem)


def load_script() -> ModuleType:
    """Return verify.py as a module, for many calls in one process."""
    spec = importlib.util.spec_from_file_location("verify_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged_by_script(script: Any, bundle: Path, *options: str | Path) -> Judgement:
    """Return what verify.py says; fails if it could not check."""
    said = io.StringIO()
    with redirect_stdout(said):
        code = script.main([str(bundle), *map(str, options)])
    words = said.getvalue()
    assert code in (0, 1), words
    return Judgement(code == 0, "GOOD: proven by" in words, words)
