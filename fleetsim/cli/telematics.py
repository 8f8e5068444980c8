"""``fleetsim telematics``: traces, frames, replay, receiving, and learning from logs."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import FOLDER, json_option, results_here, results_option
from fleetsim.cli.printing import print_json, remark
from fleetsim.errors import InputError, Problem

if TYPE_CHECKING:
    from fleetsim.results.records import Records
    from fleetsim.telematics.reports import Reporter
    from fleetsim.telematics.trace import Tracer

EDITIONS = click.Choice(["2016", "2025"])
_UNITS_S = {"s": 1.0, "min": 60.0, "h": 3_600.0}


class _Duration(click.ParamType):  # type: ignore[type-arg]
    """A number with s, min or h behind it."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|min|h)", str(value))
        seconds = float(found[1]) * _UNITS_S[found[2]] if found else 0.0
        if seconds < 1.0:
            self.fail(f"{value!r} is not a time of a second or more, such as 10s, 5min or 1h", param, ctx)
        return seconds


@click.group("telematics")
def command() -> None:
    """The fleet as its monitoring platform would see it, and what real logs teach.

    Example: fleetsim telematics trace last --step 10s
    """


@command.command("trace")
@run_argument
@results_option
@click.option("--step", type=_Duration(), default="10s", show_default=True, help="Time between rows.")
@click.option("--vehicles", default="", metavar="TEXT", help="Vehicles whose names hold TEXT [all].")
@click.option("--day", "days", multiple=True, metavar="YYYY-MM-DD", help="Day; repeatable [all reported].")
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "geojson"]), default="parquet", show_default=True
)
@click.option("--out", type=FOLDER, metavar="DIR", help="Folder to make [traces/ beside the run].")
def trace(
    run: str,
    results: Path | None,
    store: str | None,
    step: float,
    vehicles: str,
    days: tuple[str, ...],
    form: str,
    out: Path | None,
) -> None:
    """Write where each vehicle of RUN was, how fast, how full, and what it did, at every step.

    Example: fleetsim telematics trace last --step 60s --vehicles line_101 --format geojson
    """  # fmt: skip
    from fleetsim.telematics.trace_files import write_traces

    found = find_run(run, results_here(results), store)
    tracer = _tracer(found.records, found.scenario_text)
    numbers = _days(found.records, days)
    codes = _codes(found.records, vehicles)
    folder = out or results_here(results) / f"{found.run_id}-traces"
    chunks = tracer.chunks(step, codes, numbers)
    written = write_traces(chunks, found.records.entities["vehicles"], found.records.clock, folder, form)  # type: ignore[arg-type]
    click.echo(written.folder)
    remark(f"{written.rows:,} rows of {len(codes):,} vehicles, {written.size_bytes / 1e6:.1f} MB")


@command.command("export")
@run_argument
@results_option
@click.option(
    "--format", "form", type=click.Choice(["gbt32960", "ocpi", "ocpp", "gtfs-realtime"]), default="gbt32960",
    show_default=True,
)  # fmt: skip
@click.option("--vehicles", default="", metavar="TEXT", help="Vehicles whose names hold TEXT [all].")
@click.option("--edition", type=EDITIONS, default="2016", show_default=True, help="Edition of GB/T 32960.3.")
@click.option("--period", type=_Duration(), default="10s", show_default=True, help="Time between reports on the road.")
@click.option("--at", "moment", metavar="TIME", help="Moment of the positions, such as 2026-03-09T08:00.")
@click.option("--out", type=FOLDER, required=True, metavar="FILE", help="File to make.")
def export(
    run: str,
    results: Path | None,
    store: str | None,
    form: str,
    vehicles: str,
    edition: str,
    period: float,
    moment: str | None,
    out: Path,
) -> None:
    """Write RUN in the formats of others: vehicle frames, charge detail records, transaction events, positions.

    OCPI and OCPP come as JSON, one record a line.

    Example: fleetsim telematics export last --format ocpi --out sessions.jsonl
    """  # fmt: skip
    from fleetsim.telematics.exports import write_file, write_lines

    found = find_run(run, results_here(results), store)
    records = found.records
    if form == "gbt32960":
        reporter = _reporter(_tracer(records, found.scenario_text), edition, period)
        clock = records.clock
        sent = reporter.frames(_codes(records, vehicles), float(clock.report_from_s), float(clock.end_s))
        count = write_file((each.frame for each in sent), out)
    elif form == "gtfs-realtime":
        from fleetsim.telematics.vehicle_positions import feed

        count = write_file([feed(_tracer(records, found.scenario_text), _moment(records, moment))], out)
    else:
        from fleetsim.telematics.charging_records import charge_detail_records, transaction_events

        make = charge_detail_records if form == "ocpi" else transaction_events
        count = write_lines(make(records), out)
    click.echo(out)
    remark(f"{count:,} {'frames' if form == 'gbt32960' else 'records'}")


