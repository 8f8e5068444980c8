"""An independent decoder (``pip install rtm-con openpyxl``) reads our frames as we do, where it is right.

Its known limits (1.0.4), left out below: it has no block of fuel cells (2016: the rest of the frame stays hexadecimal;
2025: the frame falls apart), no stacks, takes 2016's storage current for one with an offset of -3000 A, refuses reports
of 2025 without a signature, and turns times into the zone of the host, hence TZ.
"""

from __future__ import annotations

import time
import warnings

import pytest

from fleetsim.clock import DAY_S
from fleetsim.telematics.gbt32960.frame import Command, decode_frame
from fleetsim.telematics.gbt32960.messages import decode
from tests.telematics.runs import codes, reporter, tracer_of_a_day
from tests.telematics.vectors import VECTORS, vector

FUEL_CELLS = ("rt_fc_bus", "rt25_fc")
THEIRS = {
    "speed_kmh": "vehicle_speed", "odometer_km": "mileage_total", "voltage_v": "voltage_total",
    "current_a": "current_total", "soc_percent": "soc", "insulation_kohm": "insulation_resistance",
}  # fmt: skip
THEIR_MOTOR = {"speed_rpm": "speed", "torque_nm": "torque", "controller_c": "ctrl_temp", "motor_c": "temp"}
THEIR_EXTREMES = {"highest_cell_v": "max_cell_volt", "lowest_cell_v": "min_cell_volt", "highest_c": "max_cell_temp",
                  "lowest_c": "min_cell_temp"}  # fmt: skip


@pytest.fixture(scope="module")
def rtm():
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        pytest.importorskip("openpyxl")
        yield pytest.importorskip("rtm_con")
    time.tzset()


def agree(ours, theirs, names):
    for name, their_name in names.items():
        if name in ours and isinstance(ours[name], int | float):
            assert float(theirs[their_name].split()[0]) == pytest.approx(ours[name], abs=1e-6), name


def compare(rtm, text):
    """What both say of a report is the same, block by block."""
    parsed = rtm.msg.parse(text)
    assert rtm.msg.build(parsed) == text
    theirs, ours = rtm.con_to_pyobj(parsed), decode(decode_frame(text))
    assert theirs["vin"] == ours.unique_id
    if ours.at is not None:
        assert theirs["payload"]["timestamp"] == ours.at
    if ours.command not in (Command.REPORT, Command.REISSUE):
        return
    blocks = {each["data_type"]: each.get("data_content") for each in theirs["payload"]["data_list"]}
    said = ours.values
    if "vehicle" in said:
        agree(said["vehicle"], blocks["whole_vehicle"], THEIRS)
    for motor, other in zip(said.get("motors", ()), blocks.get("emotor", ()), strict=True):
        agree(motor, other, THEIR_MOTOR)
    if "position" in said:
        agree(said["position"], blocks["gnss"], {"lon": "gnss_lng", "lat": "gnss_lat"})
        assert blocks["gnss"]["gnss_state"]["gnss_valid"] == 1 - said["position"]["state"] % 2
    if "extremes" in said:
        agree(said["extremes"], blocks["pack_extrema"], THEIR_EXTREMES)
    if "alarms" in said:
        assert blocks["warnings"]["max_warning_level"] == said["alarms"]["level"]
        assert blocks["warnings"]["general_warnings"]["soc_low_warning"] == said["alarms"]["flags"] >> 4 & 1
    for pack, other in zip(said.get("voltages", ()), blocks.get("cell_volts", ()), strict=True):
        assert [float(volt.split()[0]) for volt in other["cell_volts"]] == pytest.approx(list(pack["cells_v"]))


@pytest.mark.parametrize("name", [name for name in VECTORS if name not in FUEL_CELLS])
def test_it_reads_the_hand_made_frames_as_we_do(rtm, name):
    compare(rtm, vector(name))


@pytest.mark.parametrize("kind", ["line", "taxis"])
def test_it_reads_a_day_of_a_simulated_fleet_as_we_do(rtm, kind):
    tracer = tracer_of_a_day()
    begin_s = float(tracer.records.clock.report_from_s)
    made = reporter(tracer, driving_s=300.0, charging_s=300.0)
    sent = list(made.frames(codes(tracer.records, kind)[:3], begin_s, begin_s + DAY_S))
    assert len(sent) > 60
    for each in sent:
        compare(rtm, each.frame)
