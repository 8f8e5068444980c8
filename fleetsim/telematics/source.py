"""From a saved run to its tracer: the records, and the weather that its scenario had."""

from __future__ import annotations

import yaml

from fleetsim.energy.weather import temperatures_c
from fleetsim.profiles import Climate
from fleetsim.results.records import Records
from fleetsim.telematics.segments import Floats
from fleetsim.telematics.trace import Tracer


def tracer_of(records: Records, scenario_text: str) -> Tracer:
    """The tracer of a run; ``scenario_text`` is its resolved scenario."""
    content = yaml.load(scenario_text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
    seed = content.get("scenario", {}).get("seed", 0)
    temperatures: dict[str, Floats] = {
        city: temperatures_c(city, Climate.model_validate(climate), seed, records.clock)
        for city, climate in content.get("profiles", {}).get("cities", {}).items()
    }
    return Tracer(records, temperatures)
