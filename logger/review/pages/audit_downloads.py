"""What an auditor takes home of a period: a table, the report, the trail."""

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.archive.exports.trail import FORMS, TrailFilter, trail
from logger.archive.report.audit import audit, audit_report
from logger.archive.report.audit_reading import Period
from logger.archive.report.audit_tables import unassigned
from logger.archive.report.press import PAPERS
from logger.archive.report.wording import Wording
from logger.journal.kinds import ExportForm, SessionExported
from logger.journal.reader import JournalReader
from logger.review.audit_areas import ALL_ROWS, Area, area_table
from logger.review.csv_table import MEDIA_TYPE, PlainWords, as_csv
from logger.review.period import asked_period
from logger.review.sending import sent, written
from logger.review.visit import Page, Visit, see_other

_PAPER = "a4"
_JSON_LINES = "application/jsonl; charset=utf-8"
Write = Callable[[Visit, Period, Path], None]


def area_csv(area: Area) -> Page:
    """Return the download of all rows of ``area``."""

    def write(visit: Visit, period: Period, path: Path) -> None:
        words = PlainWords(visit.words.language)
        table = area_table(area, visit.console, period, words, ALL_ROWS)
        _put(path, as_csv(table))

    return _download(area.name, "csv", MEDIA_TYPE, write)


def _write_unassigned(visit: Visit, period: Period, path: Path) -> None:
    console = visit.console
    now_ns = console.outside.now_unix_ns()
    looked = console.day_looks.look(console.sessions, period, now_ns, None)
    _put(path, as_csv(unassigned(looked.work, PlainWords(visit.words.language), ALL_ROWS)))


def _write_report(visit: Visit, period: Period, path: Path) -> None:
    console = visit.console
    audited = audit(console.data_dir, period)
    wording = Wording(visit.words.language)
    path.write_bytes(audit_report(audited, console.site, PAPERS[_PAPER], wording))


def _writing_trail(form: str) -> Write:
    def write(visit: Visit, period: Period, path: Path) -> None:
        wanted = TrailFilter(since_unix_ns=period.since_unix_ns, until_unix_ns=period.until_unix_ns)
        with (
            JournalReader(visit.console.data_dir) as reader,
            path.open("w", encoding="utf-8", newline="") as file,
        ):
            file.writelines(FORMS[form](trail(reader, wanted)))

    return write


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")


def _download(what: str, form: ExportForm, media_type: str, write: Write) -> Page:
    """Return the page that sends what ``write`` makes of a period, once that is an entry."""

    async def page(visit: Visit) -> Response:
        console = visit.console
        now_ns = console.outside.now_unix_ns()
        asked = asked_period(visit.request.query_params, now_ns, visit.words)
        period = asked.period
        if period is None:
            return see_other(f"/audit?{asked.query}")  # which says what is wrong
        exported = SessionExported(
            account=visit.who.id,
            at_unix_ns=now_ns,
            session="",
            form=form,
            what=what,
            since_unix_ns=period.since_unix_ns,
            until_unix_ns=period.until_unix_ns,
        )
        async with console.exporting:
            file = await run_in_threadpool(
                written, visit, lambda path: write(visit, period, path), exported
            )
        first = visit.words.local(period.since_unix_ns).strftime("%Y-%m-%d")
        return sent(file, f"audit-{what}-{first}.{form}", media_type)

    return page


unassigned_csv = _download("unassigned", "csv", MEDIA_TYPE, _write_unassigned)
audit_pdf = _download("report", "pdf", "application/pdf", _write_report)
_TRAILS = {
    "csv": _download("trail", "csv", MEDIA_TYPE, _writing_trail("csv")),
    "jsonl": _download("trail", "jsonl", _JSON_LINES, _writing_trail("jsonl")),
}


async def trail_download(visit: Visit) -> Response:
    """Send the trail of a period in one of its forms."""
    page = _TRAILS.get(visit.request.path_params["form"])
    if page is None:
        raise HTTPException(404)
    return await page(visit)