@command.command("replay")
@run_argument
@results_option
@click.option("--to", "target", default="127.0.0.1:32960", show_default=True, metavar="HOST:PORT", help="The platform.")
@click.option("--vehicles", default="", metavar="TEXT", help="Vehicles whose names hold TEXT [all].")
@click.option("--day", metavar="YYYY-MM-DD", help="Day [the first reported].")
@click.option("--from", "begin", default="00:00", show_default=True, metavar="HH:MM", help="Time to begin at.")
@click.option("--for", "length", type=_Duration(), default="24h", show_default=True, help="Time to replay.")
@click.option("--speed", type=click.FloatRange(min=0), default=1.0, show_default=True, help="Times real; 0: at once.")
@click.option("--connections", type=click.IntRange(1, 10_000), default=10, show_default=True)
@click.option("--rate", type=click.FloatRange(min=0), default=0.0, help="Most frames in a second [no bound].")
@click.option("--edition", type=EDITIONS, default="2016", show_default=True, help="Edition of GB/T 32960.3.")
@click.option("--period", type=_Duration(), default="10s", show_default=True, help="Time between reports on the road.")
@json_option
def replay_run(
    run: str,
    results: Path | None,
    store: str | None,
    target: str,
    vehicles: str,
    day: str | None,
    begin: str,
    length: float,
    speed: float,
    connections: int,
    rate: float,
    edition: str,
    period: float,
    as_json: bool,
) -> None:
    """Send the frames of RUN's vehicles to a platform, and again as re-issues what a cut may have lost.

    Without --to it talks to this machine alone; another host must be named.

    Example: fleetsim telematics replay last --to 127.0.0.1:32960 --speed 60
    """  # fmt: skip
    import asyncio
    from dataclasses import asdict

    from fleetsim.telematics.gbt32960.editions import EDITIONS as KNOWN
    from fleetsim.telematics.replay import Pace, replay

    host, port = _address(target)
    found = find_run(run, results_here(results), store)
    records = found.records
    reporter = _reporter(_tracer(records, found.scenario_text), edition, period)
    begin_s = _begin_s(records, day, begin)
    end_s = min(begin_s + length, float(records.clock.end_s))
    codes = _codes(records, vehicles)
    pace = Pace(speed, rate, begin_s)
    frames = reporter.frames(codes, begin_s, end_s)
    most = min(connections, len(codes))
    tally = asyncio.run(replay(frames, host, port, connections=most, pace=pace, edition=KNOWN[int(edition)]))
    if as_json:
        print_json(asdict(tally))
        return
    click.echo(
        f"{tally.sent:,} frames sent, {tally.reissued:,} re-issued after {tally.cuts} cuts, {tally.refused:,} refused"
    )


@command.command("receive")
@click.option(
    "--at", "target", default="127.0.0.1:32960", show_default=True, metavar="HOST:PORT", help="Where to listen."
)
@click.option(
    "--out", type=FOLDER, default="received", show_default=True, metavar="DIR", help="Folder of the captures."
)
@click.option("--for", "length", type=_Duration(), help="Time to listen [until Ctrl-C].")
@json_option
def receive(target: str, out: Path, length: float | None, as_json: bool) -> None:
    """Take what vehicles send by GB/T 32960, answer, check, and store it: one capture a day.

    It answers this machine alone, unless --at names another address of it.

    Example: fleetsim telematics receive --at 127.0.0.1:32960 --out received
    """
    from fleetsim.telematics.receive import run_receive

    host, port = _address(target)
    account = run_receive(out, host, port, seconds=length or 0.0, ready=lambda known: remark(f"{host}:{known}"))
    if as_json:
        print_json(account.summary())
        return
    click.echo(f"{account.stored:,} frames of {len(account.vehicles):,} vehicles stored in {out}")
    if account.bad_units or account.failed_checks:
        remark(f"{account.bad_units} could not be read, {account.failed_checks} had a wrong check")


