"""Remarks warn of what is allowed but tight."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fleetsim.scenario.loading import load
from fleetsim.scenario.remarks import shortened

EAST = "sites.east"
DEPOT = "{kind: depot, place: station, connection_kw: 100, chargers: [{type: dc_60, count: 3}]}"


@pytest.mark.parametrize(
    ("overrides", "remark"),
    [
        (
            [],
            "limit smaller than all chargers, base load and standby together, so that it will be shared: "
            "east (800 of 1264 kW)",
        ),
        ([f"{EAST}.chargers.0.count=2"], "sites.east: 2 chargers for 22 vehicles"),
        (
            [f"{EAST}.strategy=solar_following"],
            "sites.east: no panels for solar_following to follow; it charges where the price is lowest",
        ),
        (
            [f"{EAST}.strategy=bidirectional"],
            "sites.east: no charger is bidirectional, so nobody feeds back; it charges where the price is lowest",
        ),
        (
            [f"{EAST}.strategy=bidirectional", f"{EAST}.chargers.0.bidirectional=true"],
            "sites.east: no vehicle that lives here can feed back (bus_large, bus_small without feed_back in "
            "profiles/vehicles.yaml); it charges where the price is lowest",
        ),
        (
            [
                f"{EAST}.strategy=bidirectional",
                f"{EAST}.peak_kw=400",
                f"{EAST}.storage={{battery_kwh: 9, power_kw: 9, round_trip_efficiency: 0.9, strategy: valley_to_peak}}",
            ],
            "sites.east: peak_kw binds its vehicles alone; its battery on valley_to_peak may draw above it",
        ),
        (
            ["sites.west={kind: depot, place: station, chargers: [{type: dc_60, count: 1}]}"],
            "sites.west: no fleet lives here",
        ),
    ],
)
def test_what_is_tight_is_remarked(small_workspace: Path, overrides: list[str], remark: str) -> None:
    assert remark in load(small_workspace / "configs" / "depot.yaml", overrides=overrides).remarks


@pytest.mark.parametrize(
    ("floor_soc", "chargers", "remark"),
    [
        (
            0.95, 22,
            "sites.east: no vehicle that lives here can feed back, since feed_back.floor_soc is not below its "
            "charge_target (bus_large: 0.95); it charges where the price is lowest",
        ),
        (
            0.4, 21,
            "sites.east: 21 chargers for 22 vehicles: nobody feeds back while another waits for a charger, which may "
            "be through whole peaks",
        ),
        (0.94, 22, None),
    ],
)  # fmt: skip
def test_what_keeps_vehicles_from_feeding_back_is_remarked(
    edited: Callable[..., Path], floor_soc: float, chargers: int, remark: str | None
) -> None:
    sheet = f"  feed_back: {{power_kw: 60, floor_soc: {floor_soc}, efficiency: 0.95}}\n"
    large = "  name: {en: Large bus, zh: 大巴}\n"
    file = edited(large, large + sheet, "profiles/vehicles.yaml")
    group = f"{EAST}.chargers=[{{type: dc_120, count: {chargers}, bidirectional: true}}]"
    told = load(file, overrides=[f"{EAST}.strategy=bidirectional", group]).remarks
    assert [each for each in told if "feed" in each or "feeds" in each] == ([] if remark is None else [remark])


def test_a_remark_keeps_its_whole_list_which_only_a_summary_shortens(small_workspace: Path) -> None:
    copies = [f"sites.copy_{number}={DEPOT}" for number in range(6)]
    (shared,) = (
        remark for remark in load(small_workspace / "configs" / "depot.yaml", overrides=copies).remarks
        if remark.startswith("limit smaller")
    )  # fmt: skip
    assert all(f"copy_{number} (100 of " in shared for number in range(6))
    assert shortened(shared).endswith("and 3 more")


def test_blocks_that_one_after_the_other_need_one_vehicle_are_no_remark_but_two_at_once_are(
    small_workspace: Path,
) -> None:
    scenario, one = small_workspace / "configs" / "depot.yaml", ["fleets.line_1_extra.count=1"]
    assert not any("at once" in remark for remark in load(scenario, overrides=one).remarks)

    table = small_workspace / "profiles" / "timetables" / "line_1.csv"
    table.write_text(table.read_text().replace("23:", "06:").replace("24:", "07:"))

    expected = "fleets.line_1_extra: its timetable has up to 2 blocks at once for 1 vehicles"
    assert expected in load(scenario, overrides=one).remarks


def test_a_roomy_site_is_not_remarked_upon(small_workspace: Path) -> None:
    remarks = load(small_workspace / "configs" / "depot.yaml", overrides=[f"{EAST}.connection_kw=1300"]).remarks

    assert not any("east" in remark for remark in remarks)


def test_a_fleet_whose_route_is_in_another_city_is_remarked_upon(small_workspace: Path) -> None:
    climates = small_workspace / "profiles" / "climates.yaml"
    text = climates.read_text(encoding="utf-8")
    climates.write_text(text + text.replace("kunming:", "lijiang:"), encoding="utf-8")
    routes = small_workspace / "profiles" / "routes.yaml"
    routes.write_text(routes.read_text(encoding="utf-8").replace("city: kunming", "city: lijiang"), encoding="utf-8")

    remarks = load(small_workspace / "configs" / "depot.yaml").remarks

    assert "fleets.line_1: its home is in kunming, its route in lijiang" in remarks


def test_figures_without_a_source_are_counted_and_assumptions_left_to_the_report(small_workspace: Path) -> None:
    remarks = load(small_workspace / "configs" / "depot.yaml").remarks

    assert not any("assum" in remark for remark in remarks)
    assert "21 figures have no source, the first is bus_large.battery_kwh in profiles/vehicles.yaml" in remarks
