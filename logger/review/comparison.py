"""Sessions beside one another: the same zone over time, left against right, the series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from logger.archive.exports.distribution import BIN_WIDTHS, Distribution
from logger.archive.report.listing import NARROW, NUMBER, WIDE, listing
from logger.archive.report.wording import NOTHING
from logger.archive.report.zones import Range, ZoneSum, joined, zone_sums
from logger.review.charts import Chart, Point, Series, chart
from logger.review.words import Words
from logger.session.legs import SIDES
from logger.session.model import Session, Spread
from logger.session.series import SeriesItem, started_ns

MEASURES = (("depth_set", "mm", 2), ("depth_measured", "mm", 2), ("rate", "Hz", 1))
"""What is compared: its word, its unit, and digits behind the point."""
_FIELDS = {"depth_set": "depth_set_mm", "depth_measured": "depth_measured_mm", "rate": "rate_hz"}
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """A part of the page: its title, a table, and the charts of the same numbers."""

    title: str
    table: Table
    charts: Sequence[tuple[str, Chart]] = ()


def side_by_side(sessions: Sequence[Session], words: Words) -> Compared:
    """Return the statistics of whole sessions, a line each."""
    columns = [("started", NARROW), ("session", NARROW), ("client", NARROW), ("pen", NARROW)]
    columns += [("practitioner", NARROW), ("motor_on", NUMBER), ("depth_set", NUMBER)]
    columns += [("depth_measured", NUMBER), ("rate", NUMBER), ("punctures_column", NUMBER)]
    columns += [("completeness_column", NUMBER), ("deviations_column", NUMBER)]
    rows = []
    for one in sessions:
        totals = one.totals
        rows.append(
            [
                words.day_and_minute(started_ns(one)),
                one.id,
                one.client,
                one.pen,
                one.practitioner,
                words.span(totals.motor_on_s),
                *(words.spread(_whole(one, name), digits) for name, _, digits in MEASURES),
                words.number(totals.nominal_punctures),
                words.percent(totals.completeness),
                NOTHING if one.plan is None else str(totals.deviations),
            ]
        )
    return Compared(words.say("side_by_side"), listing(words, columns, rows))


def percentiles(sessions: Sequence[Session], words: Words) -> Compared:
    """Return the 5th, 50th and 95th percentile of each stay: they cannot be joined."""
    columns = [("started", NARROW), ("session", NARROW), ("site", WIDE), ("motor_on", NUMBER)]
    columns += [(name, NUMBER) for name, _, _ in MEASURES]
    rows = [
        [
            words.day_and_minute(started_ns(one)),
            one.id,
            words.site(stay.side, stay.zone),
            words.span(stay.statistics.motor_on_s),
            *(
                words.percentiles(_of(stay.statistics, name), digits)
                for name, _, digits in MEASURES
            ),
        ]
        for one in sessions
        for stay in one.segments
    ]
    return Compared(words.say("percentiles_title"), listing(words, columns, rows))


def over_time(sessions: Sequence[Session], words: Words) -> list[Compared]:
    """Return each side and zone that two sessions or more treated, in their order."""
    by_site: dict[tuple[str, str], list[tuple[Session, ZoneSum]]] = {}
    for session in sessions:
        for part in zone_sums(session):
            by_site.setdefault((part.side, part.zone), []).append((session, part))
    return [
        _zone(words.site(*site), parts, words)
        for site, parts in sorted(by_site.items())
        if len(parts) > 1
    ]


def left_and_right(sessions: Sequence[Session], words: Words) -> Compared | None:
    """Return the zones that a session treated on both sides; None where there is none."""
    pairs = []
    for session in sessions:
        parts = {(one.side, one.zone): one for one in zone_sums(session)}
        for side, zone in parts:
            if side == SIDES[0] and (SIDES[1], zone) in parts:
                pairs.append((session, zone, parts[SIDES[0], zone], parts[SIDES[1], zone]))
    if not pairs:
        return None
    columns = [("started", NARROW), ("session", NARROW), ("zone", WIDE), ("side", NARROW)]
    columns += [("motor_on", NUMBER), *((name, NUMBER) for name, _, _ in MEASURES)]
    rows = [
        [
            words.day_and_minute(started_ns(session)),
            session.id,
            words.name("zones", zone),
            words.name("sides", part.side),
            *_measured(part, words),
        ]
        for session, zone, *sides in pairs
        for part in sides
    ]
    names = [
        f"{words.local(started_ns(session)):%m-%d} {words.name('zones', zone)[:14]}"
        for session, zone, _, _ in pairs
    ]
    by_side = [
        (words.name("sides", SIDES[0]), [left for _, _, left, _ in pairs]),
        (words.name("sides", SIDES[1]), [right for _, _, _, right in pairs]),
    ]
    return Compared(
        words.say("left_and_right"), listing(words, columns, rows), _charts(names, by_side, words)
    )


def series_table(items: Sequence[SeriesItem], words: Words) -> Table:
    """Return the series of a client with the intervals between its sessions."""
    columns = [("number", NUMBER), ("started", NARROW), ("session", NARROW)]
    columns += [("practitioner", NARROW), ("site", WIDE), ("interval", NUMBER)]
    columns += [("interval_plan", NUMBER), ("next_session_due", NARROW)]
    rows = [
        [
            str(one.number),
            words.day_and_minute(one.started_unix_ns),
            one.session,
            one.practitioner,
            "\n".join(words.site(*place.split(" ", 1)) for place in one.places) or NOTHING,
            words.number(one.interval_days, 1),
            words.number(one.interval_planned_days),
            words.date(one.next_session_due),
        ]
        for one in items
    ]
    return listing(words, columns, rows)


def distribution_charts(
    sessions: Sequence[Session], found: Sequence[Distribution], words: Words
) -> list[Compared]:
    """Return for each measure the share of samples with the motor on by bin, a line a session."""
    compared = []
    for measure, unit, _ in MEASURES:
        channel = _FIELDS[measure]
        shares = [one.shares(channel) if one.counts[channel] else {} for one in found]
        known = [number for share in shares for number in share]
        if not known:
            continue
        bins = range(min(known) - 1, max(known) + 2)
        digits = 1 if unit == "mm" else 0
        names = [words.number(number * BIN_WIDTHS[channel], digits) for number in bins]
        lines = [
            Series(
                f"{words.day_and_minute(started_ns(session))} {session.id}",
                [Point(at, 100 * share.get(number, 0.0)) for at, number in enumerate(bins)],
            )
            for session, share in zip(sessions, shares, strict=True)
        ]
        title = f"{words.word(measure)}".replace("\n", " ")
        drawn = chart(names, lines, "%", words.number)
        charts = [] if drawn is None else [(title, drawn)]
        compared.append(Compared(title, _bins(lines, names, title, words), charts))
    return compared


def _bins(lines: Sequence[Series], names: Sequence[str], title: str, words: Words) -> Table:
    columns = [title, *(one.label for one in lines)]
    rows = [
        [name, *(words.number(one.points[at].value, 1) + " %" for one in lines)]
        for at, name in enumerate(names)
    ]
    return {
        "columns": [{"title": one, "align": "right", "width": "auto"} for one in columns],
        "rows": rows,
        "more": "",
    }


def _zone(title: str, parts: Sequence[tuple[Session, ZoneSum]], words: Words) -> Compared:
    columns = [("started", NARROW), ("session", NARROW), ("motor_on", NUMBER)]
    columns += [(name, NUMBER) for name, _, _ in MEASURES]
    rows = [
        [words.day_and_minute(started_ns(session)), session.id, *_measured(part, words)]
        for session, part in parts
    ]
    names = [f"{words.local(started_ns(session)):%Y-%m-%d}" for session, _ in parts]
    charts = _charts(names, [(title, [part for _, part in parts])], words)
    return Compared(title, listing(words, columns, rows), charts)


def _measured(part: ZoneSum, words: Words) -> list[str]:
    told = [words.spread(_of(part, name), digits) for name, _, digits in MEASURES]
    return [words.span(part.motor_on_s), *told]


def _charts(
    names: Sequence[str], groups: Sequence[tuple[str, Sequence[ZoneSum]]], words: Words
) -> list[tuple[str, Chart]]:
    """Return a chart for each measure that was taken: means, with the range about each."""
    charts = []
    for measure, unit, _ in MEASURES:
        lines = []
        for label, parts in groups:
            ranges = [(at, _of(part, measure)) for at, part in enumerate(parts)]
            points = [
                Point(at, one.mean, one.minimum, one.maximum)
                for at, one in ranges
                if one is not None
            ]
            lines.append(Series(label, points))
        drawn = chart(names, lines, unit, words.number)
        if drawn is not None:
            charts.append((words.word(measure).split("\n")[0], drawn))
    return charts


def _of(part: Any, measure: str) -> Any:
    return getattr(part, _FIELDS[measure])


def _whole(session: Session, measure: str) -> Range | Spread | None:
    parts = [stay.statistics for stay in session.segments]
    return joined([(_of(one, measure), one.motor_on_s) for one in parts])
