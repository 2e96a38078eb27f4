"""``needlelog config``: whether the settings are right, and what they are."""

import json

import click

from logger.cli.invocation import Invocation, pass_invocation
from logger.recorder.roster import profile_of
from logger.session.plans import load_plans


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@pass_invocation
def check(invocation: Invocation) -> None:
    """Check settings, pen profiles and plans; the first error is named with its mend."""
    settings = invocation.settings
    profiles = [profile_of(pen, settings.profiles_dir) for pen in settings.pens]
    plans = load_plans(settings.plans_file) if settings.plans_file else {}
    names = ", ".join(profile.name for profile in profiles)
    click.echo(f"settings good: {len(settings.pens)} pen(s) ({names}), {len(plans)} plan(s)")


@config.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_invocation
def show(invocation: Invocation, as_json: bool) -> None:
    """Show every setting in force; secrets are hidden."""
    values = invocation.settings.model_dump(mode="json")
    if as_json:
        click.echo(json.dumps(values))
        return
    for key, value in _flat(values):
        click.echo(f"{key} = {json.dumps(value, ensure_ascii=False)}")


def _flat(values: object, prefix: str = "") -> list[tuple[str, object]]:
    if isinstance(values, dict) and values:
        return [pair for key in values for pair in _flat(values[key], f"{prefix}{key}.")]
    if isinstance(values, list) and any(isinstance(value, dict) for value in values):
        return [
            pair for index, value in enumerate(values) for pair in _flat(value, f"{prefix}{index}.")
        ]
    return [(prefix.rstrip("."), values)]
