"""Why the sheets fall short of New York's figures: Markdown for docs/validation.md.

Usage: python docs/_validation/new_york.py. The regression is that of bussim2 0.3.3 (PyPI, MIT), a planning program of
the Metropolitan Transportation Authority: ``f_std`` of its ``utilities.py``, on its buses of 40 ft in service.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from measured import KMH_PER_MPH, at_sea_level, profiles

FASTEST_MPH = 7.759866
"""Above it the regression is level: 95 % of its sample lies below."""
SPEEDS_KMH = np.arange(3.5, 7.6, 0.5) * KMH_PER_MPH
TEMPERATURES_C = (0.0, 10.0, 17.0, 25.0, 30.0)
HOTEL_KW, WARM_C = 10.0, 17.0
"""What the regression asks for in mild weather, read off the table below, and where it stops heating."""


def in_service(speed_kmh: float, temperature_c: float) -> float:
    """Consumption by a block's mean speed and the temperature outside, kWh/km."""
    mph, fahrenheit = min(speed_kmh / KMH_PER_MPH, FASTEST_MPH), temperature_c * 1.8 + 32.0

    def over(value: float, knot: float) -> float:
        return max(0.0, value - knot)

    def below(value: float, knot: float) -> float:
        return max(0.0, knot - value)

    kwh_per_mile = (
        -18.56807
        + 4.913097 * over(mph, 1.675203)
        + 0.8289489 * over(mph, 3.104523)
        - 0.5421406 * over(mph, 4.113259)
        + 5.684302 * below(mph, 5.656396)
        - 5.290822 * over(mph, 5.656396)
        + 0.06379681 * below(fahrenheit, 62.5)
        + 0.05476839 * over(fahrenheit, 62.5)
        - 0.007598592 * over(mph, 3.104523) * over(fahrenheit, 63.5)
        - 0.004243499 * over(mph, 3.104523) * below(fahrenheit, 63.5)
        + 0.0444514 * below(mph, 5.656396) * over(fahrenheit, 81.5)
        + 0.0103958 * below(mph, 5.656396) * below(fahrenheit, 81.5)
    )
    return kwh_per_mile / KMH_PER_MPH


def parts(consumption: Callable[[float], float]) -> tuple[float, float]:
    """Energy for the way (kWh/km) and power for the time (kW): the best straight line over the inverse of the speed."""
    columns = np.stack((np.ones(len(SPEEDS_KMH)), 1.0 / SPEEDS_KMH), axis=1)
    way, time = np.linalg.lstsq(columns, np.array([consumption(kmh) for kmh in SPEEDS_KMH]), rcond=None)[0]
    return float(way), float(time)


def markdown() -> str:
    """The whole section."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield (
        "The planning table of New York above is no measurement. It stands in a planning program of the operator "
        "(bussim2 0.3.3, PyPI) for a third generation of buses at 60 % of the first, and is commented out there in "
        "favour of a regression on buses of 40 ft in service, by the mean speed of a block and the temperature. Below, "
        "that regression is split into energy for the way and power for the time, from 5.6 to 12 km/h, beside the "
        "sheet of the 12 m bus; the last column is the sheet's error with more auxiliaries.\n"
    )
    yield "| degC | way, kWh/km: regression | sheet | time, kW: regression | sheet | error, more auxiliaries |"
    yield "|---|---|---|---|---|---|"
    bus = profiles().vehicles["bus_12m"]
    heavy = bus.model_copy(update={"auxiliary_kw": HOTEL_KW})
    for celsius in TEMPERATURES_C:
        theirs = parts(lambda kmh, celsius=celsius: in_service(kmh, celsius))  # type: ignore[misc]
        ours = parts(lambda kmh, celsius=celsius: at_sea_level(bus, kmh, celsius))  # type: ignore[misc]
        errors = [at_sea_level(heavy, kmh, celsius, WARM_C) / in_service(kmh, celsius) - 1.0 for kmh in SPEEDS_KMH]
        yield (
            f"| {celsius:g} | {theirs[0]:.2f} | {ours[0]:.2f} | {theirs[1]:.1f} | {ours[1]:.1f} "
            f"| {min(errors):+.0%} to {max(errors):+.0%} |"
        )
    yield (
        "\nHeating agrees, in its slope; the way does within what a split can tell. What is missing is a load that "
        f"depends on neither speed nor weather: some 7 kW beside the {bus.auxiliary_kw:g} kW of the sheet. With "
        f"{HOTEL_KW:g} kW of auxiliaries and heating below {WARM_C:g} degC the sheet is off as the last column says. "
        "Whether that load is in the buses (fans, pumps, air conditioning that reheats) or in the figures (energy at "
        "the charger, layovers and hours at the depot counted to blocks) is not told. The missions of bus 183 and the "
        "Chinese fleets above leave no room for it, so the sheets stay as they are; `auxiliary_kw` is where a fleet "
        "like New York's says it."
    )


if __name__ == "__main__":
    sys.stdout.write(markdown())
