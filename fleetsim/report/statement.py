"""The statement of a year for a terminal: an answer in sentences, then a table of fleets and one of sites."""

from __future__ import annotations

import math

from fleetsim.economics.statement import FleetYear, SiteYear, Statement, payback_years
from fleetsim.report.columns import table, wrap
from fleetsim.report.numerals import number
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, word

_TEN_THOUSAND = 10_000.0
"""Money of a year is printed in 10 000 CNY, as Chinese budgets are."""

_FLEET_HEADS = ("vehicles", "distance", "running", "fuel_running", "saved", "avoided", "payback")
_SITE_HEADS = ("chargers", "ratio", "sold", "revenue", "demand", "investment", "payback")


def statement_text(year: Statement, view: ReportView, lang: Language, width: int = 100) -> str:
    """The statement as plain text of at most ``width`` cells a line."""
    blocks = [
        [line for sentence in _sentences(year, lang) for line in wrap(sentence, width)],
        _table(
            "fleet",
            _FLEET_HEADS,
            [[view.called(each.fleet, lang), *_fleet(each, lang)] for each in year.fleets],
            lang,
            width,
        ),
        _table(
            "site",
            _SITE_HEADS,
            [[view.called(each.site, lang), *_site(each, lang)] for each in year.sites],
            lang,
            width,
        ),
        wrap(word("statement.basis", lang), width),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _sentences(year: Statement, lang: Language) -> list[str]:
    """What the director is told: saved, avoided, paid back; earned and paid back by the sites."""
    said = []
    if year.fleets:
        saved_cny = sum(each.saved_cny for each in year.fleets)
        invested_cny = sum(each.extra_purchase_cny for each in year.fleets)
        said.append(
            word(
                "statement.fleets" if saved_cny >= 0.0 else "statement.fleets_lose",
                lang,
                saved=_money(abs(saved_cny), lang),
                fuel=word(
                    "statement.volume",
                    lang,
                    amount=number(sum(each.fuel_l for each in year.fleets) / 1_000.0, "CNY", lang),
                ),
                avoided=word(
                    "statement.mass", lang, amount=number(sum(each.avoided_t for each in year.fleets), "t", lang)
                ),
                extra=_money(invested_cny, lang),
                payback=_years(payback_years(invested_cny, saved_cny), lang),
            )
        )
    if year.sites:
        invested_cny = sum(each.investment_cny for each in year.sites)
        surplus_cny = sum(each.surplus_cny for each in year.sites)
        said.append(
            word(
                "statement.sites",
                lang,
                revenue=_money(sum(each.revenue_cny for each in year.sites), lang),
                invested=_money(invested_cny, lang),
                payback=_years(payback_years(invested_cny, surplus_cny), lang),
            )
        )
        spared_cny, fed_in_cny = (
            sum(getattr(each, key) for each in year.sites) for key in ("spared_cny", "fed_in_cny")
        )
        if spared_cny or fed_in_cny:
            said.append(
                word("statement.supply", lang, spared=_money(spared_cny, lang), fed_in=_money(fed_in_cny, lang))
            )
        if shifted_cny := sum(each.shifted_cny for each in year.sites):
            said.append(word("statement.feeding", lang, shifted=_money(shifted_cny, lang)))
    if math.isfinite(year.whole.cny_per_km):
        parts = {
            "whole": year.whole.cny_per_km,
            "running": year.whole.running_cny_per_km,
            "vehicles": year.whole.vehicles_cny_per_km,
            "sites": year.whole.sites_cny_per_km,
        }
        said.append(word("statement.whole", lang, **{name: f"{cny:.2f}" for name, cny in parts.items()}))
    if year.unpriced:
        said.append(word("statement.unpriced", lang, models=", ".join(year.unpriced)))
    return said


def _fleet(each: FleetYear, lang: Language) -> list[str]:
    return [
        number(each.vehicles, "1", lang),
        number(each.distance_km / 1_000.0, "1", lang),
        f"{each.running_cny_per_km:.2f}" if math.isfinite(each.running_cny_per_km) else word("nothing", lang),
        f"{each.fuel_running_cny_per_km:.2f}",
        number(each.saved_cny / _TEN_THOUSAND, "CNY", lang),
        number(each.avoided_t, "t", lang),
        _years(each.payback_years, lang),
    ]


def _site(each: SiteYear, lang: Language) -> list[str]:
    return [
        number(each.chargers, "1", lang),
        number(each.vehicles_per_charger, "vehicles/charger", lang),
        number(each.energy_kwh / 1_000.0, "kWh", lang),
        number(each.revenue_cny / _TEN_THOUSAND, "CNY", lang),
        number(each.demand_charge_cny / _TEN_THOUSAND, "CNY", lang),
        number(each.investment_cny / _TEN_THOUSAND, "CNY", lang),
        _years(each.payback_years, lang),
    ]


def _table(scope: str, heads: tuple[str, ...], rows: list[list[str]], lang: Language, width: int) -> list[str]:
    if not rows:
        return []
    named = [tuple(word(f"statement.{scope}.{head}", lang).split("|")) for head in heads]
    return table([(word(f"column.{scope}", lang), ""), *((name, unit) for name, unit in named)], rows, width)


def _money(cny: float, lang: Language) -> str:
    return word("statement.money", lang, amount=number(cny / _TEN_THOUSAND, "CNY", lang))


def _years(years: float, lang: Language) -> str:
    """A payback; one beyond any equipment's life is never."""
    if math.isnan(years):
        return word("nothing", lang)
    return word("statement.never", lang) if years > 100.0 else word("statement.years", lang, years=f"{years:.1f}")
