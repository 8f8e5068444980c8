"""Compare all strategies on one depot: the page docs/strategies.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import fleetsim
from fleetsim import pipeline
from fleetsim.charging.strategies import STRATEGIES

ROOT = Path(__file__).resolve().parents[2]
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
HEAD = """# Charging strategies

A strategy says when the sessions of a depot may draw, and how much at most; the depot enforces every limit. A site
names one as `strategy`. A test writes this page from the program's own answers and compares it (`make docs` renews it).

A plan leaves 5 minutes free before a departure. The time that a session needs is reckoned as longer where more
vehicles than chargers are there or the connection binds. A vehicle that needs all the time it has draws at once. So
where departures are known, chargers suffice and the limit is slack, no strategy misses a departure that charging at
once would meet; a test proves it for each. Elsewhere the table says how many trips more are missed.

**`immediate`**: what happens if nobody controls anything? A session draws at once. Its peak is the evening's, when
all come home.

**`valley`**: what does the night tariff save? A session draws in the tariff's valley, and outside it only as far as
the departure asks, where the price is lowest. All begin together: a cliff at the boundary of the tariff.

**`staggered`**: what if the bays take turns? A session begins after the part of its spare time that its charger's
number gives it. It follows no price, and bays are not told of each other.

**`balanced`**: how low can the load of each vehicle be? A session draws evenly, at the lowest power that is enough by
its departure. It follows no price; short stays draw more than long ones. Its plans cap the power of single sessions,
so the depot shares by re-allocation, which costs more time than the virtual clock.

**`cheapest`**: what is the lowest bill? A session takes the cheapest slots that are enough, of equal ones the
earliest. It makes a cliff where the price falls.

**`cleanest`**: how clean can charging be? A session takes the slots with the highest expected clean share of
production. It may meet the evening peak, and follows an average: what a kilowatt-hour more would cause is another
figure.

**`solar_following`**: how much of a roof's sun can the vehicles take? A session draws with the site's panels, each
charger its part of them, and tops up in time where the price is lowest. Its plans cap the power of
single sessions. [A roof and a battery](scenarios/kunming_solar_depot.md) shows what it saves.

**`peak_shaving`**: how low can the load of the whole depot be? Sessions are planned in order of departure, each on top
of buildings, standby and those planned before it, so that the highest power is the lowest that still serves; whenever a
vehicle comes, those that leave after it are planned again. Who comes later is not known. With `peak_kw` the site draws
as early as it can without going above that cap; where the cap would miss a departure, it gives way as far as it must.
It follows no price.

**`bidirectional`**: what is a parked battery worth to the building beside it? A session draws in the cheapest slots
and feeds back to its site in the tariff's peaks: where a slot's price, less what is lost on the way out and back, is
above that of drawing again, where the way back to the target is left, and down to the highest of the sheet's floor and
what the next duty needs with its reserve. Together vehicles never give more than their site uses at that instant, so
nothing of theirs goes out to the grid; who is planned later sees what others give. With `peak_kw` they feed where the
site would be above that cap, whatever the price, and draw below it as far as the departure allows. Nobody feeds back
while another waits for a charger. It takes chargers with `bidirectional: true` and vehicle sheets with `feed_back`;
a vehicle without them charges as `cheapest` does. Wear of the battery has no price here.
[Buses that feed back to their park](scenarios/kunming_feed_back.md) is an example.

A vehicle of which nobody knows when it leaves is planned as though it stayed for 12 hours; `valley` then waits for
the valley alone. So are the packs of a swap station, above a floor that charges at once, which never feed back:
[compared on Kunming's taxis](scenarios/kunming_taxis.md).

When the connection binds, `sharing` says who gives way. `proportional` slows all by the same factor, `equal` gives
all the same, `first_come`, `earliest_departure` and `least_laxity` serve one after the other. Who is most urgent is
looked up whenever a session starts or ends, not in between.

## One depot, every strategy

`configs/first_depot.yaml` with 20 buses: *slack* with 20 chargers and 2 600 kW, *tight* with 5 chargers and 260 kW,
*sunny* as slack with panels of 400 kWp, *park* as slack with buildings of 150 kW, 300 from 18:00 to 23:00, and buses
that run two trips early and two in the afternoon. All are chosen to show the difference. The bill is for all that the
site takes from the grid, buildings included, at the tariff. A trip is missed that is cancelled or leaves more than 5
minutes late. What a session draws after the week has ended is not counted, so the strategies that charge later meter
a little less.
"""


def value(results: pipeline.Results, metric: str) -> float:
    """One metric of a run."""
    metrics = results.records.tables["metrics"]
    (row,) = np.flatnonzero((metrics["metric"] == metric) & (metrics["subject"] == "run"))
    return float(metrics["value"][row])


def missed(results: pipeline.Results) -> float:
    """Trips that were late or cancelled."""
    return value(results, "trips_late") + value(results, "trips_cancelled")


def markdown() -> str:
    """The page."""
    lines = [
        "| depot | strategy | peak kW | meter kWh | fed back kWh | bill CNY | clean share | trips missed "
        "| more than `immediate` |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
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
    return "\n".join([HEAD, *lines, ""])
