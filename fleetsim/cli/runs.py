"""``fleetsim runs``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from fleetsim.cli.options import json_option, results_here, results_option
from fleetsim.cli.printing import print_json, print_table, remark


@click.command("runs")
@results_option
@json_option
def command(results: Path | None, store: str | None, as_json: bool) -> None:
    """List the runs there are, the oldest first.

    Example: fleetsim runs
    """
    from fleetsim.results.listing import catalogued

    rows = catalogued(results_here(results), store)
    if as_json:
        print_json([asdict(row) for row in rows])
    elif not rows:
        remark("no runs yet; fleetsim run SCENARIO makes one")
    else:
        head = ("run_id", "status", "created_at", "days", "vehicles", "wall_s")
        print_table(head, [[_shown(getattr(row, key)) for key in head] for row in rows])


def _shown(value: object) -> str:
    return "" if value is None else str(value)
