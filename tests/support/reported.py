"""Journals to print reports of: a session with everything in it, and what the PDF holds."""

import subprocess
from datetime import timedelta, timezone
from pathlib import Path

from drivers.model import SIMULATED_PREFIX
from logger.archive.report.overview import Beside
from logger.archive.report.press import PAPERS
from logger.archive.report.session import Known, read_known, session_report
from logger.archive.report.wording import Wording
from logger.journal import kinds
from logger.journal.reader import JournalReader
from logger.session.model import Session
from logger.session.state_hash import state_hash
from logger.session.store import load_sessions
from tests.support.recorded import Recorded
from tests.support.stories import EPOCH_NS, LIFTED, PEN, SESSION, WORKING, Story, sample_block

ZONE = timezone(timedelta(hours=1))
SITE = "clinic-1"
PLAN = kinds.Plan(
    name="gentle",
    version="2",
    interval_days=28,
    note="for the first session",
    zones=(
        kinds.ZoneLimit(zone="anterior-thigh", depth_max_mm=1.5, rate_max_hz=120.0, passes=2),
        kinds.ZoneLimit(zone="anterior-lower-leg", depth_max_mm=1.0, rate_min_hz=90.0),
    ),
)
FORM = kinds.ClinicalForm(
    indication="stretch-marks",
    fitzpatrick="III",
    checklist=kinds.Checklist(consent=True, sun_exposure=False, skin_intact=True, remark="calm"),
    topical_anaesthetic=kinds.TopicalAnaesthetic(applied=True, product="lidocaine 4 %", minutes=40),
    treated=(
        kinds.TreatedZone(side="left", zone="anterior-thigh", area_cm2=180.0, passes=2),
        kinds.TreatedZone(side="left", zone="anterior-lower-leg", area_cm2=90.0),
    ),
    endpoint="erythema",
    aftercare="cooling, no sun for 14 days",
    adverse_events=(
        kinds.AdverseEvent(what="pinpoint bleeding", erythema_grade=2, note="stopped by itself"),
    ),
    next_session_due="2027-02-12",
)


def treated(
    pen: str = PEN,
    note: str = "erythema even",
    zone: str = "anterior-thigh",
    session: str = SESSION,
) -> Story:
    """Return a stopped session of two segments with deviations, a gap and a pause."""
    story = Story()
    story.identified(pen=pen)
    head = kinds.Cartridge(
        udi="(01)00850000000018(17)261231(10)L4471(21)0007", lot="L4471", expiry="2026-12-31",
        needle_count=14,
    )  # fmt: skip
    story.append(
        kinds.SessionStarted(
            session=session, pen=pen, client="C-1042", practitioner="dr.b", side="left", zone=zone,
            nonce="00", plan=PLAN, indication="stretch-marks", cartridge=head,
            simulated=pen.startswith(SIMULATED_PREFIX), note=note,
        ),
        stream=pen,
    )  # fmt: skip
    story.samples(sample_block(300, depth_um=1500, measured_um=1480, pen=pen))
    # Above the plan's 1.5 mm for a second, and at its end one sample of 2.4 mm.
    deep = [1750] * 99 + [2400]
    story.samples(sample_block(100, first=300, depth_um=deep, measured_um=1730, pen=pen))
    # Fifty samples are missing here, by number.
    story.samples(sample_block(50, first=450, status=LIFTED, pen=pen))
    story.append(kinds.Gap(cause="sequence", count=50, from_sequence=400, to_sequence=449,
                           from_unix_ns=EPOCH_NS, to_unix_ns=EPOCH_NS), stream=pen)  # fmt: skip
    story.append(kinds.SessionPaused(session=session), stream=pen)
    story.samples(sample_block(40, first=500, pen=pen))
    story.append(kinds.SessionResumed(session=session), stream=pen)
    story.append(kinds.SegmentStarted(session=session, side="left", zone="anterior-lower-leg"))
    slow = [1000] * 100 + [800] * 100
    story.samples(
        sample_block(200, first=540, depth_um=750, rate_dhz=slow, status=WORKING, pen=pen)
    )
    story.stopped(session)
    return story


def tell_whole_record(recorded: Recorded) -> None:
    """Append a session with clinical form, amendment, review, signature, seal and head."""
    recorded.tell(treated())
    recorded.tell(_story(
        kinds.SessionClinical(session=SESSION, form=FORM, nonce="01"),
        kinds.SessionAmended(session=SESSION, what="client", former="C-1042", now="C-1024",
                             reason="digits were swapped", nonce="02", account="dr.b"),
        kinds.SessionReviewed(session=SESSION, account="dr.c", name="Dr C", role="auditor",
                              state_hash="00" * 32, nonce="03", remark="complete"),
    ))  # fmt: skip
    shown = state_hash(session_in(recorded.data_dir))
    last = recorded.tell(_story(
        kinds.SessionSigned(session=SESSION, account="dr.b", name="Dr Betty Boe",
                            role="practitioner", meaning="I treated and reviewed this",
                            state_hash=shown, nonce="04"),
    ))[-1]  # fmt: skip
    seal = recorded.tell(_story(
        kinds.SealMade(subject="session", name=SESSION, revision=2, manifest_sha256="5a" * 32,
                       leaf_hash="6b" * 32, files={}, samples=690, from_position=3,
                       to_position=last.position, former_sha256="4c" * 32),
    ))[-1]  # fmt: skip
    recorded.tell(_story(
        kinds.HeadSigned(journal="ab" * 16, position=seal.position, tree_size=17,
                         chain_hash=seal.chain_hash.hex(), tree_root="7d" * 32,
                         time_unix_ns=EPOCH_NS, key="SHA256:abc", signature="-"),
    ))  # fmt: skip


def session_in(data_dir: Path) -> Session:
    """Return the one session of a journal."""
    with load_sessions(data_dir) as sessions:
        found = sessions.session(SESSION)
    assert found is not None
    return found


def known_in(data_dir: Path) -> Known:
    """Return what a report says of the one session of a journal."""
    with load_sessions(data_dir) as sessions, JournalReader(data_dir) as reader:
        found = sessions.session(SESSION)
        assert found is not None
        return read_known(reader, found, Beside(sessions.cartridge_flags(found, ZONE)))


def report_of(data_dir: Path, language: str = "en", paper: str = "a4") -> bytes:
    """Return the PDF of the one session of a journal."""
    return session_report(known_in(data_dir), SITE, PAPERS[paper], Wording(language, ZONE))


def text_of(pdf: bytes, place: Path, *options: str) -> str:
    """Return the text of a PDF as pdftotext reads it, pages parted by form feeds."""
    file = place / "report.pdf"
    file.write_bytes(pdf)
    return run("pdftotext", *options, str(file), "-")


def words_of(pdf: bytes, place: Path) -> str:
    """Return the text in reading order, with every run of blanks as one."""
    return " ".join(text_of(pdf, place, "-raw").split())


def run(*command: str) -> str:
    """Return what a program printed; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _story(*payloads: kinds.Payload) -> Story:
    story = Story()
    for payload in payloads:
        story.append(payload, stream=PEN)
    return story
