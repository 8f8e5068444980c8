"""What the two editions of the standard differ in: start bytes, login, and the blocks of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fleetsim.telematics.gbt32960.fields import (
    BYTE,
    DWORD,
    PLAIN_BYTE,
    PLAIN_WORD,
    TEMPERATURE_C,
    WORD,
    Cursor,
    Field,
    Layout,
    Many,
    Number,
    Sized,
    Text,
    layout,
)

PACK_CODE = 24
"""Characters of a pack's code in the edition of 2025."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Edition:
    """An edition of GB/T 32960.3."""

    year: int
    start: bytes
    login: Layout
    blocks: Mapping[int, tuple[str, Field]]
    """Name and form of the blocks of a report by their type."""

    def block_type(self, name: str) -> int:
        """The type that a block has in this edition. Raises ``KeyError`` for one that it does not have."""
        for type_, (known, _) in self.blocks.items():
            if known == name:
                return type_
        raise KeyError(f"the edition of {self.year} has no block {name!r}")

    def __repr__(self) -> str:
        return f"<edition of {self.year}>"


class _Codes2016:
    """Codes of the storage subsystems, all of one length; a length of 0 means that they are not sent."""

    def read(self, cursor: Cursor) -> dict[str, Any]:
        subsystems, length = cursor.take(2)
        codes = tuple(Text(length).read(cursor) for _ in range(subsystems)) if length else ()
        return {"subsystems": subsystems, "code_length": length, "codes": codes}

    def write(self, value: Mapping[str, Any], out: bytearray) -> None:
        out += bytes((value["subsystems"], value["code_length"]))
        for code in value["codes"]:
            Text(value["code_length"]).write(code, out)


class _Codes2025:
    """Codes of the packs of each battery management system."""

    def read(self, cursor: Cursor) -> tuple[tuple[str, ...], ...]:
        packs = tuple(cursor.take(cursor.take(1)[0]))
        return tuple(tuple(Text(PACK_CODE).read(cursor) for _ in range(number)) for number in packs)

    def write(self, value: tuple[tuple[str, ...], ...], out: bytearray) -> None:
        out += bytes((len(value), *map(len, value)))
        for codes in value:
            for code in codes:
                Text(PACK_CODE).write(code, out)


_SPEED_KMH = Number(2, per_unit=10, highest=2_200)
_ODOMETER_KM = Number(4, per_unit=10, highest=9_999_999)
_DEGREES = Number(4, per_unit=1_000_000, may_miss=False)
_SOC_PERCENT = Number(1, highest=100)
_PEDAL = Number(1, highest=101)
_CELL_V = Number(2, per_unit=1_000, highest=60_000)
_CURRENT_2016_A = Number(2, per_unit=10, offset=-1_000, highest=20_000)
_CURRENT_2025_A = Number(2, per_unit=10, offset=-3_000, highest=60_000)
_VOLTAGE_2016_V = Number(2, per_unit=10, highest=10_000)
_VOLTAGE_2025_V = Number(2, per_unit=10, highest=60_000)
_FAULTS = Many(Number(1, highest=252), DWORD)
_PROBES_C = Many(WORD, Number(1, offset=-40, highest=240))
_SUBSYSTEM_PROBES = layout(subsystem=PLAIN_BYTE, probes_c=Many(WORD, TEMPERATURE_C))

