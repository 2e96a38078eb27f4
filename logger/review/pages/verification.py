"""The page on the check of the whole record, and the button that begins one."""

from starlette.responses import Response

from logger.archive.report.audit_events import verification
from logger.review.pages.audit import chosen
from logger.review.visit import Visit, see_other

PATH = "/audit/verification"


async def verification_page(visit: Visit) -> Response:
    """Show how far the check is, or what the last one found and when."""
    check = visit.console.verification.check
    found = None if check is None else check.found
    return visit.page(
        "audit_verification.html",
        check=check,
        told_sentences=[] if found is None else verification(found, visit.words),
        not_covered=None if found is None else found.archive.not_covered,
        **chosen(visit),
    )


async def begin_verification(visit: Visit) -> Response:
    """Begin a check, unless one is going on, and lead to the page that shows it."""
    console = visit.console
    console.verification.begin(console.data_dir, visit.who.id, console.outside.now_unix_ns)
    return see_other(PATH)
