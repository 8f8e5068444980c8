"""Transformers: a limit beside the connection's, lower the higher they stand."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.scenario.grid_site import Transformer
from tests import laws
from tests.worlds import depot, fleet, rotation, run, scenario


@pytest.mark.parametrize(("elevation_m", "limit_kva"), [(0, 500.0), (1_000, 500.0), (1_900, 482.0), (2_400, 472.0)])
def test_thin_air_takes_four_thousandths_for_each_100_m_above_1000_m(elevation_m: float, limit_kva: float) -> None:
    assert Transformer(rated_kva=500).limit_kva(elevation_m) == pytest.approx(limit_kva)


@pytest.mark.parametrize("sharing", ["proportional", "first_come"])
def test_ten_times_the_demand_draws_exactly_what_the_transformer_allows(sharing: str) -> None:
    work = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])
    site = depot(40, sharing=sharing, connection_kw=5_000, transformer={"rated_kva": 500}, power_factor=0.9)
    records = run(scenario(sites={"depot": site}, fleets={"line": fleet(40, work=work)}, days=1))
    limit_kw = 500 * (1 - 0.004 * 9) * 0.9
    assert records.tables["sites"]["transformer_kw"] == pytest.approx([limit_kw])
    _, power_kw = laws.site_power_kw(records, 0)
    assert 10 * limit_kw < 40 * 120 / 0.95
    assert power_kw.max() == pytest.approx(limit_kw, rel=1e-12)
    laws.check(records)


def test_the_lower_of_connection_and_transformer_binds() -> None:
    lines = {"line": fleet(8)}
    peaks = []
    for connection_kw, kva in ((200, 1_000), (1_000, 200)):
        site = depot(8, connection_kw=connection_kw, transformer={"rated_kva": kva}, power_factor=1.0)
        _, power_kw = laws.site_power_kw(run(scenario(sites={"depot": site}, fleets=lines, days=2)), 0)
        peaks.append(power_kw.max())
    assert peaks == pytest.approx([200.0, 200 * 0.964])


def test_a_site_without_a_transformer_has_no_such_limit() -> None:
    assert np.isnan(run(scenario()).tables["sites"]["transformer_kw"]).all()
