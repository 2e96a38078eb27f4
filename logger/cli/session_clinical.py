"""``needlelog session clinical``: fill in the clinical form of a session."""

from typing import Any

import click

from logger.cli.clinical_options import (
    adverse_event,
    checklist_option,
    treated_zone,
    word_option,
)
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.password_options import Passwords, password_options
from logger.cli.record_options import carry_out_record, json_option, signed_in
from logger.journal.kinds import Checklist, ClinicalForm, TopicalAnaesthetic
from logger.session.clinical import ENDPOINTS, FIELDS, FITZPATRICK
from logger.session.orders import INDICATIONS
from logger.session.record_orders import FillIn


@click.command()
@click.argument("session_id", required=False)
@word_option("--indication", INDICATIONS)
@word_option("--fitzpatrick", FITZPATRICK)
@checklist_option("consent", "The client has consented.")
@checklist_option("sun-exposure", "Recent sun on the skin to be treated.")
@checklist_option("anticoagulants", "The client takes some.")
@checklist_option("retinoids", "The client uses some.")
@checklist_option("skin-intact", "No wound, infection or eruption there.")
@click.option("--remark", default="", help="To the checklist.")
@checklist_option("anaesthetic", "A topical anaesthetic was applied.")
@click.option("--anaesthetic-product", default="", help="Which one.")
@click.option("--anaesthetic-minutes", type=int, help="For how long before.")
@click.option(
    "--treated",
    multiple=True,
    callback=treated_zone,
    metavar="SIDE:ZONE:CM2[:PASSES]",
    help="Area treated, in cm², and passes. May be repeated.",
)
@word_option("--endpoint", ENDPOINTS)
@click.option("--aftercare", default="", help="What was given.")
@click.option(
    "--adverse",
    multiple=True,
    callback=adverse_event,
    metavar="WHAT[:GRADE[:NOTE]]",
    help="An adverse event, with erythema grade 0 to 4. May be repeated.",
)
@click.option("--next-session", default="", metavar="YYYY-MM-DD", help="When it is due.")
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(FIELDS),
    metavar="FIELD",
    help=f"Empty a field first. May be repeated. One of: {', '.join(FIELDS)}.",
)
@click.option("--reason", default="", help="Why something entered before is changed.")
@click.option("--account", default="", metavar="ID", help="Needed where something is changed.")
@password_options
@json_option
@pass_invocation
def clinical(
    invocation: Invocation,
    /,
    session_id: str | None,
    clear: tuple[str, ...],
    reason: str,
    account: str,
    passwords: Passwords,
    as_json: bool,
    **entered: Any,
) -> None:
    """Fill in the clinical form of a session, open or stopped; all of it is optional."""
    order = FillIn(
        session=session_id,
        form=_form(entered),
        cleared=clear,
        reason=reason,
        by=signed_in(invocation, account, passwords) if account else None,
    )
    carry_out_record(invocation, order, as_json)


def _form(entered: dict[str, Any]) -> ClinicalForm:
    return ClinicalForm(
        indication=entered["indication"],
        fitzpatrick=entered["fitzpatrick"],
        checklist=_checklist(entered),
        topical_anaesthetic=_anaesthetic(entered),
        treated=entered["treated"],
        endpoint=entered["endpoint"],
        aftercare=entered["aftercare"],
        adverse_events=entered["adverse"],
        next_session_due=entered["next_session"],
    )


def _checklist(entered: dict[str, Any]) -> Checklist | None:
    answers = Checklist(
        consent=entered["consent"],
        sun_exposure=entered["sun_exposure"],
        anticoagulants=entered["anticoagulants"],
        retinoids=entered["retinoids"],
        skin_intact=entered["skin_intact"],
        remark=entered["remark"],
    )
    return None if answers == Checklist() else answers


def _anaesthetic(entered: dict[str, Any]) -> TopicalAnaesthetic | None:
    applied, product = entered["anaesthetic"], entered["anaesthetic_product"]
    minutes = entered["anaesthetic_minutes"]
    if applied is None and not product and minutes is None:
        return None
    return TopicalAnaesthetic(applied=applied is not False, product=product, minutes=minutes)
