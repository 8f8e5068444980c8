"""What telematics writes, reads, replays and learns: Markdown for docs/validation.md.

Usage: python docs/_validation/telematics.py. It takes ten minutes. Missions of ZTBus bus 183 are read from the folder
that FLEETSIM_REFERENCE_DATA names; without it that part says so.
"""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from energy import MISSIONS, PASSENGER_KG, ROOT, ZERO_C_IN_K

from fleetsim import pipeline
from fleetsim.clock import DAY_S
from fleetsim.pipeline import Results
from fleetsim.results.schema import TRIP_STATUS
from fleetsim.telematics.gbt32960.editions import EDITION_2016, EDITION_2025, Edition
from fleetsim.telematics.gbt32960.frame import Command, decode_frame
from fleetsim.telematics.gbt32960.messages import decode, encode
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from fleetsim.telematics.learning import Trips, consumption, learn, modelled_kwh
from fleetsim.telematics.logs import read_logs
from fleetsim.telematics.receive import Platform
from fleetsim.telematics.replay import Pace, Tally, replay
from fleetsim.telematics.reports import Reporter
from fleetsim.telematics.source import tracer_of

PERIOD_S = 300.0
LINKS, CUTS, DROPPED = 1_000, 20, 200


@cache
def run(name: str, days: int) -> Results:
    """A shipped scenario over some days."""
    return pipeline.simulate(pipeline.load(ROOT / "configs" / f"{name}.yaml", overrides=[f"days={days}"]))


def reporter(results: Results, period_s: float, edition: Edition = EDITION_2016) -> Reporter:
    """Makes the frames of a run."""
    return Reporter(tracer_of(results.records, results.scenario_text), edition, period_s, max(30.0, period_s))


def every_frame() -> Iterator[str]:
    """A day of the default scenario, each frame read and written again."""
    results = run("yunnan_week", 1)
    begin_s = float(results.records.clock.report_from_s)
    vehicles = range(len(results.records.entities["vehicles"]))
    for edition in (EDITION_2016, EDITION_2025):
        counts: Counter[str] = Counter()
        differing = 0
        for sent in reporter(results, PERIOD_S, edition).frames(vehicles, begin_s, begin_s + DAY_S):
            message = decode(decode_frame(sent.frame))
            counts[Command(message.command).name.lower()] += 1
            differing += encode(message).encode() != sent.frame
        by_kind = ", ".join(f"{count:,} {kind}s" for kind, count in counts.items())
        yield f"| {edition.year} | {counts.total():,} ({by_kind}) | {differing:,} |"


def replayed() -> tuple[Tally, int, int, int, int]:
    """A busy hour of the default scenario over many connections, dropped again and again."""
    results = run("yunnan_week", 1)
    begin_s = results.records.clock.report_from_s + 8 * 3_600.0
    vehicles = range(len(results.records.entities["vehicles"]))
    sent = list(reporter(results, PERIOD_S).frames(vehicles, begin_s, begin_s + 3_600.0))
    with TemporaryDirectory() as folder:

        async def whole() -> Tally:
            async with Platform(Path(folder), "127.0.0.1", 0) as platform:

                async def drill() -> None:
                    for _ in range(CUTS):
                        await asyncio.sleep(0.3)
                        platform.cut(DROPPED)

                tally, _ = await asyncio.gather(
                    replay(sent, "127.0.0.1", platform.port, connections=LINKS, pace=Pace(rate_per_s=len(sent) / 6.0)),
                    drill(),
                )
                return tally

        tally = asyncio.run(whole())
        log = b"".join(path.read_bytes() for path in Path(folder).iterdir())
    frames = [each for each in StreamDecoder().feed(log) if each.command in (Command.REPORT, Command.REISSUE)]
    first = Counter((each.unique_id, each.unit) for each in frames if each.command == Command.REPORT)
    told = {(each.unique_id, each.unit) for each in frames}
    known = [decode_frame(each.frame) for each in sent]
    reports = {(each.unique_id, each.unit) for each in known if each.command == Command.REPORT}
    return tally, len(reports), len(reports - told), max(first.values()), len(told - first.keys())


def learnt_rows() -> Iterator[str]:
    """What the reports of simulated buses teach, fleet by fleet, beside what the run says."""
    results = run("kunming_buses", 2)
    records = results.records
    trips, vehicles, clock = records.tables["trips"], records.tables["vehicles"], records.clock
    ran = (trips["status"] != TRIP_STATUS.index("cancelled")) & (trips["vehicle"] >= 0)
    ran &= (trips["depart_at"] >= clock.report_from_s) & (trips["arrive_at"] <= clock.end_s)
    make = reporter(results, 10.0)
    for code, fleet in enumerate(records.entities["fleets"]):
        mine = vehicles["vehicle"][vehicles["fleet"] == code]
        rows = ran & np.isin(trips["vehicle"], mine)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "fleet.gbt32960"
            frames = make.frames(mine.tolist(), float(clock.report_from_s), float(clock.end_s))
            file.write_bytes(b"".join(each.frame for each in frames))
            learnt = learn(read_logs([file], columns={}))
        expected = trips["used_kwh"][rows].sum() / trips["distance_km"][rows].sum()
        found, error = learnt.consumption["kwh_per_km"], learnt.consumption["standard_error"]
        battery_kwh = float(np.mean(vehicles["battery_kwh"][vehicles["fleet"] == code]))
        yield (
            f"| {fleet} | {learnt.trips:,} | {expected:.4f} | {found:.4f} | {error:.4f} | "
            f"{found / expected - 1.0:+.2%} | {battery_kwh:.0f} | {learnt.battery_kwh:.0f} | "
            f"{learnt.battery_kwh / battery_kwh - 1.0:+.1%} |"
        )


