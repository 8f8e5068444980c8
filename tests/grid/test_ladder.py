"""The ladder: sizes by price, tiers that overlap, lines that are too small."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.ladder import Ladder, ladder

FLOOR, CONTRACT, DEMAND = np.full(12, 2_000.0), np.full(12, 15_000.0), np.full(12, 25_000.0)


@pytest.fixture
def steps(inputs: GridInputs) -> Ladder:
    return ladder(inputs.zone.water, FLOOR, 10_000.0, 8_000.0, CONTRACT, DEMAND)


def test_prices_rise_from_step_to_step(steps: Ladder) -> None:
    assert np.all(np.diff(steps.price_cny_per_kwh) > 0.0)


def test_all_coal_and_all_export_are_on_the_ladder(inputs: GridInputs, steps: Ladder) -> None:
    available = np.array(inputs.zone.water.coal.available)
    assert steps.coal_mw.sum(axis=1) == pytest.approx(8_000.0 * available, rel=2e-3)
    assert steps.export_mw.sum(axis=1) == pytest.approx(steps.top_export_mw)


def test_coal_beyond_its_capacity_is_not_on_the_ladder(inputs: GridInputs, steps: Ladder) -> None:
    """The dearest tiers go first; the cheap ones stay as they were."""
    small = ladder(inputs.zone.water, FLOOR, 5_000.0, 8_000.0, CONTRACT, DEMAND)
    assert small.coal_mw.sum(axis=1) == pytest.approx(3_000.0 * np.array(inputs.zone.water.coal.available))
    whole = np.cumsum(small.coal_mw, axis=1) < 2_999.0 * np.array(inputs.zone.water.coal.available)[:, None]
    assert small.coal_mw[whole] == pytest.approx(steps.coal_mw[whole])


def test_the_surplus_lies_on_top_of_the_contract(inputs: GridInputs, steps: Ladder) -> None:
    assert steps.top_export_mw == pytest.approx(15_000.0 * (1.0 + inputs.zone.water.export.surplus_share))


def test_industry_stops_before_the_firm_export_and_everybody_else_comes_last(inputs: GridInputs, steps: Ladder) -> None:
    assert steps.load_mw[0, -3] == pytest.approx(25_000.0 * inputs.zone.water.industry.share)
    assert steps.export_mw[0, -2] > 0.0
    assert steps.load_mw[0, -1] > DEMAND[0]


def test_a_step_is_made_of_coal_export_and_load_and_of_nothing_else(steps: Ladder) -> None:
    parts = sum(steps.parts(of) for of in (steps.coal_mw, steps.export_mw, steps.load_mw))
    assert parts == pytest.approx(1.0)


def test_small_lines_leave_out_the_cheapest_export(inputs: GridInputs, steps: Ladder) -> None:
    small = inputs.zone.water.export.model_copy(update={"corridor_gw": 12.0})
    narrow = ladder(inputs.zone.water.model_copy(update={"export": small}), FLOOR, 10_000.0, 8_000.0, CONTRACT, DEMAND)
    assert narrow.top_export_mw == pytest.approx(12_000.0)
    assert narrow.export_mw.sum(axis=1) == pytest.approx(12_000.0)
    assert narrow.export_mw[0, 0] == 0.0
    assert narrow.export_mw[0, -2] == pytest.approx(steps.export_mw[0, -2])
