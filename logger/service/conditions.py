"""What is not as it should be, and what to do about it. Pure: read off the status."""

from collections.abc import Iterator

from logger.status import (
    ArchiveStatus,
    Condition,
    DriveStatus,
    OpenSessionStatus,
    PenStatus,
    SinkStatus,
    Status,
)

REFUSED_SHARE = 0.01
"""Of all frames: more than this are no accident of plugging in."""
COMPLETE_ENOUGH = 0.99
BEHIND_S = 60.0
UNSAVED_S = 10.0

_PEN_MENDS = {
    "no port": "Plug the pen in; `needlelog ports` lists what is there",
    "waiting": "Switch the pen on; `needlelog pen sniff PORT` shows what comes",
    "lost": "The port is opened again by itself; check cable and power",
}
_SESSION_MENDS = {
    "interrupted": "It goes on by itself when its pen is back; else stop it",
    "lapsed": "Its pen was away too long: `needlelog session resume` or `session stop`",
}


def conditions_of(status: Status) -> tuple[Condition, ...]:
    """Return the conditions of a service that is in ``status``, the gravest rooms first."""
    found = [*_of_drive(status.drive), *_of_journal(status), *_of_clock(status)]
    found += [one for pen in status.pens for one in _of_pen(pen)]
    found += [one for session in status.sessions for one in _of_session(session)]
    found += [one for sink in status.sinks for one in _of_sink(sink)]
    found += _of_archive(status.archive)
    return tuple(found)


def _of_drive(drive: DriveStatus) -> Iterator[Condition]:
    left = f"{drive.free_bytes / 1e6:,.0f} MB left"
    if drive.error:
        given_up = f"; {drive.given_up_samples} samples were given up" * bool(
            drive.given_up_samples
        )
        yield Condition(
            what="drive",
            name="data_dir",
            problem=f"nothing can be saved for {drive.held_s:.0f} s now: {drive.error}; "
            f"{drive.held_bytes / 1e6:.1f} MB wait in memory{given_up}",
            mend="Make room on the drive; it goes on by itself",
        )
    elif drive.level == "full":
        yield Condition(
            what="drive",
            name="data_dir",
            problem=f"{left}: no new session is begun, open ones go on",
            mend="Make room on the drive",
        )
    elif drive.level == "low":
        least = f"{drive.refuse_below_bytes / 1e6:,.0f} MB"
        yield Condition(
            what="drive",
            name="data_dir",
            problem=f"{left}; with less than {least} no new session is begun",
            mend="Make room on the drive",
        )


def _of_journal(status: Status) -> Iterator[Condition]:
    ages_s = [pen.last_sample_age_s for pen in status.pens if pen.last_sample_age_s is not None]
    if status.saved_age_s > UNSAVED_S and min(ages_s, default=UNSAVED_S) < UNSAVED_S:
        yield Condition(
            what="journal",
            name=status.journal[:8],
            problem=f"a pen speaks and nothing was saved for {status.saved_age_s:.0f} s",
            mend="Look at the log: the drive is stuck or full",
        )
    for note in status.journal_notes:
        yield Condition(what="journal", name=status.journal[:8], problem=note, mend="")


def _of_clock(status: Status) -> Iterator[Condition]:
    if not status.clock.synchronised:
        yield Condition(
            what="clock",
            name="host",
            problem="the clock is not synchronised: recorded times may be wrong",
            mend="Let the mini-PC reach a time server (`timedatectl`); order and durations hold "
            "all the same, and times are corrected beside once it does",
        )


def _of_pen(pen: PenStatus) -> Iterator[Condition]:
    name = pen.serial or pen.port or "?"
    if pen.state in _PEN_MENDS or pen.trouble:
        problem = pen.trouble or f"{pen.port}: nothing was heard yet"
        mend = _PEN_MENDS.get(pen.state, "See the log")
        yield Condition(what="pen", name=name, problem=problem, mend=mend)
    refused = sum(pen.refused.values())
    if refused > REFUSED_SHARE * (refused + pen.samples) and pen.samples:
        causes = ", ".join(sorted(pen.refused))
        yield Condition(
            what="pen line",
            name=name,
            problem=f"{refused} of {refused + pen.samples} frames were refused ({causes})",
            mend="Check cable and connector; `needlelog pen sniff` shows the bytes",
        )


def _of_session(session: OpenSessionStatus) -> Iterator[Condition]:
    if session.state in _SESSION_MENDS:
        yield Condition(
            what="session",
            name=session.session,
            problem=f"the session on pen {session.pen} is {session.state}",
            mend=_SESSION_MENDS[session.state],
        )
    if session.completeness is not None and session.completeness < COMPLETE_ENOUGH:
        yield Condition(
            what="session",
            name=session.session,
            problem=f"only {session.completeness:.1%} of its samples arrived, "
            f"{session.gaps} gap(s)",
            mend="The gaps are recorded; check the pen's cable before going on",
        )


def _of_sink(sink: SinkStatus) -> Iterator[Condition]:
    if sink.state == "down":
        yield Condition(
            what="sink",
            name=sink.name,
            problem=sink.error or "it cannot be reached",
            mend=f"Nothing is lost, {sink.depth} entries wait. It is tried again by itself; check "
            f"the receiver and [{sink.name}] in the settings",
        )
    elif sink.depth and sink.age_s > BEHIND_S:
        yield Condition(
            what="sink",
            name=sink.name,
            problem=f"{sink.depth} entries behind, the oldest {sink.age_s:.0f} s old",
            mend="It catches up by itself; if the number grows, the receiver is too slow",
        )
    if sink.quarantined:
        yield Condition(
            what="quarantine",
            name=sink.name,
            problem=f"{sink.quarantined} item(s) were refused for good and are kept",
            mend=f"`needlelog queue list {sink.name}` tells why; then `queue retry` or `drop`",
        )


def _of_archive(archive: ArchiveStatus) -> Iterator[Condition]:
    if archive.failed:
        yield Condition(
            what="archive",
            name="seals",
            problem="; ".join(archive.failed),
            mend="Recording goes on and nothing is lost; sealing is tried again by itself",
        )
