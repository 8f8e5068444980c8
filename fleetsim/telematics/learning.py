"""What logs teach of a kind of vehicle: consumption by temperature, speed and load, the charge curve, habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.errors import RunError
from fleetsim.telematics.logs import CHARGING, Floats, Log

STEP_S = 60.0
"""Longest time between readings over which power is integrated: twice the longest period of the standard. A vehicle
that says nothing for longer is switched off."""
GAP_S = 300.0
"""A silence as long as this is counted as one."""
UNSEEN = 0.05
"""Share of a trip's distance without readings up to which the power of the rest speaks for the whole of it."""
REST_S = 600.0
"""A stop this long ends a trip."""
LEAST_KM = 0.5
CURVE_SOC = 0.05
LEAST_READINGS = 5
HEAT_BELOW_C, COOL_ABOVE_C = 16.0, 24.0
"""Knees of the auxiliary power over the outside temperature, where nothing is known of the vehicle."""


@dataclass(frozen=True, slots=True, eq=False)
class Trips:
    """Trips found in a log."""

    vehicle: NDArray[np.int64]
    start_s: Floats
    end_s: Floats
    distance_km: Floats
    energy_kwh: Floats
    """Net energy out of the battery: voltage times current over time, else state of charge times battery."""
    temperature_c: Floats
    load_kg: Floats

    @property
    def speed_kmh(self) -> Floats:
        """Mean speed, stops included."""
        return np.asarray(self.distance_km / ((self.end_s - self.start_s) / HOUR_S))


@dataclass(frozen=True, slots=True)
class Learnt:
    """A profile learnt from a log, as plain values for YAML."""

    vehicles: int
    trips: int
    distance_km: float
    battery_kwh: float
    battery_from: str
    consumption: dict[str, Any]
    by_temperature: list[dict[str, float]]
    by_speed: list[dict[str, float]]
    by_load: list[dict[str, float]]
    charge_curve: list[dict[str, float]]
    duty: dict[str, Any]
    quality: dict[str, int]


def learn(log: Log, *, battery_kwh: float | None = None) -> Learnt:
    """A profile from a log. Raises ``RunError`` where there is no trip in it, or no way to know the energy."""
    battery, origin = (battery_kwh, "given") if battery_kwh else (_battery_kwh(log), "sessions")
    trips = find_trips(log, battery)
    known = np.isfinite(trips.energy_kwh) & (trips.distance_km >= LEAST_KM)
    if not known.any():
        reason = "no trip with distance and energy was found"
        if not np.isfinite(battery):
            reason += "; without voltage and current, name the battery with --battery-kwh"
        raise RunError(f"{reason} in {log.quality.get('readings', 0)} readings")
    trips = Trips(*(getattr(trips, name)[known] for name in Trips.__slots__))
    quality = dict(log.quality)
    quality["silences over 5 minutes"] = int(_silences(log))
    quality["trips: without distance or energy"] = int((~known).sum())
    return Learnt(
        vehicles=len(log.names),
        trips=int(known.sum()),
        distance_km=round(float(trips.distance_km.sum()), 1),
        battery_kwh=round(battery, 1),
        battery_from=origin,
        consumption=consumption(trips),
        by_temperature=_bins(trips, trips.temperature_c, 5.0, "temperature_c"),
        by_speed=_bins(trips, trips.speed_kmh, 5.0, "speed_kmh"),
        by_load=_bins(trips, trips.load_kg, 1_000.0, "load_kg"),
        charge_curve=_curve(log, battery),
        duty=_duty(trips),
        quality=quality,
    )


