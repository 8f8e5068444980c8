"""``fleetsim size``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from fleetsim.cli.options import (
    FOLDER,
    json_option,
    lang_option,
    language_of,
    load_scenario,
    scenario_argument,
    workers_option,
)
from fleetsim.cli.printing import print_json, width

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("size")
@scenario_argument
@click.option("--site", "sites", multiple=True, required=True, metavar="SITE", help="Site to size; several alike.")
@click.option("--service", type=float, required=True, metavar="SHARE", help="Service level to keep, such as 0.99.")
@click.option("--confidence", type=float, default=0.95, show_default=True, metavar="SHARE", help="How sure to be.")
@click.option(
    "--vary",
    multiple=True,
    metavar="KNOBS",
    help="What to vary, by commas: chargers, charger_kw, connection_kw, solar_kwp, storage_kwh, storage_kw; packs, "
    "slots, lanes; storage_kg, dispensers, electrolyser_kw; each with values of its own as NAME=LOW:HIGH:STEP.",
)
@click.option("--design-date", type=_DAY, metavar="DATE", help="First day of the design week [the scenario's].")
@click.option(
    "--out",
    type=click.IntRange(0),
    metavar="N",
    help="Chargers, slots or dispensers of each site that are out of service [design.out of the scenario, or 1].",
)
@click.option(
    "--health",
    type=float,
    metavar="SHARE",
    help="Battery energy that ageing leaves, where the scenario leaves more [design.state_of_health, or 0.8].",
)
@click.option("--seeds", type=int, default=32, show_default=True, metavar="N", help="Fresh weeks that must confirm.")
@click.option("--demand-charge/--no-demand-charge", default=None, help="Count the demand charge [as the tariff does].")
@click.option(
    "--energy/--no-energy", default=None, help="Count electricity of ordinary weeks [where panels or a battery vary]."
)
@click.option("--prices", type=FOLDER, metavar="FILE", help="Price table [profiles/prices.yaml of the workspace].")
@workers_option
@lang_option
@json_option
def command(
    scenario: Path,
    settings: tuple[str, ...],
    seed: int | None,
    days: int | None,
    workspace: Path | None,
    sites: tuple[str, ...],
    service: float,
    confidence: float,
    vary: tuple[str, ...],
    design_date: datetime | None,
    out: int | None,
    health: float | None,
    seeds: int,
    demand_charge: bool | None,
    energy: bool | None,
    prices: Path | None,
    workers: int,
    language: str,
    as_json: bool,
) -> int | None:
    """Find the cheapest equipment with which the fleets of SITE keep a service level.

    Only what is tied to the site is simulated. Every combination meets the same weeks; the answer is confirmed on fresh
    ones, in which it keeps the level with the confidence that is asked for. If nothing does, the exit code is 1.

    Example: fleetsim size configs/kunming_buses.yaml --site bandao --service 0.99 --vary chargers,connection_kw
    """
    from fleetsim.economics.prices import load_prices
    from fleetsim.scenario.schema import Design
    from fleetsim.study.sizing import TooLittleError, size
    from fleetsim.study.sizing_text import sizing_text, too_little_text

    loaded, lang = load_scenario(scenario, settings, seed, days, workspace), language_of(language)
    design = loaded.spec.design or Design()
    given = {"start_date": design_date.date() if design_date else None, "out": out, "state_of_health": health}
    try:
        with _watching() as watch:
            found = size(
                loaded,
                sites,
                service,
                confidence=confidence,
                vary=[name.strip() for text in vary for name in text.split(",")],
                design=design.model_copy(update={key: value for key, value in given.items() if value is not None}),
                demand_charge=demand_charge,
                energy=energy,
                seeds=seeds,
                prices=None if prices is None else load_prices(prices, Path.cwd()),
                workers=workers,
                watch=watch,
            )
    except TooLittleError as missed:
        if as_json:
            print_json(missed.as_values())
        else:
            click.echo(too_little_text(missed, loaded, lang, width()))
        return 1
    if as_json:
        print_json({"scenario": loaded.spec.name, **found.as_values()})
    else:
        click.echo(sizing_text(found, loaded, lang, width()))
    return None


@contextmanager
def _watching() -> Iterator[Callable[[int, int], None] | None]:
    """Something that says how far the search is, where somebody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("searching") as status:
        yield lambda combinations, weeks: status.update(
            f"{combinations} combinations searched, {weeks} weeks simulated"
        )
