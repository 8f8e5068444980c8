"""A learnt profile in a file: what was found, and a vehicle sheet made of it that says where it comes from."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from fleetsim.profiles import VehicleModel
from fleetsim.telematics.exports import write_file
from fleetsim.telematics.learning import Learnt


def sheet(learnt: Learnt, like: VehicleModel, name: str, logs: str) -> dict[str, Any]:
    """A vehicle sheet: that of a vehicle of the same class, with what was learnt in place of its own."""
    plain: dict[str, Any] = like.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    changed: dict[str, Any] = {"battery_kwh": learnt.battery_kwh}
    parts = learnt.consumption
    for key in ("auxiliary_kw", "heating_kw_per_k", "heating_below_c", "cooling_kw_per_k", "cooling_above_c"):
        if key in parts:
            changed[key] = parts[key]
    curve = learnt.charge_curve
    if curve:
        whole = [{"soc": 0.0, "c_rate": curve[0]["c_rate"]}] if curve[0]["soc"] > 0 else []
        whole += curve
        whole += [{"soc": 1.0, "c_rate": curve[-1]["c_rate"]}] if curve[-1]["soc"] < 1 else []
        changed["charge_curve"] = whole
        changed["charge_limit_kw"] = round(max(each["c_rate"] for each in curve) * learnt.battery_kwh, 1)
    said = f"Learnt from {logs}: {learnt.trips} trips, {learnt.distance_km:.0f} km, {learnt.vehicles} vehicles"
    sources = dict(plain.get("sources", {})) | {key: {"certainty": "measured", "source": said} for key in changed}
    return {**plain, **changed, "name": {"en": name, "zh": name}, "sources": sources}


def write_profile(learnt: Learnt, sheet_: dict[str, Any] | None, name: str, out: Path, logs: str) -> None:
    """Write the profile. Raises ``InputError`` where the file is there already."""
    content: dict[str, Any] = {"learnt_from": logs, **asdict(learnt)}
    if sheet_ is not None:
        content["vehicle"] = {name: sheet_}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None)
    write_file([text.encode("utf-8")], out)
