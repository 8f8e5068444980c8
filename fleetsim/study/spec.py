"""What a study file may say."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator
from typing_extensions import Doc

from fleetsim.spec import Name, Spec, Text
from fleetsim.units import Seed

Key = Annotated[str, Field(min_length=1), Doc("a way into the scenario, such as sites.dayangfu.connection_kw")]
Value = Any
Samples = Annotated[int, Field(ge=1, le=1_000_000), Doc("a whole number from 1")]


class Range(Spec):
    """Values from one figure to another."""

    low: float
    """Lowest value."""
    high: float
    """Highest value."""
    whole: bool = False
    """Whether values are rounded to whole numbers."""

    @model_validator(mode="after")
    def _rising(self) -> Range:
        if self.high <= self.low:
            raise ValueError("high must be above low")
        return self


class LatinHypercube(Spec):
    """Samples that fill ranges evenly, each range cut into as many parts as there are samples."""

    samples: Samples
    """How many."""
    seed: Seed = 1
    """Seed of the draw, apart from that of the runs."""
    ranges: dict[Key, Range] = Field(min_length=1)
    """Ranges by key."""


class SobolSample(Spec):
    """Samples for ``fleetsim sensitivity``: two sets, and for each range one that mixes them."""

    samples: Samples
    """How many in each set, a power of two; the axis has ``samples * (ranges + 2)`` points."""
    seed: Seed = 1
    """Seed of the draw, apart from that of the runs."""
    ranges: dict[Key, Range] = Field(min_length=1)
    """Ranges by key; values within a range are equally likely."""

    @model_validator(mode="after")
    def _balanced(self) -> SobolSample:
        if self.samples < 8 or self.samples & (self.samples - 1):
            raise ValueError("samples must be a power of two from 8")
        return self


class Axis(Spec):
    """One axis, in one of four ways; several axes are combined each with each."""

    grid: dict[Key, tuple[Value, ...]] | None = None
    """Values by key; each is combined with each of the other keys."""
    rows: Annotated[tuple[dict[Key, Value], ...] | None, Field(alias="list")] = None
    """Settings that belong together, one entry after the other."""
    latin: LatinHypercube | None = None
    """A Latin hypercube."""
    sobol: SobolSample | None = None
    """Samples from which indices of sensitivity follow."""

    @model_validator(mode="after")
    def _one_way(self) -> Axis:
        if sum(way is not None for way in (self.grid, self.rows, self.latin, self.sobol)) != 1:
            raise ValueError("must be one of grid, list, latin and sobol")
        return self


class StudySpec(Spec):
    """A study file."""

    study: Name
    """Name; the catalogue lists the study by it."""
    title: Text
    """What it asks."""
    scenario: str
    """Scenario file, named from the folder of this file."""
    set: dict[Key, Value] = Field(default_factory=dict)
    """What every run has in place of the scenario's values."""
    variants: dict[Name, dict[Key, Value]] = Field(default_factory=dict)
    """Named sets of values; each is combined with each point of the axes."""
    axes: tuple[Axis, ...] = ()
    """Axes."""
    seeds: Annotated[int, Field(ge=1)] | Annotated[tuple[Seed, ...], Field(min_length=1)] = 1
    """Seeds of every configuration: how many from 1 on, or which."""
    keep: tuple[dict[Key, Value], ...] = ()
    """Where given, only configurations that meet one of these: by key a value, a list or ``{low, high}``."""
    skip: tuple[dict[Key, Value], ...] = ()
    """Configurations that meet one of these are left out; ``variant`` and ``seed`` are keys too."""
