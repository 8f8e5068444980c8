"""Metrics of records, looked up by scope, subject and name."""

from collections.abc import Callable

from fleetsim.report.metrics import metrics
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES

Look = Callable[[str, str, str], float]


def looked_up(records: Records) -> Look:
    frame = metrics(records)
    scopes = [SCOPES[code] for code in frame["scope"]]
    values = dict(zip(zip(scopes, frame["subject"], frame["metric"], strict=True), frame["value"], strict=True))
    assert len(values) == len(frame["value"])
    return lambda scope, subject, metric: float(values[scope, subject, metric])
