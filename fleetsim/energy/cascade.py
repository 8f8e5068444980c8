"""Hydrogen under pressure: what a vessel holds, and how much flows from one vessel into another before it stops.

Vessels are rated at 15 °C. Banks stand outdoors and are as warm as the day; a tank beside one is taken to be so, too: a
settled fill, not a hot one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from fleetsim.energy.hydrogen import GAS_CONSTANT_J_PER_KG_K, VIRIAL_K_PER_PA

COVOLUME_M3_PER_KG = GAS_CONSTANT_J_PER_KG_K * VIRIAL_K_PER_PA
"""Volume that a kilogram keeps to itself at any pressure; with it the linear compressibility is that of Abel-Noble."""
RATED_K = 288.15
PA_PER_MPA = 1e6
NEVER_S = float("inf")


def density_kg_per_m3(pressure_mpa: float, temperature_k: float = RATED_K) -> float:
    """Density of hydrogen: ``rho = p / (Z R T)`` with ``Z = 1 + 1.9155e-6 K/Pa x p / T``.

    From 2 to 88 MPa and 0 to 50 °C within 0.8 % of NIST (Lemmon, Huber and Leachman, J. Res. NIST 113, 2008, 341).
    A tank of 35 MPa at 15 °C, 24.0 g/L by makers' sheets:

    >>> round(density_kg_per_m3(35.0), 2)
    23.89
    """
    pressure_pa = pressure_mpa * PA_PER_MPA
    return pressure_pa / (GAS_CONSTANT_J_PER_KG_K * temperature_k + COVOLUME_M3_PER_KG * pressure_pa)


def gas_pressure_mpa(density: float, temperature_k: float = RATED_K) -> float:
    """Pressure of hydrogen of a density in kg/m3, the inverse: ``p = rho R T / (1 - b rho)``, ``b = 0.0079 m3/kg``.

    >>> round(gas_pressure_mpa(23.894), 2)
    35.0
    """
    return GAS_CONSTANT_J_PER_KG_K * temperature_k * density / (1.0 - COVOLUME_M3_PER_KG * density) / PA_PER_MPA


@dataclass(frozen=True, slots=True)
class Vessel:
    """A bank of a station or the tank of a vehicle."""

    volume_m3: float
    temperature_k: float = RATED_K

    @classmethod
    def holding(cls, hydrogen_kg: float, pressure_mpa: float) -> Vessel:
        """The vessel that holds so much at a pressure and 15 °C.

        >>> round(Vessel.holding(26.0, 35.0).volume_m3, 3)
        1.088
        """
        return cls(hydrogen_kg / density_kg_per_m3(pressure_mpa))

    def pressure_mpa(self, hydrogen_kg: float) -> float:
        """Pressure when it holds so much."""
        return gas_pressure_mpa(hydrogen_kg / self.volume_m3, self.temperature_k)

    def content_kg(self, pressure_mpa: float) -> float:
        """What it holds at a pressure."""
        return self.volume_m3 * density_kg_per_m3(pressure_mpa, self.temperature_k)

    def at(self, temperature_k: float) -> Vessel:
        """The same vessel on a colder or warmer day; what it holds at a pressure goes nearly as 1 / T.

        >>> bank = Vessel.holding(100.0, 45.0)
        >>> [round(bank.at(kelvin).content_kg(45.0), 1) for kelvin in (273.15, 288.15, 303.15)]
        [104.2, 100.0, 96.1]
        """
        return replace(self, temperature_k=temperature_k)


def until_margin_s(
    bank: Vessel,
    tank: Vessel,
    levels_kg: tuple[float, float],
    rates_kg_per_s: tuple[float, float],
    margin_mpa: float,
) -> float:
    """Time until the bank's pressure is only ``margin_mpa`` above the tank's, both levels changing evenly, s.

    Both are as warm as the bank.

    With ``u = 1 - b rho`` of each vessel, which is linear in time, the pressure is ``R T / b (1/u - 1)``; the moment
    solves ``v - u = c u v`` (bank u, tank v, ``c = b margin / (R T)``): a quadratic equation, so nothing is stepped.
    Never, where the gap does not close; 0 where it is closed already.

    >>> bank, tank = Vessel.holding(100.0, 45.0), Vessel.holding(25.0, 35.0)
    >>> seconds = until_margin_s(bank, tank, (60.0, 5.0), (-1 / 30, 1 / 30), 1.0)
    >>> round(seconds), round(bank.pressure_mpa(60.0 - seconds / 30) - tank.pressure_mpa(5.0 + seconds / 30), 6)
    (290, 1.0)
    """
    u, v = (
        1.0 - COVOLUME_M3_PER_KG * kg / vessel.volume_m3 for vessel, kg in zip((bank, tank), levels_kg, strict=True)
    )
    du, dv = (
        -COVOLUME_M3_PER_KG * rate / vessel.volume_m3 for vessel, rate in zip((bank, tank), rates_kg_per_s, strict=True)
    )
    c = COVOLUME_M3_PER_KG * margin_mpa * PA_PER_MPA / (GAS_CONSTANT_J_PER_KG_K * bank.temperature_k)
    at_once = v - u - c * u * v
    if at_once <= 0.0:
        return 0.0
    slope, bend = dv - du - c * (u * dv + v * du), -c * du * dv
    root = slope * slope - 4.0 * bend * at_once
    falling = -slope + sqrt(root) if root >= 0.0 else 0.0
    return 2.0 * at_once / falling if falling > 0.0 else NEVER_S


def flow_kg(bank: Vessel, tank: Vessel, levels_kg: tuple[float, float], margin_mpa: float, drain: float = 1.0) -> float:
    """What flows into a tank until the bank's pressure is only ``margin_mpa`` above it; the bank gives ``drain`` times.

    >>> round(flow_kg(Vessel.holding(100.0, 45.0), Vessel.holding(25.0, 35.0), (60.0, 5.0), 1.0), 2)
    9.66
    """
    return until_margin_s(bank, tank, levels_kg, (-drain, 1.0), margin_mpa)