def find_trips(log: Log, battery_kwh: float) -> Trips:
    """Stretches of driving between rests, charges and silences."""
    moving = np.nan_to_num(log.values["speed_kmh"]) > 0.0
    odometer = log.values["odometer_km"]
    step_km = np.diff(odometer, prepend=np.nan)
    same = np.diff(log.vehicle, prepend=-1) == 0
    moving |= same & (np.nan_to_num(step_km) > 0.0)
    charging = log.values["charge_state"] == CHARGING
    row = np.flatnonzero(moving & ~charging)
    if not len(row):
        return Trips(np.empty(0, np.int64), *(np.empty(0) for _ in range(6)))
    charges = np.cumsum(charging)
    new = np.ones(len(row), dtype=bool)
    new[1:] = (np.diff(log.vehicle[row]) != 0) | (np.diff(log.at_s[row]) > REST_S) | (np.diff(charges[row]) > 0)
    first = row[new]
    last = np.append(row[np.flatnonzero(new)[1:] - 1], row[-1])
    before = np.maximum(first - 1, 0)
    begins = np.where((first > 0) & same[first] & (log.at_s[first] - log.at_s[before] <= GAP_S), before, first)
    energy = np.cumsum(_energy_kwh(log))
    silent = same & (np.diff(log.at_s, prepend=0.0) > STEP_S)
    unseen_km = np.cumsum(np.where(silent, np.nan_to_num(step_km), 0.0))
    distance_km = odometer[last] - odometer[begins]
    unseen = (unseen_km[last] - unseen_km[begins]) / np.maximum(distance_km, 1e-9)
    by_power = np.where(unseen <= UNSEEN, (energy[last] - energy[begins]) / (1.0 - np.minimum(unseen, UNSEEN)), np.nan)
    by_soc = (log.values["soc_percent"][begins] - log.values["soc_percent"][last]) / 100.0 * battery_kwh
    measured = np.isfinite(log.values["voltage_v"][last]) & np.isfinite(log.values["current_a"][last])
    used = np.where(measured & np.isfinite(by_power), by_power, by_soc)
    good = last > begins
    columns = {name: _means(log.values[name], begins, last) for name in ("temperature_c", "load_kg")}
    return Trips(
        vehicle=log.vehicle[first][good],
        start_s=log.at_s[begins][good],
        end_s=log.at_s[last][good],
        distance_km=distance_km[good],
        energy_kwh=used[good],
        temperature_c=columns["temperature_c"][good],
        load_kg=columns["load_kg"][good],
    )


