"""Panels and batteries on the networks of cities: balance, bounds, what they change and what they leave alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim import pipeline
from fleetsim.energy.storage import Battery
from fleetsim.errors import InputError, Problem
from fleetsim.grid.model import grid_slots
from fleetsim.network.city_supply import CitySupply, NodeBattery
from fleetsim.network.hosting import hosting_kw, hosting_solar_kwp
from fleetsim.network.reading import NetworkInputs, load_network
from fleetsim.network.rules import Rules
from fleetsim.network.slots import Loads
from fleetsim.network.state import state, with_sites
from fleetsim.network.tree import SiteNode, base_kva, tree
from fleetsim.report.planning import load_series
from fleetsim.results.records import Records
from fleetsim.results.schema import SOURCES
from fleetsim.scenario.schema import Scenario
from fleetsim.stress import NO_SUN, stress

ROOT = Path(__file__).resolve().parents[2]
DEPOT = ROOT / "configs" / "first_depot.yaml"
SHORT = ["days=1", "warmup_days=1", "grid.level=month_hour"]
BOTH = ["grid.city_solar=6", "grid.city_storage=1"]
DAY = np.arange(96) / 4
SUN = np.maximum(0.0, np.sin((DAY - 6) / 12 * np.pi))
STRATEGIES = ("solar_surplus", "peak_shaving", "valley_to_peak")


def scenario(*overrides: str) -> Scenario:
    return pipeline.load(DEPOT, overrides=[*SHORT, *overrides])


@pytest.fixture(scope="module")
def bare() -> Records:
    return pipeline.simulate(scenario()).records


@pytest.fixture(scope="module")
def supplied() -> Records:
    return pipeline.simulate(scenario(*BOTH)).records


@pytest.fixture(scope="module")
def carried(inputs: NetworkInputs, rules: Rules) -> Loads:
    """A day of both cities with a depot of 800 kW on a transformer of its own, without panels or batteries."""
    depot = SiteNode("depot", "kunming", 25.0, 102.7, 1_000.0, 0.95)
    net = tree(inputs, rules, [depot])
    shape = 1.0 + 0.25 * np.sin((DAY - 9) / 12 * np.pi)
    city_kw = {"kunming": 5e6 * shape, "lijiang": 8e5 * shape}
    return Loads(net, *base_kva(inputs, net, city_kw), np.where(DAY > 19, 800.0, 100.0)[np.newaxis])


def supply(carried: Loads, kwp: dict[str, float], *batteries: NodeBattery) -> CitySupply:
    names = [*carried.net.names, *carried.net.stations]
    solar_kwp = np.array([kwp.get(name, 0.0) for name in names])
    valley, peak = (DAY >= 2) & (DAY < 6), DAY >= 18
    per_kwp = {"kunming": 0.8 * SUN, "lijiang": 0.8 * SUN}
    return CitySupply(np.outer(solar_kwp, 0.8 * SUN), solar_kwp, per_kwp, batteries, valley, peak)


def number_of(carried: Loads, name: str) -> int:
    return [*carried.net.names, *carried.net.stations].index(name)


def test_multiples_of_nought_leave_every_table_as_it_is_without_them(bare: Records) -> None:
    nothing = pipeline.simulate(scenario("grid.city_solar=0", "grid.city_storage=0")).records
    assert bare.tables.keys() == nothing.tables.keys()
    for table, frame in bare.tables.items():
        for column, values in frame.items():
            assert values.tobytes() == nothing.tables[table][column].tobytes() or values.dtype == object, (
                table,
                column,
            )
            if values.dtype == object:
                assert values.tolist() == nothing.tables[table][column].tolist()
    assert not len(bare.tables["node_supply"]["asset"])


def test_the_fleets_do_not_notice_and_the_province_s_totals_stay(bare: Records, supplied: Records) -> None:
    for table in ("trips", "draws", "site_slots", "waits"):
        for column, values in bare.tables[table].items():
            assert values.tobytes() == supplied.tables[table][column].tobytes(), (table, column)
    for column in ("solar_mw", "demand_mw", "clean_share", "emission_kg_per_kwh"):
        assert np.array_equal(bare.tables["grid_slots"][column], supplied.tables["grid_slots"][column])


def test_the_zones_share_the_province_s_sun_and_a_city_has_its_own_panels_first(
    bare: Records, supplied: Records
) -> None:
    """Zone by zone and slot by slot: own panels, then the city's part of what is left; nothing twice, nothing lost."""
    cities = {city.name: city for city in scenario().grid.zones.cities}
    nodes, slots = supplied.tables["node_supply"], supplied.tables["node_supply_slots"]
    city_of = dict(zip(nodes["asset"], nodes["city"], strict=True))
    own_mw = {city: np.zeros(96) for city in cities}
    for row in range(0, len(slots["asset"]), 96):
        own_mw[city_of[slots["asset"][row]]] += slots["solar_kw"][row : row + 96] / 1e3
    province_mw = supplied.tables["grid_slots"]["solar_mw"]
    total_mw = np.sum(list(own_mw.values()), axis=0)
    assert 50.0 < total_mw.max() < province_mw.max()

    def zones(records: Records, column: str) -> dict[str, np.ndarray]:
        table = records.tables["zone_slots"]
        return {zone: table[column][table["zone"] == zone] for zone in set(table["zone"].tolist())}

    after, before = zones(supplied, "solar_mw"), zones(bare, "solar_mw")
    for name, city in cities.items():
        assert after[name] == pytest.approx(own_mw[name] + city.solar_share * (province_mw - total_mw), abs=1e-9)
    inner = [*cities, scenario().grid.zones.rest]
    assert np.sum([after[zone] for zone in inner], axis=0) == pytest.approx(province_mw, abs=1e-9)
    assert all(np.array_equal(after[zone], before[zone]) for zone in after if zone not in inner)
    demand, demand_before = zones(supplied, "demand_mw"), zones(bare, "demand_mw")
    assert all(demand[zone] == pytest.approx(demand_before[zone], abs=1e-6) for zone in demand)