@command.command("import")
@click.argument("logs", nargs=-1, required=True, type=FOLDER)
@click.option("--out", type=FOLDER, required=True, metavar="FILE", help="Profile to write (YAML).")
@click.option("--map", "columns", multiple=True, metavar="NAME=COLUMN", help="Column of a CSV file; repeatable.")
@click.option("--datum", type=click.Choice(["wgs84", "gcj02"]), default="wgs84", show_default=True)
@click.option("--battery-kwh", type=click.FloatRange(min=0, min_open=True), help="Energy of the battery, if known.")
@click.option("--like", metavar="MODEL", help="Vehicle sheet that gives what logs do not tell.")
@click.option("--name", default="learnt", show_default=True, help="Name of the new vehicle sheet.")
@click.option("--workspace", type=FOLDER, metavar="DIR", help="Workspace that holds the sheet of --like [this one].")
@json_option
def learn_from(
    logs: tuple[Path, ...],
    out: Path,
    columns: tuple[str, ...],
    datum: str,
    battery_kwh: float | None,
    like: str | None,
    name: str,
    workspace: Path | None,
    as_json: bool,
) -> None:
    """Learn a vehicle profile from LOGS: captures of GB/T 32960, or CSV files.

    A CSV file has the columns vehicle, at, odometer_km and soc_percent, and may have speed_kmh, voltage_v, current_a,
    charge_state, lat, lon, temperature_c and load_kg; --map speed_kmh=v names others.

    Example: fleetsim telematics import received --like bus_12m --name line_8_bus --out learnt.yaml
    """  # fmt: skip
    from dataclasses import asdict

    from fleetsim.telematics.learning import learn
    from fleetsim.telematics.learnt_profile import sheet, write_profile
    from fleetsim.telematics.logs import read_logs

    model = None if like is None else _model(like, workspace)
    learnt = learn(read_logs(logs, columns=_mapped(columns), datum=datum), battery_kwh=battery_kwh)  # type: ignore[arg-type]
    said = ", ".join(path.name for path in logs)
    write_profile(learnt, None if model is None else sheet(learnt, model, name, said), name, out, said)
    if as_json:
        print_json(asdict(learnt))
        return
    found = learnt.consumption
    click.echo(
        f"{found['kwh_per_km']:.3f} kWh/km (standard error {found['standard_error']:.3f}) "
        f"over {learnt.distance_km:,.0f} km in {learnt.trips:,} trips of {learnt.vehicles} vehicles"
    )
    click.echo(out)
    for finding, count in learnt.quality.items():
        if count:
            remark(f"{finding}: {count:,}")


def _tracer(records: Records, scenario_text: str) -> Tracer:
    from fleetsim.telematics.source import tracer_of

    return tracer_of(records, scenario_text)


def _reporter(tracer: Tracer, edition: str, period_s: float) -> Reporter:
    from fleetsim.telematics.gbt32960.editions import EDITIONS as KNOWN
    from fleetsim.telematics.reports import Reporter

    return Reporter(tracer, KNOWN[int(edition)], period_s, max(period_s, 30.0))


def _codes(records: Records, text: str) -> list[int]:
    names = records.entities["vehicles"]
    known = set(records.tables["vehicles"]["vehicle"].tolist())
    found = [code for code, name in enumerate(names) if text in name and code in known]
    if not found:
        raise InputError(
            [Problem("--vehicles", None, "", repr(text), f"no vehicle is called like that, as {names[0]}")]
        )
    return found


def _days(records: Records, days: tuple[str, ...]) -> list[int]:
    reported = records.clock.dates[records.clock.warmup_days :]
    return [_day(text, reported) for text in days] or list(range(len(reported)))


def _day(text: str, reported: tuple[date, ...]) -> int:
    try:
        return reported.index(date.fromisoformat(text))
    except ValueError:
        allowed = f"must be a reported day, {reported[0]} to {reported[-1]}"
        raise InputError([Problem("--day", None, "", repr(text), allowed)]) from None


def _begin_s(records: Records, day: str | None, begin: str) -> float:
    clock = records.clock
    number = 0 if day is None else _day(day, clock.dates[clock.warmup_days :])
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", begin)
    if not found:
        raise InputError([Problem("--from", None, "", repr(begin), "must be a time of the day, such as 07:30")])
    return clock.report_from_s + number * 86_400.0 + int(found[1]) * 3_600.0 + int(found[2]) * 60.0


def _moment(records: Records, text: str | None) -> float:
    clock = records.clock
    first = datetime.combine(clock.dates[clock.warmup_days], datetime.min.time())
    try:
        moment = first.replace(hour=8) if text is None else datetime.fromisoformat(text)
        at_s = clock.report_from_s + (moment - first).total_seconds()
    except (TypeError, ValueError):
        at_s = -1.0
    if not clock.report_from_s <= at_s < clock.end_s:
        allowed = f"must be a moment of the reported time, such as {first.isoformat(timespec='minutes')}"
        raise InputError([Problem("--at", None, "", repr(text), allowed)])
    return at_s


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65_535:
        raise InputError([Problem("HOST:PORT", None, "", repr(text), "must be a host and a port, as 127.0.0.1:32960")])
    return host.strip("[]"), int(port)


def _mapped(columns: tuple[str, ...]) -> dict[str, str]:
    from fleetsim.telematics.logs import COLUMNS

    known = ("vehicle", "at", *COLUMNS)
    pairs = [text.partition("=") for text in columns]
    wrong = [text for text, (name, _, column) in zip(columns, pairs, strict=True) if name not in known or not column]
    if wrong:
        allowed = f"must be NAME=COLUMN with a name of {', '.join(known)}"
        raise InputError([Problem("--map", None, "", repr(text), allowed) for text in wrong])
    return {name: column for name, _, column in pairs}


def _model(like: str, workspace: Path | None) -> Any:
    from fleetsim.profiles.loading import load_profiles
    from fleetsim.workspace import find_workspace

    problems: list[Problem] = []
    loaded = load_profiles(find_workspace(Path.cwd() / "here", workspace), problems)
    if problems:
        raise InputError(problems)
    models = loaded.profiles.vehicles
    if like not in models:
        raise InputError([Problem("--like", None, "", repr(like), f"must be one of {', '.join(models)}")])
    return models[like]