def ztbus(file: Path) -> Trips:
    """The missions of ZTBus bus 183 as trips."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    starts, ends = (
        np.array([datetime.fromisoformat(row[name]).timestamp() for row in rows])
        for name in ("startTime_iso", "endTime_iso")
    )
    return Trips(
        vehicle=np.zeros(len(rows), dtype=np.int64),
        start_s=starts,
        end_s=ends,
        distance_km=np.array([float(row["drivenDistance"]) / 1_000.0 for row in rows]),
        energy_kwh=np.array([float(row["energyConsumption"]) / 3.6e6 for row in rows]),
        temperature_c=np.array([float(row["temperature_ambient_mean"]) for row in rows]) - ZERO_C_IN_K,
        load_kg=PASSENGER_KG * np.array([float(row["itcs_numberOfPassengers_mean"]) for row in rows]),
    )


def part_of(trips: Trips, rows: np.ndarray) -> Trips:
    """Some of the trips."""
    return Trips(*(getattr(trips, name)[rows] for name in Trips.__slots__))


def ztbus_rows(file: Path) -> Iterator[str]:
    """The first half of the missions teaches, the second is predicted, and the other way round."""
    trips = ztbus(file)
    early = np.arange(len(trips.start_s)) < len(trips.start_s) // 2
    other = np.arange(len(early)) % 2 == 0
    for words, learning in (("first half", early), ("second half", ~early), ("every other", other)):
        found = consumption(part_of(trips, learning))
        others = part_of(trips, ~learning)
        modelled = modelled_kwh(found, others)
        total = modelled.sum() / others.energy_kwh.sum() - 1.0
        mape = np.mean(np.abs(modelled / others.energy_kwh - 1.0))
        yield (
            f"| {words} | {learning.sum()} | {found['kwh_per_km']:.3f} ({found['standard_error']:.3f}) | "
            f"{found['traction_kwh_per_km']:.3f} | {found['auxiliary_kw']:.2f} | {found['heating_kw_per_k']:.2f} | "
            f"{found['cooling_kw_per_k']:.2f} | {total:+.1%} | {mape:.1%} |"
        )


def markdown() -> str:
    """The whole section."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "### Every frame of a day\n"
    yield (
        f"The first reported day of `configs/yunnan_week.yaml`, a report every {PERIOD_S:g} s of each vehicle that is "
        "awake: frames are made by the array encoder, read by the decoder, and written again by the scalar encoder.\n"
    )
    yield "| edition | frames | written differently |"
    yield "|---|---|---|"
    yield from every_frame()
    yield "\n### A replay over connections that break\n"
    tally, reports, lost, most, only_again = replayed()
    often = "once" if most == 1 else f"{most} times"
    yield (
        f"An hour of the same day over {LINKS:,} connections on loopback; {CUTS} times the platform drops some "
        f"{DROPPED} of them, with what it had not yet read. {reports:,} reports: {lost:,} lost; each arrived at most "
        f"{often} as a report, {only_again:,} arrived only as a re-issue. {tally.cuts:,} connections broke, "
        f"{tally.reissued:,} reports were sent again to be sure. Sender and platform in one process took "
        f"{tally.sent / tally.cpu_s:,.0f} frames a CPU-second.\n"
    )
    yield "### Learning from simulated buses\n"
    yield (
        "Two days of `configs/kunming_buses.yaml`, reports every 10 s; learnt from the frames alone. The "
        "consumption of the run is that of the trips that began and ended in it. The battery comes out too large by "
        "what is lost in it while it charges: its terminals are what a log sees.\n"
    )
    yield "| fleet | trips | run kWh/km | learnt | standard error | error | battery kWh | learnt | error |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from learnt_rows()
    yield "\n### Learning from measured missions: ZTBus bus 183\n"
    folder = os.environ.get("FLEETSIM_REFERENCE_DATA")
    if not folder:
        yield "Not computed: FLEETSIM_REFERENCE_DATA names no folder."
        return
    yield (
        "The missions are totals (distance, energy, mean temperature and passengers), so they enter as trips; there is "
        "no charge curve in them, and nothing of stops and slopes. What a part of the missions teaches is held against "
        "the others: error of their total energy, and the mean absolute error of a single mission.\n"
    )
    yield (
        "| learnt from | missions | kWh/km (standard error) | traction kWh/km | auxiliary kW | heating kW/K | "
        "cooling kW/K | others, total | others, each |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from ztbus_rows(Path(folder) / MISSIONS)


if __name__ == "__main__":
    sys.stdout.write(markdown())