def test_more_panels_than_the_province_has_sun_are_all_of_it() -> None:
    """Where the cities' panels would give more than the province has, they give what it has, each its part."""
    it = scenario()
    spec, clock = it.spec, it.spec.clock
    parts = {"kunming": np.full(clock.slots, 60_000.0), "lijiang": np.full(clock.slots, 20_000.0)}
    found = grid_slots(spec.grid, it.grid, clock, spec.seed, None, parts)
    assert found.zones is not None
    solar_mw = found.zones.generation_mw[..., SOURCES.index("solar")]
    province_mw = found.generation_mw[:, SOURCES.index("solar")]
    assert province_mw.max() > 1_000.0
    for city, share in (("kunming", 0.75), ("lijiang", 0.25), (it.grid.zones.rest, 0.0)):
        assert solar_mw[:, found.zones.names.index(city)] == pytest.approx(share * province_mw, abs=1e-9)


@settings(max_examples=12, deadline=None)
@given(
    strategy=st.sampled_from(STRATEGIES),
    node=st.sampled_from(("kunming_s15_f1", "kunming_shared_1", "depot_transformer", "kunming_s15")),
    capacity_kwh=st.floats(10, 20_000),
    power_kw=st.floats(10, 8_000),
    efficiency=st.floats(0.5, 1.0),
    kwp=st.floats(0, 20_000),
)
def test_every_node_balances_in_every_slot_and_no_battery_goes_beyond_its_bounds(
    carried: Loads, strategy: str, node: str, capacity_kwh: float, power_kw: float, efficiency: float, kwp: float
) -> None:
    at = number_of(carried, node)
    one = NodeBattery(at, Battery(capacity_kwh, power_kw, efficiency), capacity_kwh / 3, strategy, 3_000.0)
    lit = replace(carried, supply=supply(carried, {"kunming_s15_f1": kwp, "kunming_shared_1": kwp / 20}, one))
    stored, found, net = lit.stored(), lit.state(), lit.net
    assert stored is not None
    assert lit.supply is not None
    assert np.abs(stored.power_kw).max() <= power_kw * (1 + 1e-9)
    level_kwh = np.concatenate([[capacity_kwh / 3], stored.level_kwh[at]])
    assert -1e-6 <= level_kwh.min() <= level_kwh.max() <= capacity_kwh * (1 + 1e-9)
    kw, eta = stored.power_kw[at], efficiency**0.5
    assert np.diff(level_kwh) == pytest.approx(np.where(kw > 0, kw * eta, kw / eta) / 4, abs=1e-6 * capacity_kwh)
    assert not np.delete(stored.power_kw, at, axis=0).any()
    own_kw = np.concatenate([with_sites(net, lit.base_kva, lit.site_kw).real, lit.busbar_kva.real])
    own_kw += stored.power_kw - lit.supply.solar_kw
    assets, below = len(net.names), np.zeros_like(own_kw)
    for child in range(assets):
        parent = int(net.parent[child])
        below[parent if parent >= 0 else assets + int(net.station[child])] += found.load_kva[child].real
    loss_kw = np.nan_to_num(found.loss_kw)
    loss_kw[:assets] -= net.no_load_kw[:, np.newaxis]
    assert found.load_kva.real == pytest.approx(own_kw + below + loss_kw, abs=1e-3)