_MOTOR_2016 = layout(
    number=PLAIN_BYTE,
    state=BYTE,
    controller_c=TEMPERATURE_C,
    speed_rpm=Number(2, offset=-20_000),
    torque_nm=Number(2, per_unit=10, offset=-2_000),
    motor_c=TEMPERATURE_C,
    voltage_v=Number(2, per_unit=10, highest=60_000),
    current_a=_CURRENT_2016_A,
)
_MOTOR_2025 = layout(
    number=PLAIN_BYTE,
    state=BYTE,
    controller_c=TEMPERATURE_C,
    speed_rpm=Number(2, offset=-32_000),
    torque_nm=Number(4, per_unit=10, offset=-20_000, highest=400_000),
    motor_c=TEMPERATURE_C,
)
_EXTREMES = layout(
    highest_voltage_subsystem=BYTE,
    highest_voltage_cell=BYTE,
    highest_cell_v=Number(2, per_unit=1_000, highest=15_000),
    lowest_voltage_subsystem=BYTE,
    lowest_voltage_cell=BYTE,
    lowest_cell_v=Number(2, per_unit=1_000, highest=15_000),
    highest_temperature_subsystem=BYTE,
    highest_temperature_probe=BYTE,
    highest_c=TEMPERATURE_C,
    lowest_temperature_subsystem=BYTE,
    lowest_temperature_probe=BYTE,
    lowest_c=TEMPERATURE_C,
)
_CUSTOM: dict[int, tuple[str, Field]] = {
    type_: (f"custom_{type_:02x}", Sized(PLAIN_WORD)) for type_ in range(0x80, 0xFF)
}

EDITION_2016 = Edition(
    year=2016,
    start=b"##",
    login=layout(time=Text(6), serial=PLAIN_WORD, iccid=Text(20), storage=_Codes2016()),
    blocks={
        0x01: (
            "vehicle",
            layout(
                state=BYTE,
                charge_state=BYTE,
                run_mode=BYTE,
                speed_kmh=_SPEED_KMH,
                odometer_km=_ODOMETER_KM,
                voltage_v=_VOLTAGE_2016_V,
                current_a=_CURRENT_2016_A,
                soc_percent=_SOC_PERCENT,
                dc_dc=BYTE,
                gear=PLAIN_BYTE,
                insulation_kohm=Number(2, highest=60_000),
                accelerator_percent=_PEDAL,
                brake_percent=_PEDAL,
            ),
        ),
        0x02: ("motors", Many(Number(1, highest=253), _MOTOR_2016)),
        0x03: (
            "fuel_cell",
            layout(
                voltage_v=Number(2, per_unit=10, highest=20_000),
                current_a=Number(2, per_unit=10, highest=20_000),
                consumption_kg_per_100km=Number(2, per_unit=100, highest=60_000),
                probes_c=_PROBES_C,
                hydrogen_c=Number(2, per_unit=10, offset=-40, highest=2_400),
                hydrogen_probe=BYTE,
                concentration_mg_per_kg=Number(2, highest=60_000),
                concentration_sensor=BYTE,
                pressure_mpa=Number(2, per_unit=10, highest=1_000),
                pressure_sensor=BYTE,
                dc_dc=BYTE,
            ),
        ),
        0x04: (
            "engine",
            layout(
                state=BYTE,
                speed_rpm=Number(2, highest=60_000),
                consumption_l_per_100km=Number(2, per_unit=100, highest=60_000),
            ),
        ),
        0x05: ("position", layout(state=PLAIN_BYTE, lon=_DEGREES, lat=_DEGREES)),
        0x06: ("extremes", _EXTREMES),
        0x07: (
            "alarms",
            layout(
                level=BYTE,
                flags=DWORD,
                storage_faults=_FAULTS,
                motor_faults=_FAULTS,
                engine_faults=_FAULTS,
                other_faults=_FAULTS,
            ),
        ),
        0x08: (
            "voltages",
            Many(
                BYTE,
                layout(
                    subsystem=PLAIN_BYTE,
                    voltage_v=_VOLTAGE_2016_V,
                    current_a=_CURRENT_2016_A,
                    cells=WORD,
                    first_cell=WORD,
                    cells_v=Many(PLAIN_BYTE, _CELL_V),
                ),
            ),
        ),
        0x09: ("temperatures", Many(BYTE, _SUBSYSTEM_PROBES)),
        **_CUSTOM,
    },
)

