"""What lets other simulators live through the common depot workload, each in an environment that has it.

Run there as a script by ``bench/peers.py``, so its head imports nothing but the standard library. The workload is that
of ``bench/depot.py``: N buses, N/2 chargers of 120 kW, two blocks of 100 km a day, then 110 kWh each, all back at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

DAYS = 7
BLOCKS_MIN = ((5 * 60, 10 * 60 + 15), (14 * 60, 19 * 60 + 15))
"""When the two blocks of a day begin and end."""
BLOCK_KWH = 110.0
BLOCK_KM = 100.0
BATTERY_KWH = 300.0
FULL_KWH = 285.0
"""Energy with which a bus leaves, 95 % of its battery."""
STORED_KW = 120.0 * 0.955
"""What a charger brings into a battery."""
STEP_MIN = 5
VOLTAGE_V = 400.0
ABSENT = 3
"""Exit code of an environment without the peer."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What came out."""

    days: int
    sessions: int
    energy_kwh: float
    """Into all batteries."""
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Peer:
    """A simulator that can do some of the workload."""

    package: str
    """Its name for ``pip install``."""
    besides: str
    """What it needs that its package does not ask for."""
    without: str
    """What of the workload it does not have, and what it does instead."""
    live: Callable[[int, int], Lived]
    """Lives through so many days with so many buses."""


def stays(vehicles: int, days: int, gap: int) -> Iterator[tuple[int, int, int, int]]:
    """Charger, bus, and the first step and the step after the last of each stay, in order of time.

    For peers without a queue: half of the buses plug in when they come home, the others a step count later that the
    first have left by; ``gap`` is the number of steps that a stall stands empty between them.
    """
    chargers, took = vehicles // 2, -(-int(BLOCK_KWH / STORED_KW * 60.0 + 0.5) // STEP_MIN)
    for day in range(days):
        for _, back_min in BLOCKS_MIN:
            first = (day * 1_440 + back_min) // STEP_MIN
            for turn in range(2):
                begin = first + turn * (took + gap)
                for charger in range(chargers):
                    yield charger, turn * chargers + charger, begin, begin + took