def test_peak_shaving_holds_its_target_and_solar_surplus_keeps_power_from_flowing_up(carried: Loads) -> None:
    feeder = number_of(carried, "kunming_s15_f1")
    before = carried.state().load_kva[feeder].real
    target = float(before.max()) - 300.0
    shaving = NodeBattery(feeder, Battery(20_000, 2_000, 0.86), 20_000, "peak_shaving", target)
    shaved = replace(carried, supply=supply(carried, {}, shaving)).state()
    assert shaved.load_kva[feeder].real.max() == pytest.approx(target, rel=0.01)
    assert shaved.loading[feeder].max() < carried.state().loading[feeder].max()
    lit = supply(carried, {"kunming_s15_f1": 9_000.0})
    upwards = replace(carried, supply=lit)
    assert upwards.state().load_kva[feeder].real.min() < -500.0
    storing = NodeBattery(feeder, Battery(60_000, 9_000, 0.86), 0.0, "solar_surplus", 0.0)
    kept = replace(carried, supply=lit.with_battery(storing)).state()
    assert kept.load_kva[feeder].real.min() > -60.0
    assert kept.voltage_pu[feeder].max() < upwards.state().voltage_pu[feeder].max()


def test_panels_raise_the_voltage_and_lower_the_loss_until_they_flow_back(carried: Loads) -> None:
    feeder, noon = number_of(carried, "kunming_s15_f1"), 48
    states = [replace(carried, supply=supply(carried, {"kunming_s15_f1": kwp})).state() for kwp in (0, 4_000, 20_000)]
    volts = [found.voltage_pu[feeder, noon] for found in states]
    losses = [found.loss_kw[feeder, noon] for found in states]
    assert volts == sorted(volts)
    assert volts[2] > carried.net.busbar_pu[carried.net.station[feeder]] > volts[0]
    assert losses[1] < losses[0] < losses[2]
    assert states[2].load_kva[feeder, 0] == states[0].load_kva[feeder, 0]


