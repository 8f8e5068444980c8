"""Bad input and remarks for hydrogen stations and their fleets."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load

STATION = (
    "sites.h2={kind: hydrogen_station, place: station, storage_kg: 100, dispensers: 1, dispense_kg_per_min: 2,"
    " electrolyser: {rated_kw: 500, kwh_per_kg: 55, min_load_share: 0.3}}"
)
TANK = {
    "tank_kg": 20, "fuel_cell_kw": 70, "efficiency_curve": [{"load_share": 1, "efficiency": 0.5}],
    "converter_efficiency": 0.96, "thin_air_share": 0, "buffer_set_point": 0.6, "buffer_floor": 0.3,
}  # fmt: skip
WORK = "{kind: rotation, route: line_1, blocks: [{start: '06:00', trips: 2, layover_min: 5}]}"


def fleet(**changes: str) -> str:
    keys = {"kind": "hydrogen_bus", "model": "bus_fc", "count": "2", "home": "h2", "work": WORK} | changes
    return "fleets.h2_line={" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def truck(pressure_mpa: float) -> str:
    return f"{{at: '03:00', hydrogen_kg: 50, emission_kg_per_kg: 10, pressure_mpa: {pressure_mpa}}}"


def banked(*banks: str) -> list[str]:
    return [STATION, fleet(), "sites.h2.storage_kg=null", f"sites.h2.banks=[{', '.join(banks)}]"]


@pytest.fixture
def workspace(small_workspace: Path) -> Path:
    """The small workspace with a fuel-cell bus."""
    sheets = small_workspace / "profiles" / "vehicles.yaml"
    content = yaml.safe_load(sheets.read_text(encoding="utf-8"))
    content["bus_fc"] = content["bus_large"] | {"hydrogen": TANK}
    sheets.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return small_workspace


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([STATION, fleet(home="east")], "fleets.h2_line.home: found 'east'; must be a site of kind hydrogen_station"),
        ([STATION, "fleets.line_1.home=h2"], "fleets.line_1.home: found 'h2'; must be a site of kind depot"),
        ([STATION, fleet(home="nowhere")], "fleets.h2_line.home: found 'nowhere'; must be a name in sites"),
        ([STATION, fleet(model="bus_small")], "must be a name in profiles/vehicles.yaml with a hydrogen block: bus_fc"),
        ([STATION, fleet(parking="moon")], "fleets.h2_line.parking: found 'moon'; must be a name in profiles/places"),
        ([STATION, fleet(reserve="0.9", initial_share="0.5")], "fleets.h2_line.initial_share: found 0.5"),
        (
            [STATION, fleet(), "sites.h2.outages=[{start: '2026-02-30 06:00', hours: 3}]"],
            "must be a moment that the calendar has, like 2026-03-11 06:00",
        ),
        (
            [STATION, fleet(), "sites.h2.outages=[{start: yesterday, hours: 3}]"],
            "must be a moment like 2026-03-11 06:00",
        ),
        ([STATION, fleet(), "sites.h2.electrolyser.rated_kw=500000"], "(was it given in W?)"),
        ([STATION, fleet(), "sites.h2.storage_kg=null"], "sites.h2.storage_kg: found nothing; must be given"),
        (
            [STATION, fleet(), "sites.h2.banks=[{capacity_kg: 50, max_mpa: 45}]"],
            "sites.h2.storage_kg: found 100; must be left out or null: the banks are the storage",
        ),
        (banked("{capacity_kg: 0, max_mpa: 45}"), "sites.h2.banks.0.capacity_kg: found 0; must be above 0"),
        (
            banked("{capacity_kg: 50, max_mpa: 45}", "{capacity_kg: 50, max_mpa: 20}"),
            "sites.h2.banks.1.max_mpa: found 20; must be above the 45 MPa of the bank before: lowest bank first",
        ),
        (banked("{capacity_kg: 50, max_mpa: 45, min_mpa: 45}"), "banks.0.min_mpa: found 45; must be below the max_mpa"),
        (
            [*banked("{capacity_kg: 50, max_mpa: 45}"), "sites.h2.initial_share=0.05"],
            "sites.h2.initial_share: found 0.05; must be at least 0.140: bank 0 is never below its min_mpa",
        ),
        (banked("{capacity_kg: 50, max_mpa: 37}"), "at 95% of its content, where the compressor begins again"),
        (
            [*banked("{capacity_kg: 50, max_mpa: 45}"), "sites.h2.compressor={suction_mpa: 2, discharge_mpa: 40}"],
            "sites.h2.compressor.discharge_mpa: found 40; must be at least the 45 MPa of the highest bank",
        ),
        (
            [STATION, fleet(), "sites.h2.compressor={suction_mpa: 2, discharge_mpa: 45, lift_kg_per_h: 20}"],
            "sites.h2.compressor.lift_kg_per_h: found 20; must be left out: there are no banks",
        ),
        (
            [*banked("{capacity_kg: 50, max_mpa: 45}"), f"sites.h2.deliveries=[{truck(4)}]"],
            "sites.h2.deliveries.0.pressure_mpa: found 4; must be above the 5 MPa",
        ),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(workspace: Path, settings: list[str], expected: str) -> None:
    with pytest.raises(InputError) as caught:
        load(workspace / "configs" / "depot.yaml", overrides=settings)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "remark"),
    [
        ("sites.h2.connection_kw=400", "sites.h2: its connection leaves 400 kW and caps the electrolyser"),
        (
            "sites.h2.connection_kw=100",
            "sites.h2: its connection leaves 100 kW, too little for the electrolyser's lowest load",
        ),
        (
            "sites.h2.electrolyser=null",
            "sites.h2: it has neither an electrolyser nor deliveries; only its storage can be dispensed",
        ),
    ],
)
def test_what_is_tight_is_remarked(workspace: Path, setting: str, remark: str) -> None:
    assert remark in load(workspace / "configs" / "depot.yaml", overrides=[STATION, fleet(), setting]).remarks


def test_banks_that_trucks_cannot_fill_are_remarked(workspace: Path) -> None:
    settings = [*banked("{capacity_kg: 50, max_mpa: 45}"), "sites.h2.electrolyser=null"]
    settings.append(f"sites.h2.deliveries=[{truck(20)}]")
    remark = "sites.h2: its trucks fill banks to 20 MPa, and no compressor lifts hydrogen higher"
    assert remark in load(workspace / "configs" / "depot.yaml", overrides=settings).remarks
    settings.append("sites.h2.compressor={suction_mpa: 2, discharge_mpa: 45, lift_kg_per_h: 20}")
    assert remark not in load(workspace / "configs" / "depot.yaml", overrides=settings).remarks


def test_a_sound_station_is_not_remarked_upon(workspace: Path) -> None:
    remarks = load(workspace / "configs" / "depot.yaml", overrides=[STATION, fleet()]).remarks
    assert not [remark for remark in remarks if "h2" in remark]
