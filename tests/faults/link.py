"""Links that break in every way, composed at random; what is lost, and how soon they are back."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from drivers.simulator.burst import Fate
from drivers.simulator.faults import parse_faults
from drivers.simulator.log import read_log
from tests.faults.accounting import Account, account
from tests.faults.link_trial import CALM_S, LinkTrial, try_links
from tests.support.report import Row
from tests.support.simulated import SimulatedPen

BACK_WITHIN_S = 3.0
LONG_PENS, LONG_SLOTS = 24, 20
"""24 pens with a fault every six seconds each, for two minutes."""


def rows(place: Path, seed: int) -> list[Row]:
    """Break the links of many pens, and account for every sample."""
    return figures(try_links(place / "links", seed, LONG_PENS, LONG_SLOTS))


def figures(trial: LinkTrial) -> list[Row]:
    """Return what the trial shows, as rows with their targets."""
    accounts = [account([pen.log], [trial.recorder.data_dir]) for pen in trial.pens]
    offences = [f"{one.pen}: {text}" for one in accounts for text in one.offences]
    faults = sum(map(len, trial.faults))
    backs_s = [back for pen in trial.pens for back in back_after_replug_s(trial, pen)]
    freed_s = _freed_s(trial)
    return [
        Row("link: faults composed at random", f"{faults} on {len(trial.pens)} pens"),
        Row("link: samples written", f"{sum(one.written for one in accounts)}"),
        _sum("link: samples missing without a gap", accounts, "unexplained", offences),
        Row("link: samples in recorded gaps", f"{sum(one.in_gaps for one in accounts)}"),
        Row(
            "link: offences of order, repeats, gaps",
            f"{len(offences)}",
            "0",
            not offences,
            {"offences": offences, "accounts": [one.as_dict() for one in accounts]},
        ),
        _back_row("link: replug to first journaled sample", backs_s),
        _back_row("link: port let go to first journaled sample", freed_s),
        Row("link: times another program read bytes away", f"{trial.stolen}"),
    ]


def _sum(name: str, accounts: Sequence[Account], field: str, offences: Sequence[str]) -> Row:
    count = sum(getattr(one, field) for one in accounts)
    return Row(name, f"{count}", "0", count == 0, {"offences": list(offences)})


def _back_row(name: str, backs_s: Sequence[float]) -> Row:
    figure = f"median {median(backs_s):.2f} s, at most {max(backs_s):.2f} s of {len(backs_s)}"
    return Row(
        name,
        figure,
        f"≤ {BACK_WITHIN_S:.0f} s",
        max(backs_s) <= BACK_WITHIN_S,
        {"s": list(backs_s)},
    )


def back_after_replug_s(trial: LinkTrial, pen: SimulatedPen) -> list[float]:
    """Return for each replug after which the pen was left alone how long it was not recorded.

    From when the link was there and the pen said something, to the commit of a sample.
    """
    made = read_log(pen.log).samples()
    sent = made[np.isin(made["fate"], (Fate.SENT, Fate.REPEATED))]
    began_ns = int(np.min(sent["time_ns"] - sent["due_us"] * 1000)) + trial.wall_ns
    commits_ns = np.array(
        [entry.time_ns for entry in trial.recorder.entries("samples", stream=pen.serial)]
    )
    backs = []
    for back_us in _replugs_us(trial.faults[trial.pens.index(pen)]):
        spoke = made[(made["due_us"] >= back_us) & (made["fate"] < Fate.DROPPED)]
        unread = made[(made["due_us"] >= back_us) & (made["fate"] == Fate.UNREAD)]
        first_us = min(
            [int(some["due_us"][0]) for some in (spoke, unread) if len(some)], default=None
        )
        if first_us is None:
            continue
        later = commits_ns[commits_ns >= began_ns + first_us * 1000]
        if len(later):
            backs.append((int(later[0]) - began_ns - first_us * 1000) / 1e9)
    return backs


def _replugs_us(faults: Sequence[str]) -> list[int]:
    """Return when a link came back and nothing else happened for a while, µs of the pen's time."""
    parsed = parse_faults(faults)
    starts = [one.window.at_us for one in parsed]
    backs = [one.window.at_us + (one.window.for_us or 0) for one in parsed if one.name == "unplug"]
    calm_us = CALM_S * 1e6
    return [
        back for back in backs if not any(back - 1 <= start < back + calm_us for start in starts)
    ]


def _freed_s(trial: LinkTrial) -> list[float]:
    first = trial.recorder.entries("samples", stream=trial.pens[-1].serial)[0]
    return [(first.time_ns - trial.freed_ns) / 1e9]
