"""The accounts of a clinic, for those who administer them."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from logger.review.account_facts import account_lines, sign_ins_of
from logger.review.visit import Visit

CHANGES = ("name", "role", "password", "unlock", "factor", "close", "reopen")
"""What may be changed of an account, by the last part of the address."""


async def accounts_page(visit: Visit) -> Response:
    """List all accounts, closed ones too."""
    lines = await run_in_threadpool(account_lines, visit.console)
    done = visit.request.query_params.get("done", "")
    done = done if done in (*CHANGES, "add") else ""
    return visit.page("accounts.html", lines=lines, done=done)


async def account_page(visit: Visit) -> Response:
    """Show one account: what it is, its sign-ins, and what may be changed."""
    return await run_in_threadpool(_shown, visit)


def _shown(visit: Visit) -> Response:
    wanted = visit.request.path_params["account"]
    lines = account_lines(visit.console, wanted)
    if not lines:
        raise HTTPException(404)
    line = lines[0]
    record = line.record
    offered = {"reopen"} if record.closed else set(CHANGES) - {"reopen"}
    offered -= set() if record.second_factor else {"factor"}
    offered -= {"unlock"} if line.wait_s == 0 else set()
    return visit.page(
        "account.html",
        line=line,
        changes=[one for one in CHANGES if one in offered],
        sign_ins=sign_ins_of(visit.console.data_dir, record.id),
    )
