"""Types of shapes: how a year falls on its months, and a day on its hours."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from fleetsim.units import Factor, Share

SHAPE_TOLERANCE = 0.002
"""Shapes are entered rounded; they may miss their sum by this much and are scaled to it."""


def _adds_up(shape: tuple[float, ...]) -> tuple[float, ...]:
    total = sum(shape)
    if abs(total - 1.0) > SHAPE_TOLERANCE:
        raise ValueError(f"the twelve shares must add up to 1, they add up to {total:.4f}")
    return tuple(share / total for share in shape)


def _mean_one(shape: tuple[float, ...]) -> tuple[float, ...]:
    mean = sum(shape) / len(shape)
    if abs(mean - 1.0) > SHAPE_TOLERANCE:
        raise ValueError(f"the mean of the hours must be 1, it is {mean:.4f}")
    return tuple(value / mean for value in shape)


Monthly = Annotated[tuple[Share, ...], Field(min_length=12, max_length=12)]
"""A share for each month, January to December."""
MonthShape = Annotated[Monthly, AfterValidator(_adds_up)]
"""How a year's energy falls on the months."""
HourShape = Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24), AfterValidator(_mean_one)]
"""Power in each hour of the day over the day's mean."""