def test_a_battery_above_another_sees_what_that_one_does(carried: Loads) -> None:
    """Both shave: the substation's has less left to do where the feeder's has done its part."""
    feeder, station = number_of(carried, "kunming_s15_f1"), number_of(carried, "kunming_s15")
    big = Battery(50_000, 5_000, 0.86)
    total = carried.state().load_kva[station].real
    above = NodeBattery(station, big, 50_000, "peak_shaving", float(total.max()) - 800.0)
    below = NodeBattery(feeder, big, 50_000, "peak_shaving", 2_500.0)
    alone = supply(carried, {}, above).stored(carried.net, carried.base_kva, carried.busbar_kva, carried.site_kw)
    both = supply(carried, {}, above, below).stored(carried.net, carried.base_kva, carried.busbar_kva, carried.site_kw)
    assert both.power_kw[feeder].min() < -100.0
    assert both.power_kw[station].clip(max=0).sum() > alone.power_kw[station].clip(max=0).sum()


def test_further_panels_that_fit_fit_and_a_few_more_do_not(carried: Loads, rules: Rules) -> None:
    lit = supply(carried, {"kunming_s15_f1": 2_000.0})
    now = replace(carried, supply=lit)
    fits = hosting_solar_kwp(carried.net, *now.left_kva(), carried.site_kw, lit.per_kwp, rules.limits.highest_pu)
    at = number_of(carried, "kunming_s15_f1")
    path = [*carried.net.path(at), len(carried.net.names) + int(carried.net.station[at])]

    def heaviest(more_kwp: float) -> float:
        found = replace(carried, supply=supply(carried, {"kunming_s15_f1": 2_000.0 + more_kwp})).state()
        upwards = found.load_kva[path].real < 0
        return float(np.where(upwards, found.loading[path], 0.0).max())

    assert fits[at] > 1_000
    assert heaviest(fits[at]) <= 1 + 1e-6
    assert heaviest(fits[at] + 10) > 1


def test_a_slot_of_reverse_flow_does_not_say_how_much_charging_fits(carried: Loads) -> None:
    """Panels take nothing of what fits at night, and so nothing of what fits at all times, nor do they add to it."""
    at = number_of(carried, "kunming_s15_f1")
    free = hosting_kw(carried.net, *carried.left_kva(), carried.site_kw, 0.93)
    night = carried.base_kva[at].real.copy()
    assert night[0] > 0
    lit = replace(carried, supply=supply(carried, {"kunming_s15_f1": 14_000.0}))
    assert lit.state().loading[at].argmax() == pytest.approx(48, abs=4)
    fits = hosting_kw(carried.net, *lit.left_kva(), carried.site_kw, 0.93)[at]
    assert fits >= free[at]
    loaded = lit.left_kva()[0].copy()
    loaded[at] += fits * complex(1, np.tan(np.arccos(0.95)))
    found = state(carried.net, loaded, lit.left_kva()[1], carried.site_kw)
    dark = found.load_kva[at].real > 0
    assert found.loading[at][dark].max() <= 1 + 1e-3


def test_a_stress_study_has_a_case_without_sun_where_panels_stand() -> None:
    study = stress(DEPOT, [*SHORT, *BOTH])
    by_case = {case.name: case for case in study.cases}
    assert NO_SUN in by_case
    dark, lit = by_case[NO_SUN].carried, by_case["transformer_out"].carried
    assert dark.supply is not None
    assert not dark.supply.solar_kw.any()
    assert not dark.supply.batteries
    assert lit.supply is not None
    noon = slice(48, 56)
    assert np.all(dark.state().load_kva.real[:, noon].sum() > lit.state().load_kva.real[:, noon].sum())
    assert any(row.case == NO_SUN for row in study.bindings)


