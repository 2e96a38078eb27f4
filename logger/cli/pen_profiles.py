"""``needlelog pen check`` and ``list``: the profiles by which pens are read."""

import json
from pathlib import Path

import click

from drivers.examples import check_examples
from drivers.profile import load_profile
from logger.cli.exits import Exit
from logger.cli.invocation import Invocation, pass_invocation
from logger.cli.ports import profiles_of

json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_context
def check(context: click.Context, file: Path, as_json: bool) -> None:
    """Check a profile and run its examples; exit code 1 if one fails."""
    results = check_examples(load_profile(file))
    failed = [result for result in results if not result.good]
    if as_json:
        rows = [{"name": r.name, "good": r.good, "problems": list(r.problems)} for r in results]
        click.echo(json.dumps({"good": not failed, "examples": rows}))
    else:
        for result in results:
            click.echo(f"{'good' if result.good else 'BAD '}  {result.name}")
            for problem in result.problems:
                click.echo(f"      {problem}")
        click.echo(f"{len(results) - len(failed)} of {len(results)} examples good")
    context.exit(Exit.FOUND_WRONG if failed else Exit.OK)


@click.command("list")
@json_option
@pass_invocation
def list_(invocation: Invocation, as_json: bool) -> None:
    """List the pen profiles that are shipped, and the clinic's own."""
    profiles = profiles_of(invocation)
    if as_json:
        rows = [{"name": p.name, "title": p.title, "hash": p.hash} for p in profiles]
        click.echo(json.dumps({"profiles": rows}))
        return
    width = max(len(profile.name) for profile in profiles)
    for profile in profiles:
        click.echo(f"{profile.name:<{width}}  {profile.title}")