def ratio_with_error(over: Floats, under: Floats, vehicle: NDArray[np.int64], at_s: Floats) -> tuple[float, float]:
    """A ratio of sums and its standard error, the days of each vehicle taken for the independent draws.

    The error is that of the ratio estimator, ``s = sqrt(n/(n-1) sum (y - r x)^2) / sum x`` (Cochran, Sampling
    Techniques, 3rd ed., 6.3); NaN for a single day.
    """
    _, group = np.unique(np.stack((vehicle, at_s // DAY_S)), axis=1, return_inverse=True)
    y, x = np.bincount(group.ravel(), over), np.bincount(group.ravel(), under)
    ratio = float(y.sum() / x.sum())
    days = len(y)
    if days < 2:
        return ratio, float("nan")
    return ratio, float(np.sqrt(days / (days - 1) * np.sum((y - ratio * x) ** 2)) / x.sum())


def _energy_kwh(log: Log) -> Floats:
    """Energy out of the battery since the reading before, by the mean of both powers; 0 over silences."""
    power_kw = np.nan_to_num(log.values["voltage_v"] * log.values["current_a"]) / 1_000.0
    step_s = np.diff(log.at_s, prepend=log.at_s[:1])
    usable = (np.diff(log.vehicle, prepend=log.vehicle[:1]) == 0) & (step_s <= STEP_S)
    mean_kw = (power_kw + np.concatenate((power_kw[:1], power_kw[:-1]))) / 2.0
    return np.where(usable, mean_kw * step_s / HOUR_S, 0.0)


def _silences(log: Log) -> int:
    return int(((np.diff(log.vehicle) == 0) & (np.diff(log.at_s) > GAP_S)).sum())


def _means(values: Floats, first: NDArray[np.intp], last: NDArray[np.intp]) -> Floats:
    known = np.isfinite(values)
    total = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))
    count = np.concatenate(([0], np.cumsum(known)))
    number = count[last + 1] - count[first]
    out = np.full(len(first), np.nan)
    np.divide(total[last + 1] - total[first], number, out=out, where=number > 0)
    return out


def _battery_kwh(log: Log) -> float:
    """Energy of the battery: what went in while charging over the rise of the state of charge."""
    energy, soc = -_energy_kwh(log), np.diff(log.values["soc_percent"], prepend=np.nan) / 100.0
    charging = (log.values["charge_state"] == CHARGING) & (np.diff(log.vehicle, prepend=-1) == 0) & (energy > 0)
    rise = np.nansum(np.where(charging, soc, 0.0))
    return float(energy[charging].sum() / rise) if rise > 0.2 else float("nan")


def consumption(trips: Trips) -> dict[str, Any]:
    """Mean consumption of trips with its standard error, and its parts by :func:`modelled_kwh`, none below zero."""
    mean, error = ratio_with_error(trips.energy_kwh, trips.distance_km, trips.vehicle, trips.start_s)
    names = ["traction_kwh_per_km", "auxiliary_kw"]
    known = np.isfinite(trips.temperature_c)
    if known.all() and np.ptp(trips.temperature_c) > 3.0:
        names += ["heating_kw_per_k", "cooling_kw_per_k"]
    columns = np.stack([modelled_kwh({name: 1.0}, trips) for name in names], axis=1)
    found, _ = nnls(columns, np.maximum(trips.energy_kwh, 0.0))
    spread = float(np.mean(np.abs(columns @ found - trips.energy_kwh)) / max(float(np.mean(trips.energy_kwh)), 1e-9))
    knees = {"heating_below_c": HEAT_BELOW_C, "cooling_above_c": COOL_ABOVE_C} if len(names) > 2 else {}
    parts = {name: round(float(value), 4) for name, value in zip(names, found, strict=True)}
    return {"kwh_per_km": round(mean, 4), "standard_error": round(error, 4), **parts, **knees,
            "mean_error_share": round(spread, 4)}  # fmt: skip


def modelled_kwh(parts: Mapping[str, float], trips: Trips) -> Floats:
    """Energy of trips by distance d, hours h and temperature T: ``E = a d + h (p0 + p_h (T_h - T)+ + p_c (T - T_c)+)``.

    A part that is not there counts for nothing.
    """
    hours = (trips.end_s - trips.start_s) / HOUR_S
    factors = {
        "traction_kwh_per_km": trips.distance_km,
        "auxiliary_kw": hours,
        "heating_kw_per_k": hours * np.maximum(0.0, HEAT_BELOW_C - trips.temperature_c),
        "cooling_kw_per_k": hours * np.maximum(0.0, trips.temperature_c - COOL_ABOVE_C),
    }
    return np.asarray(sum(parts[name] * factor for name, factor in factors.items() if name in parts))


def _bins(trips: Trips, values: Floats, width: float, name: str) -> list[dict[str, float]]:
    rows = []
    known = np.isfinite(values)
    for number in np.unique(np.floor(values[known] / width)):
        mine = known & (np.floor(values / width) == number)
        mean, error = ratio_with_error(
            trips.energy_kwh[mine], trips.distance_km[mine], trips.vehicle[mine], trips.start_s[mine]
        )
        row = {
            f"{name}_from": float(number * width),
            f"{name}_to": float((number + 1) * width),
            "trips": int(mine.sum()),
            "distance_km": round(float(trips.distance_km[mine].sum()), 1),
            "kwh_per_km": round(mean, 4),
        }
        rows.append(row if np.isnan(error) else row | {"standard_error": round(error, 4)})
    return rows


def _curve(log: Log, battery_kwh: float) -> list[dict[str, float]]:
    """Power that batteries took, as a rate by state of charge: nineteen of twenty readings lie below; never rising."""
    power_kw = -log.values["voltage_v"] * log.values["current_a"] / 1_000.0
    mine = (log.values["charge_state"] == CHARGING) & (power_kw > 0) & np.isfinite(log.values["soc_percent"])
    if not mine.any() or not np.isfinite(battery_kwh):
        return []
    step = np.minimum(log.values["soc_percent"][mine] / 100.0 // CURVE_SOC, 1.0 / CURVE_SOC - 1)
    rates = {}
    for number in np.unique(step):
        readings = power_kw[mine][step == number]
        if len(readings) >= LEAST_READINGS:
            rates[float(number) * CURVE_SOC] = float(np.quantile(readings, 0.95)) / battery_kwh
    curve: list[dict[str, float]] = []
    highest = max(rates.values(), default=0.0)
    for soc, rate in sorted(rates.items()):
        highest = min(highest, rate) if soc >= 0.5 else highest
        value = round(highest if soc >= 0.5 else rate, 3)
        curve += [{"soc": round(soc, 2), "c_rate": value}, {"soc": round(soc + CURVE_SOC, 2), "c_rate": value}]
    return curve


def _duty(trips: Trips) -> dict[str, Any]:
    """When trips begin, and how far a vehicle drives in a day."""
    hour = ((trips.start_s % DAY_S) // HOUR_S).astype(int)
    _, group = np.unique(np.stack((trips.vehicle, trips.start_s // DAY_S)), axis=1, return_inverse=True)
    daily_km = np.bincount(group.ravel(), trips.distance_km)
    return {
        "departures_by_hour": np.bincount(hour, minlength=24).tolist(),
        "daily_km_mean": round(float(daily_km.mean()), 1),
        "daily_km_sd": round(float(daily_km.std(ddof=1)), 1) if len(daily_km) > 1 else 0.0,
        "trip_km_mean": round(float(trips.distance_km.mean()), 2),
        "vehicle_days": len(daily_km),
    }
