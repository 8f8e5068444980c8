"""Energy of a trip: what a leg takes from the battery and what its braking gives back, by the forces on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fleetsim.profiles import VehicleModel

GRAVITY_M_PER_S2 = 9.80665
KMH_PER_M_PER_S = 3.6
J_PER_KWH = 3.6e6
CRUISE_OVER_MEAN = 1.1
"""Speed at which the air resists over the mean moving speed: the square of a varying speed outgrows its mean."""

Array = NDArray[np.float64]


def moving_speed_kmh(speed_kmh: ArrayLike, stop_time_share: ArrayLike) -> Array:
    """Mean speed while the wheels turn, km/h: ``v_m = v / (1 - f_stop)``.

    >>> float(moving_speed_kmh(speed_kmh=15.0, stop_time_share=0.25))
    20.0
    """
    return np.asarray(_floats(speed_kmh) / (1.0 - _floats(stop_time_share)))


def rolling_force_n(mass_kg: ArrayLike, rolling_resistance: ArrayLike) -> Array:
    """Rolling resistance, N: ``m g C_rr``.

    >>> float(rolling_force_n(mass_kg=15_000, rolling_resistance=0.0125).round(1))
    1838.7
    """
    return np.asarray(_floats(mass_kg) * GRAVITY_M_PER_S2 * _floats(rolling_resistance))


def air_force_n(drag_area_m2: ArrayLike, air_density_kg_per_m3: ArrayLike, moving_kmh: ArrayLike) -> Array:
    """Resistance of still air, N: ``rho / 2 C_d A (1.1 v_m)^2``.

    >>> float(air_force_n(drag_area_m2=5.0, air_density_kg_per_m3=0.95, moving_kmh=30.0).round(1))
    199.6
    """
    speed_m_per_s = CRUISE_OVER_MEAN * _floats(moving_kmh) / KMH_PER_M_PER_S
    return np.asarray(0.5 * _floats(air_density_kg_per_m3) * _floats(drag_area_m2) * speed_m_per_s**2)


def stop_energy_j(
    mass_kg: ArrayLike, moving_kmh: ArrayLike, peak_speed_factor: ArrayLike, rotating_mass_factor: ArrayLike
) -> Array:
    """Kinetic energy that one stop takes out of the vehicle, J: ``m lambda (k_p v_m)^2 / 2``.

    >>> float(stop_energy_j(mass_kg=15_000, moving_kmh=36.0, peak_speed_factor=1.0, rotating_mass_factor=1.1))
    825000.0
    """
    peak_m_per_s = _floats(peak_speed_factor) * _floats(moving_kmh) / KMH_PER_M_PER_S
    return np.asarray(0.5 * _floats(mass_kg) * _floats(rotating_mass_factor) * peak_m_per_s**2)


def auxiliary_kw(model: VehicleModel, temperature_c: ArrayLike) -> Array:
    """Power of auxiliaries, heating and cooling, kW: ``p0 + p_h (T_h - T)+ + p_c (T - T_c)+``."""
    temperature = _floats(temperature_c)
    heating = model.heating_kw_per_k * np.maximum(0.0, model.heating_below_c - temperature)
    cooling = model.cooling_kw_per_k * np.maximum(0.0, temperature - model.cooling_above_c)
    return np.asarray(model.auxiliary_kw + heating + cooling)


def leg_energy(
    model: VehicleModel,
    *,
    distance_km: ArrayLike,
    speed_kmh: ArrayLike,
    stops_per_km: ArrayLike,
    stop_time_share: ArrayLike,
    climb_m: ArrayLike,
    undulation_m_per_km: ArrayLike,
    load_share: ArrayLike,
    temperature_c: ArrayLike,
    air_density_kg_per_m3: ArrayLike,
) -> tuple[Array, Array]:
    """Energy taken from the battery and energy offered back to it on each leg, both >= 0, kWh.

    A leg is a stretch of even slope. Its forces decide::

        F      = m g C_rr + rho / 2 C_d A (1.1 v_m)^2 + m g sin(slope)
        swing  = stops x m lambda (k_p v_m)^2 / 2 + m g x undulation      energy spent and recovered on the way, J
        draw   = ((F d)+ + swing) / eta + P_aux t
        back   = ((-F d)+ + swing) zeta eta_r

    so gravity pays for rolling and air before it turns the motor, and what a level average would hide is seen: a
    long descent can end with more in the battery than there was at its top. What a full battery cannot take
    back is not decided here.

    Everything but the model may be an array; shapes broadcast. ``distance_km`` may be 0: such a leg uses nothing.
    ``speed_kmh`` is the mean with stops, ``stops_per_km`` counts stops of any cause, ``climb_m`` is the height of
    the end over the start (negative downhill), ``undulation_m_per_km`` the ascent and equal descent beyond it,
    ``load_share`` the share of the payload on board.

    Source: longitudinal model per leg with powertrain efficiencies measured on trolleybuses (ZTBus: Widmer,
    Ritter, Onder, Scientific Data 10, 2023). ``docs/validation.md`` shows how it meets measured missions.

    A bus of 14 t climbs 600 m in 10 km and comes down again:

    >>> bus = VehicleModel.model_validate(dict(
    ...     name=dict(en="bus", zh="bus"), battery_kwh=300, charge_limit_kw=120, battery_efficiency=0.95,
    ...     charge_curve=[dict(soc=0, c_rate=1), dict(soc=1, c_rate=1)], curb_kg=12_000, payload_kg=4_000,
    ...     rolling_resistance=0.0125, drag_area_m2=5.0, rotating_mass_factor=1.1, drive_efficiency=0.92,
    ...     regeneration_efficiency=0.9, regeneration_share=0.95, peak_speed_factor=1.3, auxiliary_kw=3.5,
    ...     heating_kw_per_k=0.5, heating_below_c=10, cooling_kw_per_k=0.35, cooling_above_c=24))
    >>> draw, back = leg_energy(
    ...     bus, distance_km=10.0, speed_kmh=30.0, stops_per_km=0.5, stop_time_share=0.1, climb_m=[600.0, -600.0],
    ...     undulation_m_per_km=0.0, load_share=0.5, temperature_c=20.0, air_density_kg_per_m3=0.92)
    >>> draw.round(2).tolist(), back.round(2).tolist()
    ([33.62, 2.85], [1.32, 16.25])
    """
    distance = _floats(distance_km)
    metres = 1000.0 * distance
    mass_kg = model.curb_kg + model.payload_kg * _floats(load_share)
    weight_n = mass_kg * GRAVITY_M_PER_S2
    moving_kmh = moving_speed_kmh(speed_kmh, stop_time_share)

    resistance_n = rolling_force_n(mass_kg, model.rolling_resistance) + air_force_n(
        model.drag_area_m2, air_density_kg_per_m3, moving_kmh
    )
    lift_j = np.where(metres > 0.0, weight_n * _floats(climb_m), 0.0)
    work_j = resistance_n * metres + lift_j
    stop_j = stop_energy_j(mass_kg, moving_kmh, model.peak_speed_factor, model.rotating_mass_factor)
    swing_j = (stop_j * _floats(stops_per_km) + weight_n * _floats(undulation_m_per_km)) * distance
    auxiliary_kwh = auxiliary_kw(model, temperature_c) * distance / _floats(speed_kmh)

    draw = (np.maximum(0.0, work_j) + swing_j) / J_PER_KWH / model.drive_efficiency + auxiliary_kwh
    recovery = model.regeneration_share * model.regeneration_efficiency
    back = (np.maximum(0.0, -work_j) + swing_j) / J_PER_KWH * recovery
    draw, back = np.broadcast_arrays(draw, back)
    return np.array(draw), np.array(back)


def _floats(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)
