"""``fleetsim check``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.options import load_scenario, scenario_argument
from fleetsim.cli.printing import remark


@click.command("check")
@scenario_argument
def command(
    scenario: Path, settings: tuple[str, ...], seed: int | None, days: int | None, workspace: Path | None
) -> None:
    """Check SCENARIO and all that it names without running it.

    Every problem is listed with its file, line and key, and what is allowed there.

    Example: fleetsim check configs/first_depot.yaml
    """
    from fleetsim.simulation.duty_remarks import duty_remarks

    loaded = load_scenario(scenario, settings, seed, days, workspace)
    remarks = (*loaded.remarks, *duty_remarks(loaded))
    for text in remarks:
        remark(f"remark: {text}")
    spec = loaded.spec
    vehicles = sum(fleet.count for fleet in spec.fleets.values())
    click.echo(
        f"{scenario}: good; {vehicles} vehicles in {len(spec.fleets)} fleets, {len(spec.sites)} sites, "
        f"{spec.days} days from {spec.start_date}, {len(loaded.inputs)} input files, {len(remarks)} remarks"
    )
