"""Sessions in the words of charging networks: OCPI 2.2.1 charge detail records and OCPP 2.0.1 transaction events.

Neither knows how clean a kilowatt-hour was: OCPI may carry it as an energy mix, which is left out, since its shares are
those of a supplier and not of a grid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from fleetsim.clock import HOUR_S
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS
from fleetsim.telematics.vin import synthetic_vin

COUNTRY, PARTY = "CN", "FSM"
CHINA = timedelta(hours=8)
_OCPP_STEPS = {"Started": ("CablePluggedIn", "EVConnected"), "Updated": ("ChargingStateChanged", "SuspendedEV")}
"""Trigger and state of what comes before the end."""
_OCPP_ENDS = {
    "target": ("EnergyLimitReached", "SOCLimitReached"),
    "departure": ("EVDeparted", "EVDisconnected"),
    "horizon": ("MeterValueClock", "Other"),
    "shared": ("ChargingStateChanged", "Other"),
}
"""Trigger and reason of an end."""


class _Session:
    """One row of the table of sessions, with what hangs on it."""

    def __init__(self, records: Records, row: int, cities: dict[int, str]) -> None:
        table, sites = records.tables["sessions"], records.tables["sites"]
        self._clock = records.clock
        self.number = int(table["session"][row])
        code = int(table["site"][row])
        place = sites["site"].tolist().index(code)
        self.site = records.entities["sites"][code]
        self.city = cities.get(int(sites["city"][place]), "")
        self.lat, self.lon = float(sites["lat"][place]), float(sites["lon"][place])
        vehicle, pack = int(table["vehicle"][row]), int(table["pack"][row])
        self.token = synthetic_vin(vehicle + 1) if vehicle >= 0 else f"PACK{pack:08d}"
        self.charger = int(table["charger"][row]) + 1
        self.start_s, self.end_s = float(table["plug_at"][row]), float(table["unplug_at"][row])
        self.from_s, self.until_s = float(table["start_at"][row]), float(table["end_at"][row])
        self.energy_kwh = float(table["energy_kwh"][row])
        self.cost_cny = float(table["cost_cny"][row])
        self.soc = float(table["soc_start"][row]), float(table["soc_end"][row])
        self.end_reason = SESSION_ENDS[int(table["end_reason"][row])]
        drew = math.isfinite(self.from_s) and self.energy_kwh > 0
        self.drawing_s = max(0.0, self.until_s - self.from_s) if drew else 0.0

    def at(self, at_s: float) -> str:
        """A moment as text, in UTC as OCPI wants it."""
        moment: datetime = self._clock.civil(np.array([round(at_s)]))[0].item()
        return (moment - CHINA).isoformat(timespec="seconds") + "Z"


def _sessions(records: Records) -> Iterator[_Session]:
    """Sessions that began and ended, in the order of the table."""
    cities = dict(enumerate(records.entities["cities"]))
    table = records.tables["sessions"]
    for row in range(len(table["session"])):
        if math.isfinite(table["plug_at"][row]) and math.isfinite(table["unplug_at"][row]):
            yield _Session(records, row, cities)


def charge_detail_records(records: Records) -> Iterator[dict[str, Any]]:
    """OCPI 2.2.1 charge detail records, one for each session; energy in kWh at the meter, times in hours."""
    for session in _sessions(records):
        hours = (session.end_s - session.start_s) / HOUR_S
        drawing_h = session.drawing_s / HOUR_S
        evse = f"{COUNTRY}*{PARTY}*E{session.site.upper().replace('_', '*')}*{session.charger}"
        dimensions = [
            {"type": "ENERGY", "volume": round(session.energy_kwh, 4)},
            {"type": "TIME", "volume": round(drawing_h, 4)},
            {"type": "PARKING_TIME", "volume": round(max(0.0, hours - drawing_h), 4)},
        ]
        yield {
            "country_code": COUNTRY,
            "party_id": PARTY,
            "id": f"{session.site}-{session.number}",
            "start_date_time": session.at(session.start_s),
            "end_date_time": session.at(session.end_s),
            "session_id": str(session.number),
            "cdr_token": {
                "country_code": COUNTRY, "party_id": PARTY, "uid": session.token, "type": "RFID",
                "contract_id": session.token,
            },
            "auth_method": "WHITELIST",
            "cdr_location": {
                "id": session.site, "address": session.site, "city": session.city or "unknown", "country": "CHN",
                "coordinates": {"latitude": f"{session.lat:.6f}", "longitude": f"{session.lon:.6f}"},
                "evse_uid": evse, "evse_id": evse, "connector_id": "1", "connector_standard": "GBT_DC",
                "connector_format": "CABLE", "connector_power_type": "DC",
            },
            "currency": "CNY",
            "charging_periods": [{"start_date_time": session.at(session.start_s), "dimensions": dimensions}],
            "total_cost": {"excl_vat": round(session.cost_cny, 2) if math.isfinite(session.cost_cny) else 0.0},
            "total_energy": round(session.energy_kwh, 4),
            "total_time": round(hours, 4),
            "total_parking_time": round(max(0.0, hours - drawing_h), 4),
            "last_updated": session.at(session.end_s),
        }  # fmt: skip


def transaction_events(records: Records) -> Iterator[dict[str, Any]]:
    """OCPP 2.0.1 transaction events: a start when plugged in, an update at the last power, an end when unplugged.

    Each carries the energy register (Wh) and the state of charge of that moment.
    """
    for session in _sessions(records):
        before, after = session.soc
        yield _event(session, "Started", session.start_s, 0, 0.0, before)
        if session.drawing_s > 0:
            yield _event(session, "Updated", session.until_s, 1, session.energy_kwh, after)
        yield _event(session, "Ended", session.end_s, 1 + (session.drawing_s > 0), session.energy_kwh, after)


def _event(session: _Session, kind: str, at_s: float, number: int, energy_kwh: float, soc: float) -> dict[str, Any]:
    """One transaction event."""
    values: list[dict[str, Any]] = [
        {
            "value": round(1_000.0 * energy_kwh, 1),
            "measurand": "Energy.Active.Import.Register",
            "unitOfMeasure": {"unit": "Wh"},
        }
    ]
    if math.isfinite(soc):
        values.append({"value": round(100.0 * soc, 1), "measurand": "SoC", "unitOfMeasure": {"unit": "Percent"}})
    trigger, state = _OCPP_STEPS.get(kind, ("", "Idle"))
    transaction = {"transactionId": f"{session.site}-{session.number}"[-36:], "chargingState": state}
    if kind == "Ended":
        trigger, reason = _OCPP_ENDS.get(session.end_reason, ("AbnormalCondition", "Other"))
        transaction["stoppedReason"] = reason
    return {
        "eventType": kind, "timestamp": session.at(at_s), "triggerReason": trigger, "seqNo": number,
        "transactionInfo": transaction, "evse": {"id": session.charger, "connectorId": 1},
        "idToken": {"idToken": session.token, "type": "Central"},
        "meterValue": [{"timestamp": session.at(at_s), "sampledValue": values}],
    }  # fmt: skip
