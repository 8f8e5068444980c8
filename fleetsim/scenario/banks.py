"""What a scenario file may say of the banks of a hydrogen station, and whether they make a cascade."""

from __future__ import annotations

from collections.abc import Iterator

from fleetsim.documents import Document, Location
from fleetsim.energy.cascade import Vessel
from fleetsim.errors import Problem
from fleetsim.scenario.hydrogen import RESTART_SHARE, HydrogenStation


def bank_problems(document: Document, at: Location, site: HydrogenStation, tank_mpa: float | None) -> Iterator[Problem]:
    """A storage that is no storage, banks out of order, and banks that cannot fill the tanks of those who come.

    ``tank_mpa`` is the highest pressure of their tanks, none where it is not known.
    """
    if site.banks and site.storage_kg is not None:
        allowed = "must be left out or null: the banks are the storage"
        yield document.problem((*at, "storage_kg"), f"{site.storage_kg:g}", allowed)
    if not site.banks:
        if site.compressor is not None and site.compressor.lift_kg_per_h is not None:
            allowed = "must be left out: there are no banks between which to lift"
            where = (*at, "compressor", "lift_kg_per_h")
            yield document.problem(where, f"{site.compressor.lift_kg_per_h:g}", allowed)
        if site.storage_kg is None:
            allowed = "must be given: the usable hydrogen of the full storage, in kg, or banks in its place"
            yield document.problem((*at, "storage_kg"), "nothing", allowed)
        return
    for number, bank in enumerate(site.banks):
        where = (*at, "banks", number)
        if number and bank.max_mpa <= site.banks[number - 1].max_mpa:
            allowed = f"must be above the {site.banks[number - 1].max_mpa:g} MPa of the bank before: lowest bank first"
            yield document.problem((*where, "max_mpa"), f"{bank.max_mpa:g}", allowed)
        least_kg = Vessel.holding(bank.capacity_kg, bank.max_mpa).content_kg(bank.min_mpa)
        if bank.min_mpa >= bank.max_mpa:
            allowed = f"must be below the max_mpa, {bank.max_mpa:g}"
            yield document.problem((*where, "min_mpa"), f"{bank.min_mpa:g}", allowed)
        elif site.initial_share * bank.capacity_kg < least_kg:
            allowed = f"must be at least {least_kg / bank.capacity_kg:.3f}: bank {number} is never below its min_mpa"
            yield document.problem((*at, "initial_share"), f"{site.initial_share:g}", allowed)
    top = site.banks[-1]
    if site.compressor is not None and site.compressor.discharge_mpa < top.max_mpa:
        allowed = f"must be at least the {top.max_mpa:g} MPa of the highest bank"
        yield document.problem((*at, "compressor", "discharge_mpa"), f"{site.compressor.discharge_mpa:g}", allowed)
    for number, truck in enumerate(site.deliveries):
        if truck.pressure_mpa is not None and truck.pressure_mpa <= site.banks[0].min_mpa:
            allowed = f"must be above the {site.banks[0].min_mpa:g} MPa (min_mpa) of the lowest bank"
            yield document.problem((*at, "deliveries", number, "pressure_mpa"), f"{truck.pressure_mpa:g}", allowed)
    if tank_mpa is not None:
        vessel = Vessel.holding(top.capacity_kg, top.max_mpa)
        needed_mpa = tank_mpa + top.margin_mpa
        if vessel.pressure_mpa(RESTART_SHARE * top.capacity_kg) < needed_mpa:
            allowed = (
                f"must be higher: at {RESTART_SHARE:.0%} of its content, where the compressor begins again, the "
                f"highest bank must have {needed_mpa:g} MPa, to fill tanks of {tank_mpa:g} MPa"
            )
            yield document.problem((*at, "banks", len(site.banks) - 1, "max_mpa"), f"{top.max_mpa:g}", allowed)
