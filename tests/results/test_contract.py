"""The contract of the tables, written out once more: a column or table that is dropped or renamed breaks readers."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fleetsim.results.catalogue import METRICS, RUNS
from fleetsim.results.schema import TABLES
from tests.recorded import save, small_records

CONTRACT = {
    "metrics": "scope subject metric value unit definition",
    "vehicles": "vehicle fleet kind model city home battery_kwh tank_kg",
    "sites": "site kind city lat lon chargers charger_kw connection_kw power_factor",
    "places": "place lat lon elevation_m",
    "routes": "route point distance_km lat lon elevation_m",
    "trips": """
        vehicle trip purpose route planned_depart_at planned_arrive_at depart_at arrive_at origin destination
        distance_km used_kwh regenerated_kwh hydrogen_kg soc_start soc_end clean_share emission_kg status reason
    """,
    "sessions": """
        session vehicle pack site charger arrive_at plug_at start_at end_at unplug_at planned_unplug_at
        requested_kwh energy_kwh delivered_kwh stored_kwh unmet_kwh discharged_kwh soc_start soc_end peak_kw
        clean_share clean_share_consumption clean_share_dedicated
        emission_kg emission_marginal_province_kg emission_marginal_southern_kg cost_cny end_reason
    """,
    "waits": "vehicle site arrive_at end_at outcome cause",
    "draws": "site load session clock start_at end_at offered_kw",
    "clocks": "site clock start_at end_at factor",
    "swaps": "vehicle site arrive_at start_at end_at pack_out pack_in soc_out soc_in clean_share end_reason",
    "refuels": """
        vehicle site arrive_at start_at end_at tank_start_kg tank_end_kg hydrogen_kg clean_share end_reason
    """,
    "stocks": "holder holder_kind source start_kwh end_kwh",
    "outages": "asset kind start_at end_at cause",
    "site_slots": """
        site slot_at load_kw solar_kw storage_kw grid_kw peak_kw limit_kw price_cny_per_kwh
        plugged charging queued storage_kwh hydrogen_kg packs_ready
    """,
    "grid_slots": """
        zone slot_at demand_mw fleet_mw hydro_mw wind_mw solar_mw biomass_mw nuclear_mw thermal_mw import_mw export_mw
        clean_share clean_share_consumption clean_share_dedicated
        emission_kg_per_kwh emission_marginal_province_kg_per_kwh emission_marginal_southern_kg_per_kwh
    """,
    "assets": "asset kind city upstream sites limit_kva n_1_loading hosting_kw synthetic",
    "asset_slots": "asset slot_at load_kw load_kvar loading voltage_pu loss_kw hot_spot_c",
    "node_supply": "asset city solar_kwp storage_kwh storage_kw round_trip_efficiency lowest_kw reverse_h highest_pu "
    "hosting_solar_kwp synthetic",
    "node_supply_slots": "asset slot_at solar_kw storage_kw storage_kwh",
}
"""Every table and the columns that it was agreed to have. More may come; none of these may go."""

LISTED = {
    RUNS: """
        run_id scenario seed start_at days vehicles status error version scenario_sha256 created_at cpu_s wall_s
    """,
    METRICS: "run_id scope subject metric value unit definition",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = tmp_path_factory.mktemp("results")
    save(results, small_records(), "small-1")
    return results / "small-1"


@pytest.mark.parametrize("table", CONTRACT)
def test_every_agreed_column_is_in_the_tables_and_in_the_files(table, folder):
    agreed = set(CONTRACT[table].split())
    assert agreed - {column.name for column in TABLES[table]} == set()
    assert agreed - set(pq.read_schema(folder / f"{table}.parquet").names) == set()


@pytest.mark.parametrize("table", LISTED, ids=str)
def test_every_agreed_column_is_in_the_catalogue(table):
    assert set(LISTED[table].split()) - set(table.columns.keys()) == set()
