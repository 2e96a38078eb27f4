"""The one table of all pages, and who may use each. What is not named here is closed.

What programs call stands in ``logger.review.api.calls``.
"""

from dataclasses import dataclass

from logger.accounts import Role
from logger.accounts.model import ROLES
from logger.review.audit_areas import AREAS, ASSIGNING, AUDITING
from logger.review.pages.account_changes import add_account, change_account
from logger.review.pages.accounts import account_page, accounts_page
from logger.review.pages.assign import assign, assign_page
from logger.review.pages.audit import area_page, audit_page, unassigned_page
from logger.review.pages.audit_downloads import area_csv, audit_pdf, trail_download, unassigned_csv
from logger.review.pages.authority import authority
from logger.review.pages.calendar import calendar_page
from logger.review.pages.compare import compare_page
from logger.review.pages.course import course_data
from logger.review.pages.downloads import download
from logger.review.pages.language import choose_language
from logger.review.pages.live import give_order, live_page
from logger.review.pages.live_feed import feed
from logger.review.pages.own_account import own_account_page, own_password
from logger.review.pages.pens import check_pen, pen_page, pens_page
from logger.review.pages.plans import plans_page
from logger.review.pages.second_factor import confirm, switch_off, switch_on
from logger.review.pages.session import session_page
from logger.review.pages.session_amend import amend_page, amend_value
from logger.review.pages.session_clinical import clinical
from logger.review.pages.session_moving import merge, split
from logger.review.pages.session_note import note
from logger.review.pages.session_sign_off import review, sign
from logger.review.pages.sessions import sessions_page
from logger.review.pages.set_up import make_administrator, set_up_page
from logger.review.pages.sign_in import sign_in, sign_in_page, sign_out
from logger.review.pages.sign_in_code import sign_in_code
from logger.review.pages.start import start
from logger.review.pages.static import static_file
from logger.review.pages.verification import begin_verification, verification_page
from logger.review.pages.verify import verify_session
from logger.review.session_actions import AMENDING, SIGNING
from logger.review.visit import Page
from logger.review.watch import SocketPage
from logger.session.pen_checks import CHECKING_ROLES

EVERYONE_SIGNED_IN = frozenset(ROLES)
TREATING = frozenset[Role](("practitioner", "administrator"))
ADMINISTERING: frozenset[Role] = frozenset(("administrator",))


@dataclass(frozen=True, slots=True)
class SocketRoute:
    """A WebSocket that ``roles`` may open, from a page of the console."""

    path: str
    page: SocketPage
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Route:
    """``roles`` may use it; ``is_open`` to whoever reaches the console, signed in or not."""

    method: str
    path: str
    page: Page
    roles: frozenset[Role] = frozenset()
    is_open: bool = False


def _asking(path: str, page: Page, roles: frozenset[Role]) -> tuple[Route, Route]:
    """Return the routes of a form that stands and is taken at one address."""
    return Route("GET", path, page, roles), Route("POST", path, page, roles)


ROUTES = (
    Route("GET", "/static/{name}", static_file, is_open=True),
    Route("GET", "/ca.crt", authority, is_open=True),
    Route("GET", "/sign-in", sign_in_page, is_open=True),
    Route("POST", "/sign-in", sign_in, is_open=True),
    Route("GET", "/sign-in/code", sign_in_code, is_open=True),
    Route("POST", "/sign-in/code", sign_in_code, is_open=True),
    Route("GET", "/set-up", set_up_page, is_open=True),
    Route("POST", "/set-up", make_administrator, is_open=True),
    Route("POST", "/language", choose_language, is_open=True),
    Route("POST", "/sign-out", sign_out, EVERYONE_SIGNED_IN),
    Route("GET", "/", start, EVERYONE_SIGNED_IN),
    Route("GET", "/live", live_page, EVERYONE_SIGNED_IN),
    Route("POST", "/live/{order}", give_order, TREATING),
    Route("GET", "/sessions", sessions_page, EVERYONE_SIGNED_IN),
    Route("GET", "/sessions/{session_id}", session_page, EVERYONE_SIGNED_IN),
    Route("GET", "/sessions/{session_id}/course", course_data, EVERYONE_SIGNED_IN),
    Route("POST", "/sessions/{session_id}/verify", verify_session, EVERYONE_SIGNED_IN),
    Route("GET", "/sessions/{session_id}/download/{form}", download, EVERYONE_SIGNED_IN),
    *_asking("/sessions/{session_id}/review", review, AMENDING),
    *_asking("/sessions/{session_id}/sign", sign, SIGNING),
    *_asking("/sessions/{session_id}/clinical", clinical, AMENDING),
    *_asking("/sessions/{session_id}/note", note, AMENDING),
    Route("GET", "/sessions/{session_id}/amend", amend_page, AMENDING),
    *_asking("/sessions/{session_id}/amend/{what}", amend_value, AMENDING),
    *_asking("/sessions/{session_id}/split", split, AMENDING),
    *_asking("/sessions/{session_id}/merge", merge, AMENDING),
    Route("GET", "/calendar", calendar_page, EVERYONE_SIGNED_IN),
    Route("GET", "/compare", compare_page, EVERYONE_SIGNED_IN),
    Route("GET", "/pens", pens_page, EVERYONE_SIGNED_IN),
    Route("GET", "/pens/{serial}", pen_page, EVERYONE_SIGNED_IN),
    Route("POST", "/pens/{serial}/check", check_pen, frozenset(CHECKING_ROLES)),
    Route("GET", "/audit", audit_page, EVERYONE_SIGNED_IN),
    *(Route("GET", f"/audit/{one.name}", area_page(one), one.roles) for one in AREAS),
    *(Route("GET", f"/audit/{one.name}/csv", area_csv(one), one.roles) for one in AREAS),
    Route("GET", "/audit/unassigned", unassigned_page, EVERYONE_SIGNED_IN),
    Route("GET", "/audit/unassigned/csv", unassigned_csv, EVERYONE_SIGNED_IN),
    Route("GET", "/audit/unassigned/assign", assign_page, ASSIGNING),
    Route("POST", "/audit/unassigned/assign", assign, ASSIGNING),
    Route("GET", "/audit/report/pdf", audit_pdf, AUDITING),
    Route("GET", "/audit/trail/{form}", trail_download, AUDITING),
    Route("GET", "/audit/verification", verification_page, AUDITING),
    Route("POST", "/audit/verification", begin_verification, AUDITING),
    Route("GET", "/plans", plans_page, EVERYONE_SIGNED_IN),
    Route("GET", "/accounts", accounts_page, ADMINISTERING),
    Route("GET", "/accounts/{account}", account_page, ADMINISTERING),
    *_asking("/accounts/{account}/{change}", change_account, ADMINISTERING),
    *_asking("/add-account", add_account, ADMINISTERING),
    Route("GET", "/account", own_account_page, EVERYONE_SIGNED_IN),
    *_asking("/account/password", own_password, EVERYONE_SIGNED_IN),
    *_asking("/account/factor-on", switch_on, EVERYONE_SIGNED_IN),
    Route("POST", "/account/factor-confirm", confirm, EVERYONE_SIGNED_IN),
    *_asking("/account/factor-off", switch_off, EVERYONE_SIGNED_IN),
)

SOCKETS = (SocketRoute("/live/feed", feed, EVERYONE_SIGNED_IN),)
