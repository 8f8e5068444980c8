"""``fleetsim import``: files of others become a workspace."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fleetsim.cli.options import FOLDER
from fleetsim.cli.printing import progress, remark

if TYPE_CHECKING:
    from fleetsim.work.geography import Point

DATE = click.DateTime(["%Y-%m-%d"])
_MW = click.FloatRange(0, min_open=True)


@click.group("import")
def command() -> None:
    """Bring files of other programs into a workspace.

    Example: fleetsim import gtfs FEED.zip my_city
    """


@command.command("gtfs")
@click.argument("feed", type=FOLDER, metavar="FEED.zip")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--name", help="Name of the scenario and beginning of all names it brings [from the file's name].")
@click.option("--date", "day", type=DATE, metavar="DATE", help="Take the trips of this date as every day's.")
@click.option("--week", type=DATE, metavar="DATE", help="Take the week of this date [the week with most trips].")
@click.option("--routes", metavar="A,B,..", help="Only these routes, by short name or id [all that buses run].")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="[ROUTE=]MODEL",
    help="Vehicle sheet for all routes [bus_12m], or for one; repeatable.",
)
@click.option(
    "--depot", "depots", multiple=True, metavar="LAT,LON", help="Where vehicles live; repeatable [amid the ends]."
)
@click.option(
    "--terminals", metavar="STOP,..", help="Ends of lines, by stop id or name, where buses charge between trips [none]."
)
@click.option("--city", help="City of profiles/climates.yaml whose climate it has [the nearest].")
@click.option("--elevation-m", type=float, metavar="M", help="Height of all its places above the sea.")
@click.option("--layover-min", type=click.FloatRange(0, 240), default=5.0, help="Least stay between trips [5].")
@click.option("--home-break-min", type=click.FloatRange(0, 1440), default=60.0, help="Time at home worth the way [60].")
@click.option("--longest-block-km", type=click.FloatRange(1, 2000), metavar="KM", help="Cut blocks that are longer.")
@click.option("--spare-share", type=click.FloatRange(0, 1), default=0.1, help="Spare vehicles [0.1].")
def gtfs(
    feed: Path,
    folder: Path,
    name: str | None,
    day: datetime | None,
    week: datetime | None,
    routes: str | None,
    models: tuple[str, ...],
    depots: tuple[str, ...],
    terminals: str | None,
    city: str | None,
    elevation_m: float | None,
    layover_min: float,
    home_break_min: float,
    longest_block_km: float | None,
    spare_share: float,
) -> None:
    """Make electric fleets of the timetable in FEED.zip, in the workspace DIR, which is made if it is not there.

    Blocks come from block_id where one vehicle can run them; all other trips are put into blocks with the fewest
    vehicles. Places, roads, timetables and a scenario that is ready to run are added; nothing is overwritten.

    Example: fleetsim import gtfs cairns_gtfs.zip my_city --routes 110,111 --model bus_10_5m
    """
    from fleetsim.timetables.importing import DEFAULT_MODEL, Wishes, import_gtfs
    from fleetsim.work.spec import Scheduling

    if day is not None and week is not None:
        raise click.UsageError("choose --date or --week, not both")
    progress(f"reading {feed}")
    of_route = dict(model.rsplit("=", 1) for model in models if "=" in model)
    general = [model for model in models if "=" not in model]
    wishes = Wishes(
        day=day.date() if day else None,
        week=week.date() if week else None,
        routes=_listed(routes),
        model=general[-1] if general else DEFAULT_MODEL,
        model_of=of_route,
        depots=tuple(_point(text) for text in depots),
        terminals=_listed(terminals),
        city=city,
        elevation_m=elevation_m,
        spare_share=spare_share,
        rules=Scheduling(layover_min=layover_min, home_break_min=home_break_min, longest_block_km=longest_block_km),
    )
    done = import_gtfs(feed, folder, _name(name or feed.stem, given=name is not None), wishes)
    for text in done.remarks:
        remark(f"remark: {text}")
    plan = done.plan
    click.echo(f"{len(done.trips)} trips from {done.origin.sentence()}")
    click.echo(f"Lengths: {done.origin.lengths()}")
    click.echo(f"Vehicles: {plan.scheduled} for the schedule; {plan.simultaneous} trips are under way at once")
    for fleet in plan.fleets:
        blocks = len({(trip.block, trip.days) for trip in fleet.trips})
        click.echo(f"{fleet.name}: {fleet.vehicles} x {fleet.model} with spares, {blocks} blocks")
    for site, place in plan.terminals.items():
        click.echo(f"{site}: chargers at {plan.places[place].name.en}")
    click.echo(f"Next: fleetsim run {done.files[-1]}")


@command.command("pandapower")
@click.argument("file", type=FOLDER, metavar="NET.json")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--city", required=True, help="City whose network it is.")
@click.option("--city-mw", type=_MW, required=True, metavar="MW", help="Load of the city when the file's loads are so.")
@click.option("--city-mean-mw", type=_MW, metavar="MW", help="Mean load of the city [--city-mw].")
@click.option("--elevation-m", type=click.FloatRange(-500, 6000), required=True, metavar="M", help="Its elevation.")
@click.option("--replace", is_flag=True, help="Drop the rows that the city has in grid/network/.")
def pandapower(
    file: Path,
    folder: Path,
    city: str,
    city_mw: float,
    city_mean_mw: float | None,
    elevation_m: float,
    replace: bool,
) -> None:
    """Put the network in NET.json, written by pandapower, into grid/network/ of the workspace DIR.

    It must be radial, with a transformer above each busbar of 35 kV or less. What the file does not carry of the
    city's load hangs above its substations. Needs the extra powerflow.

    Example: fleetsim import pandapower net.json my_city --city lijiang --city-mw 900 --elevation-m 2400 --replace
    """
    from fleetsim.network.pandapower_file import About, convert
    from fleetsim.network.writing import without_city, write_network

    kept = without_city(folder, city, replace)
    about = About(city, city_mw, city_mean_mw or city_mw, elevation_m)
    found = convert(file, about, {*kept.substations, *kept.feeders, *kept.transformers})
    rows = (found.substations, found.feeders, found.transformers, found.solar, found.storage)
    write_network(folder, kept, *rows)
    for text in found.remarks:
        remark(f"remark: {text}")
    click.echo(
        f"{sum(row.units > 0 for row in found.substations)} substations, {len(found.feeders)} pieces of feeders, "
        f"{len(found.transformers)} transformers of {city} in {folder / 'grid' / 'network'}"
    )


def _listed(text: str | None) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in text.split(",")) if text else ()


def _name(text: str, given: bool) -> str:
    """A name as scenarios have it, made from a file's name or checked."""
    import re

    plain = text if given else re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "feed"
    plain = plain if given or plain[0].isalpha() else f"feed_{plain}"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", plain):
        allowed = "must be up to 30 small letters, digits and underscores, a letter first"
        raise click.BadParameter(allowed, param_hint="--name")
    return plain


def _point(text: str) -> Point:
    from fleetsim.work.geography import Point

    try:
        lat, lon = map(float, text.split(","))
    except ValueError:
        lat, lon = 91.0, 0.0
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise click.BadParameter("must be degrees north and east like 25.03,102.71", param_hint="--depot")
    return Point(lat, lon)
