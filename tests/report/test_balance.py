"""The balance of a report: every line adds up, and what does not is shown."""

from __future__ import annotations

import pytest

from fleetsim.report.balance import balance_lines
from tests.report.synthetic import synthetic_view
from tests.report.test_text import changed


def test_every_line_adds_up() -> None:
    lines = balance_lines(synthetic_view())
    assert len(lines) == 4
    for line in lines:
        assert sum(value for _, value in line.parts_kwh) == pytest.approx(line.whole_kwh, rel=1e-3)


def test_nothing_is_said_to_be_missing_where_nothing_is() -> None:
    keys = [key for line in balance_lines(synthetic_view()) for key, _ in line.parts_kwh]
    assert "balance.rest" not in keys
    assert "balance.edge" not in keys


def test_energy_that_is_missing_is_a_part_of_its_own() -> None:
    view = synthetic_view()
    leaky = changed(view, "run", "driven_kwh", view.run("driven_kwh") - 1_000)
    battery = balance_lines(leaky)[-1]
    assert dict(battery.parts_kwh)["balance.rest"] == pytest.approx(1_000, rel=1e-6)
