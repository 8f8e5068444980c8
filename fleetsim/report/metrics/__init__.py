"""Metrics: what a run comes to, for the run, each city, fleet and site, and the grid; functions of tables only."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.balance import pack_balance, site_balance, vehicle_balance
from fleetsim.accounting.sums import Floats
from fleetsim.report.metrics import (
    assets,
    cleanliness,
    energy,
    grid,
    hydrogen,
    local_supply,
    mismatch,
    service,
    swapping,
    utilisation,
)
from fleetsim.report.metrics.definitions import METRICS, Metric
from fleetsim.report.metrics.scopes import scopes
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, Frame, complete, concatenate

__all__ = ["METRICS", "Metric", "metrics"]


def metrics(records: Records) -> Frame:
    """The ``metrics`` table of accounted records: a row for each scope, subject and metric that the scope can have."""
    vehicles, packs, sites = vehicle_balance(records), pack_balance(records), site_balance(records)
    fuel, mismatch_s = hydrogen.hydrogen_account(records), mismatch.mismatch_s(records)
    frames = []
    for scope in scopes(records):
        values = {
            **energy.session_energy(records, scope),
            **energy.driving(records, vehicles, packs, fuel, scope),
            **energy.site_energy(records, sites, scope),
            **local_supply.local_supply(records, scope),
            **local_supply.network_supply(records, scope),
            **energy.balance_error(vehicles, packs, sites, scope),
            **hydrogen.hydrogen(records, fuel, scope),
            **service.trips_on_time(records, scope),
            **service.reasons(records, scope),
            **service.passengers(records, scope),
            **service.customers(records, scope),
            **swapping.failures(records, scope),
            **swapping.swap_stations(records, scope),
            **service.reserves(records, scope),
            **service.queues(records, mismatch_s, scope),
            **utilisation.counts(records, scope),
            **utilisation.chargers(records, scope),
            **utilisation.connections(records, scope),
            **cleanliness.charged(records, scope),
            **cleanliness.driven(records, scope),
        }
        frames.append(_rows(scope.name, scope.subjects, values))
    frames.append(_rows("asset", *assets.assets(records)))
    frames.append(_rows("grid", *grid.zones(records)))
    return concatenate("metrics", frames)


def _rows(scope: str, subjects: tuple[str, ...], values: dict[str, Floats]) -> Frame:
    """Rows of one scope, subject by subject, the metrics in the order of their definitions."""
    mine = [metric for metric in METRICS if scope in metric.scopes]
    by_metric = np.array([values[metric.name] for metric in mine]).reshape(len(mine), len(subjects))

    def texts(words: list[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        return np.array(words, dtype=object)

    return complete(
        "metrics",
        {
            "scope": np.full(by_metric.size, SCOPES.index(scope)),
            "subject": np.repeat(texts(list(subjects)), len(mine)),
            "metric": np.tile(texts([metric.name for metric in mine]), len(subjects)),
            "value": by_metric.T.ravel(),
            "unit": np.tile(texts([metric.unit for metric in mine]), len(subjects)),
            "definition": np.tile(texts([metric.definition for metric in mine]), len(subjects)),
        },
    )