def acnportal(vehicles: int, days: int) -> Lived:
    """ACN-Sim: a step of five minutes; every charger may always give all it can."""
    from datetime import datetime

    from acnportal import acnsim, algorithms

    begun = process_time()
    amps, network = STORED_KW * 1_000.0 / VOLTAGE_V, acnsim.ChargingNetwork()
    for charger in range(vehicles // 2):
        network.register_evse(acnsim.EVSE(str(charger), max_rate=amps), VOLTAGE_V, 0)
    every = [str(charger) for charger in range(vehicles // 2)]
    network.add_constraint(acnsim.Current(every), amps * vehicles)
    evs = [
        acnsim.EV(
            begin, end, BLOCK_KWH, str(charger), f"{bus}-{begin}",
            acnsim.Battery(FULL_KWH, FULL_KWH - BLOCK_KWH, STORED_KW),
        )
        for charger, bus, begin, end in stays(vehicles, days, 0)
    ]  # fmt: skip
    events = acnsim.EventQueue([acnsim.PluginEvent(ev.arrival, ev) for ev in evs])
    simulator = acnsim.Simulator(
        network, algorithms.UncontrolledCharging(), events, datetime(2026, 3, 9), period=STEP_MIN, verbose=False
    )
    simulator.run()
    energy_kwh = sum(ev.energy_delivered for ev in simulator.ev_history.values())
    return Lived(days, len(simulator.ev_history), float(energy_kwh), process_time() - begun)


def ev2gym(vehicles: int, days: int) -> Lived:
    """EV2Gym: its own example, without its random vehicles; every port always asks for all it can get."""
    import ev2gym as package
    import numpy as np
    import yaml
    from ev2gym.models.ev import EV
    from ev2gym.models.ev2gym_env import EV2Gym

    example = Path(package.__file__).parent / "example_config_files" / "V2GProfitMax.yaml"
    amps = STORED_KW * 1_000.0 / VOLTAGE_V
    config = yaml.safe_load(example.read_text(encoding="utf-8")) | {
        "timescale": STEP_MIN, "simulation_length": days * 1_440 // STEP_MIN, "random_day": False, "hour": 0,
        "v2g_enabled": False, "number_of_charging_stations": vehicles // 2, "heterogeneous_ev_specs": False,
        "transformer": {"max_power": 1e9},
    }  # fmt: skip
    config["charging_station"] |= {"max_charge_current": amps, "phases": 1, "voltage": VOLTAGE_V}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "depot.yaml"
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        env = EV2Gym(config_file=str(file), generate_rnd_game=True, seed=1)
        begun = process_time()
        env.EVs_profiles = [
            EV(
                0, charger, FULL_KWH - BLOCK_KWH, begin, end, battery_capacity=FULL_KWH, max_ac_charge_power=STORED_KW,
                ev_phases=1, transition_soc=1, timescale=STEP_MIN,
            )
            for charger, _, begin, end in stays(vehicles, days, 1)
        ]  # fmt: skip
        done = False
        while not done:
            done = env.step(np.ones(env.number_of_ports))[2]
        cpu_s = process_time() - begun
    stored_kwh = sum(ev.current_capacity - ev.battery_capacity_at_arrival for ev in env.EVs)
    return Lived(days, len(env.EVs), float(stored_kwh), cpu_s)


def bussim2(vehicles: int, days: int) -> Lived:
    """bussim2: its blocks, battery and consumption are those of New York; the workload's stand in for them."""
    import pandas as pd
    from bussim2 import bussim, bussimclasses

    km_per_mile, newest_kwh = 1.609344, 550.0
    blocks = [
        {
            "block_index": number, "block": f"{number}", "type": "std", "date": pd.Timestamp(2026, 3, 9 + day),
            "day": day, "day_type": "Weekday", "dispatch_start_time": day * 1_440 + begin,
            "consumption_start_time": day * 1_440 + begin, "end_time": day * 1_440 + end, "duration": end - begin,
            "consumption duration": end - begin,
            **dict.fromkeys(("consumption miles", "dispatch miles"), BLOCK_KM / km_per_mile),
            **dict.fromkeys(("consumption speed", "dispatch speed"), BLOCK_KM / km_per_mile / (end - begin) * 60.0),
        }
        for number, (day, (begin, end), _) in enumerate(
            (day, block, bus) for day in range(days) for block in BLOCKS_MIN for bus in range(vehicles)
        )
    ]  # fmt: skip

    class Blocks:
        """The workload's in place of a database's."""

        def __init__(self, *_: object, **__: object) -> None:
            self.full_blocks = blocks
            self.full_blocks_df = pd.DataFrame(blocks).set_index("block_index")
            self.max_time = days * 1_440

    bussim.BlockData = Blocks
    bussimclasses.f_bus = lambda *_, **__: BLOCK_KWH / BLOCK_KM * km_per_mile
    begun = process_time()
    simulated = bussim.BusSim(
        depot_name="KB", start_date="2026-03-09", num_days=days, std_bus_num=vehicles, art_bus_num=0, exp_bus_num=0,
        charger_power=STORED_KW, chargers=vehicles // 2, depot_power_supply=1e9, block_waittime=15,
        rate_type="tod_high", constrain_charging_power=False, real_temp=False, usable_battery=FULL_KWH / newest_kwh,
    )  # fmt: skip
    cpu_s = process_time() - begun
    buses = simulated.bus_objs["std"]
    sessions = sum(row["current_activity"] == "charging" for bus in buses for row in bus.activity_tracker)
    levels = pd.DataFrame(simulated.bus_tracker).pivot(index="time", columns="bus", values="battery_pct")
    return Lived(days, sessions, float(levels.diff().clip(lower=0.0).sum().sum() * FULL_KWH), cpu_s)


def eflips_depot(vehicles: int, days: int) -> Lived:
    """eflips-depot: its database of inputs is filled before the clock starts, none is written after it stops.

    It always lives through a schedule four times, so that what it reports is settled.
    """
    from datetime import UTC, datetime, timedelta

    from eflips import model
    from eflips.depot import api
    from sqlalchemy.orm import Session

    start, scenario = datetime(2026, 3, 9, tzinfo=UTC), model.Scenario(name="depot")
    engine = model.create_engine("sqlite://")
    model.setup_database(engine)

    with Session(engine, autoflush=False) as session:
        session.add(scenario)

        def row(kind: str, **values: Any) -> Any:
            session.add(made := getattr(model, kind)(scenario=scenario, **values))
            return made

        bus = row(
            "VehicleType", name="bus", battery_capacity=BATTERY_KWH, opportunity_charging_capable=False,
            charging_curve=[[0, STORED_KW], [1, STORED_KW]], consumption=BLOCK_KWH / BLOCK_KM,
        )  # fmt: skip
        gate = row("Station", name="gate", name_short="gate", geom="POINT(102.7 25 0)", is_electrified=False)
        length_m = BLOCK_KM * 1_000.0
        road = row(
            "Route", name="road", name_short="road", departure_station=gate, arrival_station=gate, distance=length_m,
            line=row("Line", name="line", name_short="line"),
        )  # fmt: skip
        road.assoc_route_stations = [
            row("AssocRouteStation", station=gate, route=road, elapsed_distance=at_m) for at_m in (0.0, length_m)
        ]
        depot = row("Depot", name="depot", name_short="depot", station=gate, default_plan=row("Plan", name="plan"))
        steps = (
            row("Process", name="charge", dispatchable=False, electric_power=STORED_KW),
            row("Process", name="ready", dispatchable=True),
        )
        spaces = (("wait", vehicles, None), ("charge", vehicles // 2, steps[0]), ("park", vehicles, steps[1]))
        for name, capacity, step in spaces:
            area = row("Area", name=name, depot=depot, area_type=model.AreaType.DIRECT_ONESIDE, capacity=capacity)
            if step is not None:
                area.vehicle_type, area.processes = bus, [step]
        for ordinal, step in enumerate(steps):
            row("AssocPlanProcess", process=step, plan=depot.default_plan, ordinal=ordinal)
        for day in range(days):
            for block in BLOCKS_MIN:
                leaves, returns = (start + timedelta(days=day, minutes=at_min) for at_min in block)
                for number in range(vehicles):
                    row(
                        "Trip", route=road, trip_type=model.TripType.PASSENGER, departure_time=leaves,
                        arrival_time=returns, rotation=row(
                            "Rotation", name=f"{leaves} {number}", vehicle_type=bus, allow_opportunity_charging=False
                        ),
                    )  # fmt: skip
        session.commit()
        api.simple_consumption_simulation(scenario, initialize_vehicles=True)
        session.commit()
        counts = {str(depot.id): {str(bus.id): vehicles}}
        begun = process_time()
        host = api.init_simulation(scenario, session, timedelta(days=days), counts)
        lived = api.run_simulation(host)[str(depot.id)]
        cpu_s = process_time() - begun
    logs = [log for each in lived.vehicle_generator.items for log in each.battery_logs]
    begins_kwh, ends_kwh = (
        [log.energy for log in logs if log.event_name == name] for name in ("charge_start", "charge_end")
    )
    return Lived(4 * days, len(ends_kwh), float(sum(ends_kwh) - sum(begins_kwh)), cpu_s)


PEERS: Mapping[str, Peer] = {
    "acnportal": Peer(
        "acnportal",
        "",
        f"no trips or queue (stays are given to it); steps of {STEP_MIN} min; no battery loss",
        acnportal,
    ),
    "bussim2": Peer(
        "bussim2",
        "'pandas<2.2' 'numpy<2'",
        "trips are consumption minute by minute; steps of 1 min; no battery loss; its own tariff and shunting times",
        bussim2,
    ),
    "eflips-depot": Peer(
        "eflips-depot",
        "SpatiaLite, its place in SPATIALITE_LIBRARY_PATH",
        "trips are changes of charge; lives through every schedule four times; charged buses move to another place; "
        "its database of inputs and outcomes is left out of the time; no battery loss",
        eflips_depot,
    ),
    "ev2gym": Peer(
        "ev2gym",
        "'setuptools<81' pandapower numba psutil multicopula gurobipy",
        f"no trips or queue (stays are given to it); steps of {STEP_MIN} min; no battery loss",
        ev2gym,
    ),
}


def main() -> None:
    """In an environment that may have a peer: live through the workload and print what came out."""
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]
    name, vehicles = sys.argv[1], int(sys.argv[2])
    try:
        version = metadata.version(PEERS[name].package)
    except metadata.PackageNotFoundError:
        sys.exit(ABSENT)
    print(json.dumps({"version": version, "lived": asdict(PEERS[name].live(vehicles, DAYS))}))


if __name__ == "__main__":
    main()