FAULTS = {
    "no such node": ("solar.csv", "kunming_s01_f1,1200", "kunming_s01_f9,1200", "substations with transformers"),
    "a node without transformers": (
        "solar.csv",
        "kunming_s01_f1,1200",
        "kunming_large_users,1200",
        "with transformers",
    ),
    "a battery twice": ("storage.csv", "kunming_s26_f4,", "kunming_s15,", "one battery only"),
    "a target for nobody": ("storage.csv", "valley_to_peak,,", "valley_to_peak,900,", "with no other strategy"),
    "no target": ("storage.csv", "peak_shaving,5200,", "peak_shaving,,", "must be given with peak_shaving"),
    "no efficiency": ("storage.csv", ",0.86,valley", ",1.86,valley", "1"),
    "no figure": ("solar.csv", "kunming_s01_f1,1200,", "kunming_s01_f1,many,", "number"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_and_line(workspace: Path, fault: str) -> None:
    name, old, new, words = FAULTS[fault]
    path = workspace / "grid" / "network" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems: list[Problem] = []
    assert load_network(workspace, problems) is None
    assert any(words in str(problem) and problem.line for problem in problems), problems


def test_a_skyline_in_the_table_is_figures_with_spaces_between(workspace: Path) -> None:
    path = workspace / "grid" / "network" / "solar.csv"
    path.write_text("node,peak_kw,horizon_deg\nkunming_s01_f1,10,0 12.5 30 0\n", encoding="utf-8")
    problems: list[Problem] = []
    found = load_network(workspace, problems)
    assert found is not None, problems
    assert found.solar[0].horizon_deg == (0.0, 12.5, 30.0, 0.0)
    path.write_text("node,peak_kw,horizon_deg\nkunming_s01_f1,10,0 high 95\n", encoding="utf-8")
    assert load_network(workspace, problems) is None
    assert all(problem.line == 2 for problem in problems)


def test_a_workspace_without_the_tables_has_none_and_a_scenario_that_asks_for_them_is_told(
    tmp_path: Path, workspace: Path
) -> None:
    del tmp_path
    for name in ("solar", "storage"):
        (workspace / "grid" / "network" / f"{name}.csv").unlink()
    problems: list[Problem] = []
    found = load_network(workspace, problems)
    assert found is not None
    assert found.solar == found.storage == ()
    for folder in ("profiles", "configs"):
        (workspace / folder).symlink_to(ROOT / folder)
    with pytest.raises(InputError) as told:
        pipeline.load(DEPOT, overrides=[*SHORT, *BOTH], workspace=workspace)
    keys = {problem.key for problem in told.value.problems}
    assert keys == {"grid.city_solar", "grid.city_storage"}


def test_metrics_count_what_panels_and_batteries_of_each_city_did(bare: Records, supplied: Records) -> None:
    def value(records: Records, metric: str, subject: str) -> float:
        table = records.tables["metrics"]
        return float(table["value"][(table["metric"] == metric) & (table["subject"] == subject)][0])

    slots = supplied.tables["node_supply_slots"]
    assert value(supplied, "network_solar_kwh", "run") == pytest.approx(slots["solar_kw"].sum() / 4)
    assert 0 < value(supplied, "network_solar_kwh", "kunming") < value(supplied, "network_solar_kwh", "run")
    assert value(supplied, "network_stored_kwh", "run") > 0
    assert value(bare, "network_solar_kwh", "run") == 0.0
    for asset in set(bare.tables["asset_slots"]["asset"].tolist()):
        assert value(supplied, "highest_voltage_pu", asset) >= value(bare, "highest_voltage_pu", asset)


def test_the_load_that_planning_tools_take_has_a_row_for_each_panel_and_battery(supplied: Records) -> None:
    series = {(each.node, each.kind): each for each in load_series(supplied)}
    slots = supplied.tables["node_supply_slots"]
    panels = [each for (_, kind), each in series.items() if kind == "panels"]
    assert sum(each.load_kw.sum() for each in panels) == pytest.approx(-slots["solar_kw"].sum())
    assert ("kunming_s15", "battery") in series
    assert {each.city for each in panels} == {"kunming", "lijiang"}


def test_what_is_made_up_says_so(supplied: Records) -> None:
    nodes = supplied.tables["node_supply"]
    stands = (nodes["solar_kwp"] > 0) | np.isfinite(nodes["storage_kwh"])
    assert np.array_equal(nodes["synthetic"], stands)
