"""Zones: what each consumes is traced through the flows between them, and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from fleetsim.clock import Clock
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.model import grid_slots
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tracing import composition
from fleetsim.grid.zones import ZoneSlots, zone_slots
from fleetsim.results.schema import SOURCES

WEEK = Clock(date(2026, 3, 9), 7, 0)


@pytest.fixture(scope="module")
def zones(inputs: GridInputs) -> ZoneSlots:
    found = grid_slots(GridSpec(level="month_hour", year=2026, loss_share=0.0), inputs, WEEK, 1).zones
    assert found is not None
    return found


def random_network(seed: int, zones: int = 4, sources: int = 3) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    generation = draw.uniform(0.0, 10.0, (zones, sources)) * (draw.random((zones, sources)) < 0.8)
    flow = draw.uniform(0.0, 2.0, (zones, zones)) * (draw.random((zones, zones)) < 0.5)
    np.fill_diagonal(flow, 0.0)
    return generation, flow


@given(seed=some.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_what_is_consumed_of_a_source_is_what_was_generated_of_it(seed: int) -> None:
    """With loops too; a zone may pass on more than it makes, as long as it does not send what it has not got."""
    generation, flow = random_network(seed)
    through = generation.sum(axis=1) + flow.sum(axis=0)
    flow *= np.minimum(through / np.maximum(flow.sum(axis=1), 1e-9), 1.0).min()
    through = generation.sum(axis=1) + flow.sum(axis=0)
    consumed = through - flow.sum(axis=1)
    shares = composition(generation, flow)
    assert (consumed[:, None] * shares).sum(axis=0) == pytest.approx(generation.sum(axis=0), rel=1e-9, abs=1e-9)
    assert shares[through > 0].sum(axis=1) == pytest.approx(1.0)
    assert shares.min() >= -1e-12


@given(seed=some.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_relabelling_the_sources_permutes_the_shares(seed: int) -> None:
    generation, flow = random_network(seed)
    assert composition(generation[:, [2, 0, 1]], flow) == pytest.approx(composition(generation, flow)[:, [2, 0, 1]])


def test_a_chain_by_hand() -> None:
    """Hydro 10 feeds B with 4, B has coal 4 and feeds C with 2: C is half hydro."""
    generation = np.array([[10.0, 0.0], [0.0, 4.0], [0.0, 0.0]])
    flow = np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    assert composition(generation, flow) == pytest.approx(np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]]))


def test_a_zone_that_nothing_reaches_has_no_composition() -> None:
    assert composition(np.array([[1.0], [0.0]]), np.zeros((2, 2))).tolist() == [[1.0], [0.0]]


def test_zones_consume_what_the_province_generates_source_by_source(zones: ZoneSlots) -> None:
    consumed = (zones.demand_mw[..., None] * zones.shares).sum(axis=1)
    assert consumed == pytest.approx(zones.generation_mw.sum(axis=1), rel=1e-9, abs=1e-6)
    assert zones.shares.sum(axis=2) == pytest.approx(1.0)


def test_emissions_are_conserved_too(inputs: GridInputs, zones: ZoneSlots) -> None:
    factors = np.array([0.88] * 3 + [one.thermal_emission_kg_per_kwh for one in inputs.zones.neighbours])
    emitted = (zones.generation_mw[..., SOURCES.index("thermal")] * factors).sum(axis=1)
    assert (zones.demand_mw * zones.emission_kg_per_kwh).sum(axis=1) == pytest.approx(emitted, rel=1e-9)


def test_the_inner_zones_are_the_province(inputs: GridInputs, zones: ZoneSlots) -> None:
    grid = grid_slots(GridSpec(level="month_hour", year=2026, loss_share=0.0), inputs, WEEK, 1)
    assert zones.demand_mw[:, :3].sum(axis=1) == pytest.approx(grid.demand_mw)
    assert zones.generation_mw[:, :3].sum(axis=1) == pytest.approx(grid.generation_mw)
    assert (zones.demand_mw[:, :3] * zones.clean_share[:, :3]).sum(axis=1) == pytest.approx(
        grid.demand_mw * grid.clean_share_consumption, rel=0.05
    ), "exports leave with the mix of the rest instead of the mix of all"


def test_a_city_of_dams_is_cleaner_than_one_that_must_import(zones: ZoneSlots) -> None:
    lijiang, kunming = zones.of("lijiang"), zones.of("kunming")
    assert lijiang is not None
    assert kunming is not None
    assert lijiang.mean() > kunming.mean()
    assert zones.of("dali") is None


def test_imports_come_with_the_mix_of_the_neighbours(inputs: GridInputs) -> None:
    generation = np.zeros((1, len(SOURCES)))
    generation[0, SOURCES.index("hydro")], generation[0, SOURCES.index("import")] = 50.0, 50.0
    found = zone_slots(inputs.zones, np.array([100.0]), generation, 0.88, 0.0)
    nuclear = found.shares[0, :, SOURCES.index("nuclear")]
    assert nuclear[found.names.index(inputs.zones.rest)] > 0.0
    assert found.received_mw[0, found.names.index(inputs.zones.rest)] > 0.0


def test_cities_that_claim_more_than_there_is_are_refused(inputs: GridInputs) -> None:
    kunming = inputs.zones.cities[0].model_dump() | {"hydro_share": 0.9}
    lijiang = inputs.zones.cities[1].model_dump()
    with pytest.raises(ValueError, match="hydro_share must leave something"):
        type(inputs.zones).model_validate(inputs.zones.model_dump() | {"cities": [kunming, lijiang]})


def test_a_workspace_without_cities_has_one_zone(inputs: GridInputs) -> None:
    alone = replace(inputs, zones=inputs.zones.model_copy(update={"cities": ()}))
    grid = grid_slots(GridSpec(level="month_hour", year=2026), alone, WEEK, 1)
    assert grid.zones is not None
    assert grid.zones.clean_share[:, 0] == pytest.approx(grid.clean_share)
