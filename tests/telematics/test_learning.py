"""A log teaches what was put into it."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.errors import InputError, RunError
from fleetsim.profiles import VehicleModel
from fleetsim.profiles.loading import load_profiles
from fleetsim.results.schema import TRIP_STATUS
from fleetsim.telematics.learning import find_trips, learn, ratio_with_error
from fleetsim.telematics.learnt_profile import sheet, write_profile
from fleetsim.telematics.logs import COLUMNS, Log, read_logs
from tests.conftest import ROOT
from tests.telematics.runs import codes, reporter, tracer_of_a_day

KWH_PER_KM, AUXILIARY_KW, HEATING_KW_PER_K, BATTERY_KWH = 0.8, 3.0, 0.4, 200.0


def made_up(days=20, period_s=30.0, by_soc=False):
    """Three buses with four trips of an hour a day, at temperatures of 0 to 30 degrees, that charge at night."""
    random = np.random.default_rng(5)
    rows = []
    for vehicle in range(3):
        odometer, soc = 1_000.0, 90.0
        for day in range(days):
            for hour in (6, 9, 13, 17):
                celsius, speed = random.uniform(0, 30), random.uniform(15, 35)
                power = KWH_PER_KM * speed + AUXILIARY_KW + HEATING_KW_PER_K * max(0.0, 16.0 - celsius)
                for step in range(int(HOUR_S / period_s) + 1):
                    at_s = day * DAY_S + hour * HOUR_S + step * period_s
                    moving = step > 0
                    odometer += speed * period_s / HOUR_S * moving
                    soc -= power * period_s / HOUR_S / BATTERY_KWH * 100 * moving
                    rows.append((vehicle, at_s, speed, odometer, soc, power, 3, celsius))
            for step in range(241):
                drawn = 50.0 if soc < 80 else 25.0
                at_s = day * DAY_S + 20 * HOUR_S + step * 60.0
                if soc < 95:
                    soc += drawn * 60.0 / HOUR_S / BATTERY_KWH * 100
                    rows.append((vehicle, at_s, 0.0, odometer, soc, -drawn, 1, 15.0))
    vehicle, at_s, speed, odometer, soc, power, state, celsius = np.array(rows).T
    values = dict.fromkeys(COLUMNS, np.full(len(at_s), np.nan))
    values |= {"speed_kmh": speed, "odometer_km": odometer, "soc_percent": soc, "charge_state": state,
               "temperature_c": celsius}  # fmt: skip
    if not by_soc:
        values |= {"voltage_v": np.full(len(at_s), 500.0), "current_a": power * 2.0}
    return Log(("a", "b", "c"), vehicle.astype(np.int64), at_s, values, {"readings": len(at_s)})


def test_the_parts_of_the_consumption_are_found_again():
    learnt = learn(made_up())
    assert learnt.trips == 3 * 20 * 4
    assert learnt.battery_kwh == pytest.approx(BATTERY_KWH, rel=0.01)
    found = learnt.consumption
    assert found["traction_kwh_per_km"] == pytest.approx(KWH_PER_KM, rel=0.02)
    assert found["auxiliary_kw"] == pytest.approx(AUXILIARY_KW, rel=0.1)
    assert found["heating_kw_per_k"] == pytest.approx(HEATING_KW_PER_K, rel=0.02)
    assert found["cooling_kw_per_k"] == pytest.approx(0.0, abs=0.01)
    assert 0 < found["standard_error"] < 0.05


def test_without_voltage_and_current_the_state_of_charge_tells_the_energy():
    by_power, by_soc = learn(made_up()), learn(made_up(by_soc=True), battery_kwh=BATTERY_KWH)
    assert by_soc.consumption["kwh_per_km"] == pytest.approx(by_power.consumption["kwh_per_km"], rel=0.01)
    assert by_soc.battery_from == "given"
    with pytest.raises(RunError, match="--battery-kwh"):
        learn(made_up(by_soc=True))


def test_consumption_by_temperature_falls_towards_mild_weather():
    bins = learn(made_up()).by_temperature
    assert bins[0]["temperature_c_from"] == 0.0
    assert bins[0]["kwh_per_km"] > bins[2]["kwh_per_km"] > bins[-1]["kwh_per_km"] * 0.99
    assert sum(row["trips"] for row in bins) == 240


def test_the_charge_curve_steps_down_where_the_power_did():
    curve = {point["soc"]: point["c_rate"] for point in learn(made_up()).charge_curve}
    assert curve[0.7] == pytest.approx(0.25, rel=0.02)
    assert curve[0.9] == pytest.approx(0.125, rel=0.02)


def test_duty_says_when_trips_begin_and_how_far_a_day_goes():
    duty = learn(made_up()).duty
    assert [hour for hour, count in enumerate(duty["departures_by_hour"]) if count] == [6, 9, 13, 17]
    assert duty["vehicle_days"] == 60
    assert 4 * 15 < duty["daily_km_mean"] < 4 * 35


def test_silences_are_counted_and_what_was_not_seen_is_not_made_up():
    whole = made_up(days=4)
    kept = ~((whole.at_s % DAY_S > 9.2 * HOUR_S) & (whole.at_s % DAY_S < 9.8 * HOUR_S))
    gaps = Log(whole.names, whole.vehicle[kept], whole.at_s[kept],
               {name: column[kept] for name, column in whole.values.items()}, whole.quality)  # fmt: skip
    learnt = learn(gaps)
    assert learnt.quality["silences over 5 minutes"] > learn(whole).quality["silences over 5 minutes"]
    assert learnt.consumption["kwh_per_km"] == pytest.approx(learn(whole).consumption["kwh_per_km"], rel=0.03)


def test_a_log_of_vehicles_that_stand_teaches_nothing():
    log = made_up(days=1)
    charging = log.values["charge_state"] == 1
    parked = Log(log.names, log.vehicle[charging], log.at_s[charging],
                 {name: column[charging] for name, column in log.values.items()}, log.quality)  # fmt: skip
    assert len(find_trips(parked, BATTERY_KWH).distance_km) == 0
    with pytest.raises(RunError, match="no trip"):
        learn(parked)


def test_the_error_of_a_ratio_is_that_of_repeated_draws():
    random = np.random.default_rng(3)
    ratios, errors = [], []
    for _ in range(300):
        under = random.uniform(50, 150, 40)
        over = under * random.normal(1.0, 0.2, 40)
        ratio, error = ratio_with_error(over, under, np.arange(40), np.zeros(40))
        ratios.append(ratio)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=0.1)
    assert np.isnan(ratio_with_error(over[:1], under[:1], np.arange(1), np.zeros(1))[1])


def test_what_a_simulated_fleet_reports_teaches_its_consumption(tmp_path):
    tracer = tracer_of_a_day()
    records, clock = tracer.records, tracer.records.clock
    mine = codes(records, "line")[:8]
    frames = reporter(tracer, driving_s=10.0, charging_s=30.0).frames(mine, clock.report_from_s, clock.end_s)
    (tmp_path / "day.bin").write_bytes(b"".join(each.frame for each in frames))
    learnt = learn(read_logs([tmp_path / "day.bin"], columns={}))
    trips = records.tables["trips"]
    ran = np.isin(trips["vehicle"], mine) & (trips["status"] != TRIP_STATUS.index("cancelled"))
    ran &= (trips["depart_at"] >= clock.report_from_s) & (trips["arrive_at"] <= clock.end_s)
    expected = trips["used_kwh"][ran].sum() / trips["distance_km"][ran].sum()
    assert learnt.consumption["kwh_per_km"] == pytest.approx(expected, rel=0.01)
    assert learnt.distance_km == pytest.approx(trips["distance_km"][ran].sum(), rel=0.01)
    assert learnt.vehicles <= len(mine)


def test_a_profile_names_its_logs_and_its_sheet_is_a_vehicle(tmp_path):
    model = load_profiles(ROOT, []).profiles.vehicles["bus_12m"]
    learnt = learn(made_up())
    made = sheet(learnt, model, "line_8_bus", "night.bin")
    read = VehicleModel.model_validate(made)
    assert read.battery_kwh == pytest.approx(BATTERY_KWH, rel=0.01)
    assert read.curb_kg == model.curb_kg
    assert "night.bin" in made["sources"]["battery_kwh"]["source"]
    out = tmp_path / "learnt.yaml"
    write_profile(learnt, made, "line_8_bus", out, "night.bin")
    content = yaml.safe_load(out.read_text(encoding="utf-8"))
    assert content["learnt_from"] == "night.bin"
    assert content["vehicle"]["line_8_bus"]["battery_kwh"] == learnt.battery_kwh
    assert content["consumption"] == learnt.consumption
    with pytest.raises(InputError, match="is there already"):
        write_profile(learnt, None, "x", out, "night.bin")
