"""Hydrogen under pressure beside NIST's equation and what compressors take: Markdown for docs/validation.md.

Usage: python docs/_validation/pressure.py
"""

from __future__ import annotations

import sys

import numpy as np

from fleetsim.energy.cascade import RATED_K, Vessel, density_kg_per_m3
from fleetsim.energy.hydrogen import compression_kwh_per_kg

A = (0.05888460, -0.06136111, -0.002650473, 0.002731125, 0.001802374, -0.001150707, 0.9588528e-4, -0.1109040e-6,
     0.1264403e-9)  # fmt: skip
B = (1.325, 1.87, 2.5, 2.8, 2.938, 3.14, 3.37, 3.75, 4.0)
C = (1.0, 1.0, 2.0, 2.0, 2.42, 2.63, 3.0, 4.0, 5.0)
GAS_CONSTANT_J_PER_MOL_K, KG_PER_MOL = 8.314472, 2.01588e-3
HEAD = """### Density of hydrogen

`fleetsim/energy/cascade.py` against the equation that NIST published for fuel (Lemmon, Huber and Leachman, J. Res.
NIST 113, 2008, 341; within 0.04 % of measurements). Banks are rated at 15 degC and as warm as the day.

| MPa | kg/m3 at 15 degC: model | NIST | error | error at 0 degC | error at 50 degC |
|---|---|---|---|---|---|"""
WORK = """
### Compression

Isentropic in three stages with cooling between them, 0.65 x motor 0.92; a trailer while its pressure falls.

| from, MPa | to, MPa | kWh/kg: model | usual |
|---|---|---|---|"""


def nist_kg_per_m3(pressure_mpa: float, temperature_k: float) -> float:
    """The published equation: Z = 1 + sum of a (100 K / T)^b (p / 1 MPa)^c."""
    terms = (a * (100 / temperature_k) ** b * pressure_mpa**c for a, b, c in zip(A, B, C, strict=True))
    moles = pressure_mpa * 1e6 / ((1 + sum(terms)) * GAS_CONSTANT_J_PER_MOL_K * temperature_k)
    return moles * KG_PER_MOL


def error(pressure_mpa: float, temperature_k: float) -> str:
    """How far the model is off."""
    return f"{density_kg_per_m3(pressure_mpa, temperature_k) / nist_kg_per_m3(pressure_mpa, temperature_k) - 1:+.2%}"


def from_trailer_kwh_per_kg() -> float:
    """Mean work to lift a trailer's content to 45 MPa while its pressure falls."""
    trailer = Vessel.holding(300.0, 20.0)
    contents_kg = np.linspace(trailer.content_kg(5.0), 300.0, 1_001)
    return float(np.mean([compression_kwh_per_kg(trailer.pressure_mpa(float(kg)), 45.0) for kg in contents_kg]))


def markdown() -> str:
    """The part of the page."""
    lines = [HEAD]
    for mpa in (5.0, 20.0, 35.0, 38.0, 45.0, 70.0):
        model, nist = density_kg_per_m3(mpa), nist_kg_per_m3(mpa, RATED_K)
        errors = " | ".join(error(mpa, kelvin) for kelvin in (RATED_K, 273.15, 323.15))
        lines.append(f"| {mpa:g} | {model:.2f} | {nist:.2f} | {errors} |")
    lines += [
        WORK,
        f"| 2 | 45 | {compression_kwh_per_kg(2.0, 45.0):.2f} | 2.2-3.0 |",
        f"| 3 | 45 | {compression_kwh_per_kg(3.0, 45.0):.2f} | 2.2-3.0 |",
        f"| 20 to 5, a trailer | 45 | {from_trailer_kwh_per_kg():.2f} | 1.0-2.0 |",
        "",
        "The usual figures are the trade's, with auxiliaries and leakage of real machines; the formula has neither, so",
        "it lies at their lower edge or below it. Nothing was adjusted to meet them.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(markdown() + "\n")
