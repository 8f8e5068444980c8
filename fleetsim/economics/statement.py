"""The statement: a year of each fleet beside the vehicles with engines that it replaces, and a year of each site.

A run shows some days; a year is taken as ``year_days`` days like them. Nothing is discounted: paybacks are simple.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fleetsim.accounting.sums import Floats, sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.economics.prices import Prices, VehicleCost
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, Frame, select


@dataclass(frozen=True, slots=True)
class FleetYear:
    """A year of one fleet, and of the same kilometres with the vehicles that it replaces."""

    fleet: str
    vehicles: int
    distance_km: float
    energy_cny_per_km: float
    """Electricity, of hydrogen that of electrolyser and compressor."""
    maintenance_cny_per_km: float
    emission_t: float
    """Of the electricity, average of production."""
    fuel: str
    fuel_l: float
    """What the replaced vehicles would burn."""
    fuel_cny_per_km: float
    fuel_maintenance_cny_per_km: float
    fuel_emission_t: float
    """At their tail pipes."""
    purchase_cny: float
    """What the fleet costs to buy."""
    fuel_purchase_cny: float
    """What the one that it replaces costs to buy."""

    @property
    def extra_purchase_cny(self) -> float:
        """What the fleet costs more to buy than the one that it replaces."""
        return self.purchase_cny - self.fuel_purchase_cny

    @property
    def running_cny_per_km(self) -> float:
        """Energy and maintenance of a kilometre."""
        return self.energy_cny_per_km + self.maintenance_cny_per_km

    @property
    def fuel_running_cny_per_km(self) -> float:
        """The same of the replaced vehicle."""
        return self.fuel_cny_per_km + self.fuel_maintenance_cny_per_km

    @property
    def saved_cny(self) -> float:
        """Running cost saved in the year."""
        return (self.fuel_running_cny_per_km - self.running_cny_per_km) * self.distance_km

    @property
    def avoided_t(self) -> float:
        """Emission avoided in the year: tail pipe of the one against power stations of the other."""
        return self.fuel_emission_t - self.emission_t

    @property
    def payback_years(self) -> float:
        """Years after which the extra purchase is saved; infinite where nothing is saved."""
        return payback_years(self.extra_purchase_cny, self.saved_cny)


@dataclass(frozen=True, slots=True)
class SiteYear:
    """A year of one site that sells energy to its vehicles."""

    site: str
    chargers: int
    vehicles_per_charger: float
    energy_kwh: float
    """Sold, at the meter: what vehicles drew and did not feed back."""
    revenue_cny: float
    """Service fees; the electricity itself is passed on at its price."""
    spared_cny: float
    """Electricity at the tariff that own panels and battery spared."""
    shifted_cny: float
    """Electricity at the tariff that vehicles spared by feeding back, less what that energy had cost."""
    fed_in_cny: float
    """What the grid paid for surplus solar."""
    demand_charge_cny: float
    investment_cny: float
    upkeep_cny: float

    @property
    def surplus_cny(self) -> float:
        """What is left in the year."""
        earned_cny = self.revenue_cny + self.spared_cny + self.shifted_cny + self.fed_in_cny
        return earned_cny - self.upkeep_cny - self.demand_charge_cny

    @property
    def payback_years(self) -> float:
        """Years after which the investment is earned; infinite where nothing is left."""
        return payback_years(self.investment_cny, self.surplus_cny)


@dataclass(frozen=True, slots=True)
class WholeCost:
    """What a kilometre of all fleets costs, all told: to run, to buy the vehicles, to build and keep the sites."""

    running_cny_per_km: float
    """Energy and maintenance."""
    vehicles_cny_per_km: float
    """Purchase over the life of a vehicle."""
    sites_cny_per_km: float
    """Investment over the life of the equipment, upkeep and demand charges."""

    @property
    def cny_per_km(self) -> float:
        """The sum."""
        return self.running_cny_per_km + self.vehicles_cny_per_km + self.sites_cny_per_km


@dataclass(frozen=True, slots=True)
class Statement:
    """All fleets and sites of a run."""

    fleets: tuple[FleetYear, ...]
    sites: tuple[SiteYear, ...]
    unpriced: tuple[str, ...]
    """Vehicle sheets of the run for which there are no prices; their fleets are left out."""
    whole: WholeCost
    """NaN where a fleet is left out."""

    def as_values(self) -> dict[str, Any]:
        """All figures as plain values, for programs; what is not finite is ``None``."""
        derived = {
            FleetYear: (
                *("running_cny_per_km", "fuel_running_cny_per_km", "extra_purchase_cny"),
                *("saved_cny", "avoided_t", "payback_years"),
            ),
            SiteYear: ("surplus_cny", "payback_years"),
            WholeCost: ("cny_per_km",),
        }

        def values(year: FleetYear | SiteYear | WholeCost) -> dict[str, Any]:
            all_values = asdict(year) | {name: getattr(year, name) for name in derived[type(year)]}
            return {
                name: None if isinstance(value, float) and not math.isfinite(value) else value
                for name, value in all_values.items()
            }

        return {
            "fleets": [values(year) for year in self.fleets],
            "sites": [values(year) for year in self.sites],
            "unpriced": list(self.unpriced),
            "whole": values(self.whole),
        }


def payback_years(invested_cny: float, yearly_cny: float) -> float:
    """Simple payback, in years.

    >>> payback_years(300_000.0, 60_000.0)
    5.0
    >>> payback_years(300_000.0, -1.0)
    inf
    """
    if invested_cny <= 0.0:
        return 0.0
    return invested_cny / yearly_cny if yearly_cny > 0.0 else float("inf")


def statement(records: Records, prices: Prices) -> Statement:
    """The statement of accounted and measured records."""
    of_year = prices.year_days / records.clock.days
    measured = _Measured(records.tables["metrics"])
    models = _models(records)
    fleets = [
        _fleet_year(fleet, vehicles, cost, prices, measured, of_year)
        for fleet, (model, vehicles) in models.items()
        if (cost := prices.vehicles.get(model)) is not None
    ]
    unpriced = sorted({model for model, _ in models.values()} - prices.vehicles.keys())
    sites = tuple(_site_years(records, prices, measured, of_year))
    return Statement(tuple(fleets), sites, tuple(unpriced), _whole(fleets, sites, prices, bool(unpriced)))


def _whole(fleets: Sequence[FleetYear], sites: Sequence[SiteYear], prices: Prices, partial: bool) -> WholeCost:
    km = sum(fleet.distance_km for fleet in fleets)
    if partial or not km > 0.0:
        return WholeCost(np.nan, np.nan, np.nan)
    bought_cny = sum(fleet.purchase_cny for fleet in fleets)
    kept_cny = sum(
        site.investment_cny / prices.equipment.life_years
        + site.upkeep_cny
        + float(np.nan_to_num(site.demand_charge_cny))
        - site.fed_in_cny
        for site in sites
    )
    return WholeCost(
        running_cny_per_km=sum(fleet.running_cny_per_km * fleet.distance_km for fleet in fleets) / km,
        vehicles_cny_per_km=bought_cny / prices.vehicle_life_years / km,
        sites_cny_per_km=kept_cny / km,
    )


class _Measured:
    """The metrics by scope, subject and name."""

    def __init__(self, metrics: Frame) -> None:
        keys = zip((SCOPES[code] for code in metrics["scope"]), metrics["subject"], metrics["metric"], strict=True)
        self._values = dict(zip(keys, metrics["value"].tolist(), strict=True))

    def __call__(self, scope: str, subject: str, metric: str) -> float:
        """Value of a metric; NaN where the run has none."""
        return float(self._values.get((scope, subject, metric), np.nan))


def _models(records: Records) -> dict[str, tuple[str, int]]:
    """Vehicle sheet and number of vehicles of each fleet, in order of the fleets."""
    vehicles, entities = records.tables["vehicles"], records.entities
    counted = Counter(zip(vehicles["fleet"].tolist(), vehicles["model"].tolist(), strict=True))
    return {
        entities["fleets"][fleet]: (entities["models"][model], count)
        for (fleet, model), count in sorted(counted.items())
    }


def _fleet_year(
    fleet: str, vehicles: int, cost: VehicleCost, prices: Prices, measured: _Measured, of_year: float
) -> FleetYear:
    fuel = prices.fuels[cost.fuel]
    distance_km = measured("fleet", fleet, "distance_km") * of_year
    fuel_l = distance_km * cost.fuel_l_per_100km / 100.0
    return FleetYear(
        fleet=fleet,
        vehicles=vehicles,
        distance_km=distance_km,
        energy_cny_per_km=measured("fleet", fleet, "cost_cny_per_km"),
        maintenance_cny_per_km=cost.maintenance_cny_per_km,
        emission_t=measured("fleet", fleet, "emission_kg_per_km") * distance_km / 1_000.0,
        fuel=cost.fuel,
        fuel_l=fuel_l,
        fuel_cny_per_km=fuel.price_cny_per_l * cost.fuel_l_per_100km / 100.0,
        fuel_maintenance_cny_per_km=cost.fuel_maintenance_cny_per_km,
        fuel_emission_t=fuel_l * fuel.emission_kg_per_l / 1_000.0,
        purchase_cny=vehicles * cost.purchase_cny,
        fuel_purchase_cny=vehicles * cost.fuel_purchase_cny,
    )


def _site_years(records: Records, prices: Prices, measured: _Measured, of_year: float) -> list[SiteYear]:
    """Every site with chargers or slots."""
    sites, names = records.tables["sites"], records.entities["sites"]
    invested_cny, spared_cny, fed_in_kwh = investment_cny(records, prices), *own_supply(records)
    shifted_cny = shifted_by_vehicles_cny(records)
    years = []
    for row, code in enumerate(sites["site"].tolist()):
        if sites["chargers"][row] == 0:
            continue
        energy_kwh = measured("site", names[code], "energy_kwh") - measured("site", names[code], "fed_back_kwh")
        energy_kwh *= of_year
        years.append(
            SiteYear(
                site=names[code],
                chargers=int(sites["chargers"][row]),
                vehicles_per_charger=measured("site", names[code], "vehicles_per_charger"),
                energy_kwh=energy_kwh,
                revenue_cny=energy_kwh * prices.charging.service_fee_cny_per_kwh,
                spared_cny=float(spared_cny[code]) * of_year,
                shifted_cny=float(shifted_cny[code]) * of_year,
                fed_in_cny=float(fed_in_kwh[code]) * of_year * prices.charging.feed_in_cny_per_kwh,
                demand_charge_cny=measured("site", names[code], "demand_charge_cny") * of_year,
                investment_cny=float(invested_cny[row]),
                upkeep_cny=float(invested_cny[row]) * prices.equipment.upkeep_share,
            )
        )
    return years


def own_supply(records: Records) -> tuple[Floats, Floats]:
    """By code of the site: what the energy of panels and battery would have cost from the grid, CNY, and kWh fed in."""
    names, hours = len(records.entities["sites"]), SLOT_S / HOUR_S
    rows, supply = (_of_own_supply(records, table) for table in ("site_slots", "supply_slots"))
    spared_cny = (rows["load_kw"] - supply["fed_back_kw"] - supply["drawn_kw"]) * hours * rows["price_cny_per_kwh"]
    return sums(spared_cny, rows["site"], names), sums(supply["fed_in_kw"] * hours, supply["site"], names)


def _of_own_supply(records: Records, table: str) -> Frame:
    """The slots of sites with panels or a battery, by site and time."""
    slots = records.tables[table]
    slots = select(slots, np.isin(slots["site"], records.tables["site_supply"]["site"]))
    return select(slots, np.lexsort((slots["slot_at"], slots["site"])))


def shifted_by_vehicles_cny(records: Records) -> Floats:
    """By code of the site: what vehicles fed back, at the tariff of its time, less what that energy had cost, CNY."""
    sites, fed, first_s = records.tables["site_slots"], records.tables["feed_slots"], records.clock.report_from_s
    price_cny_per_kwh = np.zeros(records.clock.slots)
    price_cny_per_kwh[(sites["slot_at"] // SLOT_S).astype(np.int64)] = sites["price_cny_per_kwh"]
    fed = select(fed, fed["slot_at"] >= first_s)
    worth_cny = fed["fed_back_kw"] * (SLOT_S / HOUR_S) * price_cny_per_kwh[(fed["slot_at"] // SLOT_S).astype(np.int64)]
    return sums(worth_cny - fed["cost_cny"], fed["site"], len(records.entities["sites"]))


def investment_cny(records: Records, prices: Prices) -> Floats:
    """What chargers, connection, lanes, packs, panels and battery of each site cost, by row of the table ``sites``.

    A site without a limit is taken to have a connection for the highest 15-minute mean that it drew.
    """
    sites, slots, equipment = records.tables["sites"], records.tables["site_slots"], prices.equipment
    drawn_kw = np.zeros(len(records.entities["sites"]))
    np.maximum.at(drawn_kw, slots["site"], slots["grid_kw"])
    connection_kw = np.where(np.isnan(sites["connection_kw"]), drawn_kw[sites["site"]], sites["connection_kw"])
    supply, own_cny = records.tables["site_supply"], np.zeros(len(records.entities["sites"]))
    own_cny[supply["site"]] = supply["solar_kwp"] * equipment.solar_cny_per_kwp
    own_cny[supply["site"]] += np.nan_to_num(supply["storage_kwh"]) * equipment.storage_cny_per_kwh
    packs_kwh = np.nan_to_num(sites["packs"] * sites["pack_kwh"])
    total: Floats = (
        sites["chargers"] * sites["charger_kw"] * equipment.charger_cny_per_kw
        + connection_kw * equipment.connection_cny_per_kw
        + sites["lanes"] * equipment.swap_lane_cny
        + packs_kwh * equipment.pack_cny_per_kwh
        + own_cny[sites["site"]]
    )
    return total
