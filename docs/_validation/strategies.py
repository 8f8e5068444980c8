"""Compare all strategies on one depot: the pages docs/strategies.md and docs/zh/strategies.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import fleetsim
from fleetsim import pipeline
from fleetsim.charging.strategies import STRATEGIES

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COLUMNS = {
    "en": "| depot | strategy | peak kW | meter kWh | fed back kWh | bill CNY | clean share | trips missed "
    "| more than `immediate` |",
    "zh": "| 场站 | 策略 | 最大负荷 kW | 充电电量 kWh | 反向供电 kWh | 下网电费 元 | 清洁占比 "
    "| 未满足班次 | 比 `immediate` 多 |",
}
"""Head of the table by language."""
DEPOTS = {
    "slack": (
        "sites.dayangfu.chargers=[{type: dc_120, count: 20, bidirectional: true}]",
        "sites.dayangfu.connection_kw=2600",
    ),
    "tight": ("sites.dayangfu.chargers=[{type: dc_120, count: 5}]", "sites.dayangfu.connection_kw=260"),
}
"""The depot by name, as what it changes in the scenario."""
DEPOTS["sunny"] = (*DEPOTS["slack"], "sites.dayangfu.solar={peak_kw: 400}")
DEPOTS["park"] = (
    *DEPOTS["slack"],
    f"sites.dayangfu.base_load_kw={[150] * 18 + [300] * 5 + [150]}",
    'fleets.line_140.work.blocks=[{start: "05:15", spread_min: 20, trips: 2, layover_min: 7},'
    ' {start: "16:00", spread_min: 20, trips: 2, layover_min: 7}]',
)
SOME = {"sunny": ("immediate", "cheapest", "solar_following"), "park": ("immediate", "cheapest", "bidirectional")}
"""What is compared under the panels, which `solar_following` needs, and beside a building that vehicles can serve."""
CAPS = {
    "slack": ("peak_shaving", "peak_kw: 480"),
    "tight": ("peak_shaving", "peak_kw: 480"),
    "park": ("bidirectional", "peak_kw: 250"),
}
"""A strategy that is tried under a cap, too."""


def value(results: pipeline.Results, metric: str) -> float:
    """One metric of a run."""
    metrics = results.records.tables["metrics"]
    (row,) = np.flatnonzero((metrics["metric"] == metric) & (metrics["subject"] == "run"))
    return float(metrics["value"][row])


def missed(results: pipeline.Results) -> float:
    """Trips that were late or cancelled."""
    return value(results, "trips_late") + value(results, "trips_cancelled")


def pages() -> dict[str, str]:
    """The page in each language."""
    table = "\n".join(rows())
    texts = {lang: (HERE / f"strategies_{lang}.md").read_text(encoding="utf-8") for lang in COLUMNS}
    return {
        lang: f"{texts[lang]}\n{columns}\n|{'---|' * columns.count(' | ')}---|\n{table}\n"
        for lang, columns in COLUMNS.items()
    }


def rows() -> list[str]:
    """What each strategy comes to at each depot."""
    lines = []
    for depot, changes in DEPOTS.items():
        least = 0.0
        names = SOME.get(depot) or [name for name in STRATEGIES if name != "solar_following"]
        variants = [(f"`{name}`", [f"strategy={name}"]) for name in names]
        if depot in CAPS:
            name, cap = CAPS[depot]
            variants.append((f"`{name}`, `{cap}`", [f"strategy={name}", cap.replace(": ", "=")]))
        for name, settings in variants:
            overrides = (*changes, *(f"sites.dayangfu.{setting}" for setting in settings))
            results = fleetsim.simulate(fleetsim.load(ROOT / "configs" / "first_depot.yaml", overrides=overrides))
            least = missed(results) if settings == ["strategy=immediate"] else least
            figures = (
                f"{value(results, 'peak_kw'):.0f}",
                f"{value(results, 'energy_kwh'):,.0f}",
                f"{value(results, 'fed_back_kwh'):,.0f}",
                f"{value(results, 'grid_cost_cny'):,.0f}",
                f"{value(results, 'clean_share'):.1%}",
                f"{missed(results):.0f}",
                f"{missed(results) - least:+.0f}",
            )
            lines.append(f"| {depot} | {name} | {' | '.join(figures)} |")
    return lines