EDITION_2025 = Edition(
    year=2025,
    start=b"$$",
    login=layout(time=Text(6), serial=PLAIN_WORD, iccid=Text(20), packs=_Codes2025()),
    blocks={
        0x01: (
            "vehicle",
            layout(
                state=BYTE,
                charge_state=BYTE,
                run_mode=BYTE,
                speed_kmh=Number(2, per_unit=10, highest=5_000),
                odometer_km=_ODOMETER_KM,
                voltage_v=_VOLTAGE_2025_V,
                current_a=_CURRENT_2025_A,
                soc_percent=_SOC_PERCENT,
                dc_dc=BYTE,
                gear=PLAIN_BYTE,
                insulation_kohm=Number(2, highest=60_000),
            ),
        ),
        0x02: ("motors", Many(Number(1, highest=253), _MOTOR_2025)),
        0x03: (
            "fuel_cell",
            layout(
                hydrogen_c=Number(2, offset=-40, highest=250),
                hydrogen_probe=BYTE,
                concentration_percent=Number(2, per_unit=10_000, highest=60_000),
                concentration_sensor=BYTE,
                pressure_mpa=Number(2, per_unit=10),
                pressure_sensor=BYTE,
                dc_dc=BYTE,
                hydrogen_percent=Number(1, highest=100),
                dc_dc_c=TEMPERATURE_C,
            ),
        ),
        0x04: ("engine", layout(speed_rpm=Number(2, highest=60_000))),
        0x05: ("position", layout(state=PLAIN_BYTE, datum=PLAIN_BYTE, lon=_DEGREES, lat=_DEGREES)),
        0x06: (
            "alarms",
            layout(
                level=BYTE,
                flags=DWORD,
                storage_faults=_FAULTS,
                motor_faults=_FAULTS,
                engine_faults=_FAULTS,
                other_faults=_FAULTS,
                levels=Many(BYTE, layout(bit=PLAIN_BYTE, level=PLAIN_BYTE)),
            ),
        ),
        0x07: (
            "voltages",
            Many(
                BYTE,
                layout(
                    subsystem=PLAIN_BYTE, voltage_v=_VOLTAGE_2025_V, current_a=_CURRENT_2025_A,
                    cells_v=Many(WORD, _CELL_V),
                ),
            ),
        ),
        0x08: ("temperatures", Many(BYTE, _SUBSYSTEM_PROBES)),
        0x30: (
            "stacks",
            Many(
                BYTE,
                layout(
                    number=PLAIN_BYTE,
                    voltage_v=Number(2, per_unit=10),
                    current_a=Number(2, per_unit=10),
                    hydrogen_inlet_kpa=Number(2, per_unit=10, offset=-100),
                    air_inlet_kpa=Number(2, per_unit=10, offset=-100),
                    air_inlet_c=TEMPERATURE_C,
                    probes_c=_PROBES_C,
                ),
            ),
        ),
        0x31: (
            "supercapacitor",
            layout(
                manager=PLAIN_BYTE,
                voltage_v=Number(2, per_unit=10, highest=10_000),
                current_a=_CURRENT_2025_A,
                cells_v=Many(WORD, _CELL_V),
                probes_c=Many(WORD, TEMPERATURE_C),
            ),
        ),
        0x32: (
            "supercapacitor_extremes",
            layout(
                highest_voltage_manager=BYTE,
                highest_voltage_cell=WORD,
                highest_cell_v=_CELL_V,
                lowest_voltage_manager=BYTE,
                lowest_voltage_cell=WORD,
                lowest_cell_v=_CELL_V,
                highest_temperature_manager=BYTE,
                highest_temperature_probe=WORD,
                highest_c=TEMPERATURE_C,
                lowest_temperature_manager=BYTE,
                lowest_temperature_probe=WORD,
                lowest_c=TEMPERATURE_C,
            ),
        ),
        **_CUSTOM,
        0xFF: ("signature", layout(type=PLAIN_BYTE, r=Sized(PLAIN_WORD), s=Sized(PLAIN_WORD))),
    },
)  # fmt: skip

EDITIONS = {edition.year: edition for edition in (EDITION_2016, EDITION_2025)}
BY_START = {edition.start: edition for edition in EDITIONS.values()}
