"""Hypothesis strategies for whatever a field, a block or a message may hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from fleetsim.telematics.gbt32960.editions import EDITIONS, PACK_CODE, Edition
from fleetsim.telematics.gbt32960.fields import Cursor, Field, Layout, Many, NoValue, Number, Sized
from fleetsim.telematics.gbt32960.frame import Command
from fleetsim.telematics.gbt32960.messages import Message

EDITION = st.sampled_from(sorted(EDITIONS.values(), key=lambda edition: edition.year))
MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2255, 12, 31)).map(lambda at: at.replace(microsecond=0))
WORD = st.text(st.characters(min_codepoint=33, max_codepoint=126))


def values(field: Field) -> st.SearchStrategy[Any]:
    """What a field may hold, to the precision that it has."""
    if isinstance(field, Number):
        raw = st.integers(field.lowest, field.top)
        known = raw.map(lambda raw: field.read(Cursor(raw.to_bytes(field.size, "big"))))
        return known | st.sampled_from(NoValue) if field.may_miss else known
    if isinstance(field, Layout):
        return st.fixed_dictionaries({name: values(each) for name, each in field.fields})
    if isinstance(field, Many):
        return st.lists(values(field.item), max_size=4).map(tuple)
    assert isinstance(field, Sized)
    return st.binary(max_size=20)


def report_blocks(edition: Edition) -> st.SearchStrategy[dict[str, Any]]:
    """Blocks of a report, in any order."""
    names = [name for type_, (name, _) in edition.blocks.items() if not 0x82 < type_ < 0xFF]
    forms = dict(edition.blocks.values())
    return st.lists(st.sampled_from(names), unique=True, max_size=5).flatmap(
        lambda chosen: st.fixed_dictionaries({name: values(forms[name]) for name in chosen})
    )


@st.composite
def logins(draw: st.DrawFn, edition: Edition) -> dict[str, Any]:
    """What a login says."""
    said: dict[str, Any] = {"serial": draw(st.integers(0, 65_535)), "iccid": draw(WORD.map(lambda text: text[:20]))}
    if edition.year == 2016:
        length = draw(st.integers(1, 50))
        codes = tuple(code[:length] for code in draw(st.lists(WORD, max_size=3)))
        said["storage"] = {"subsystems": len(codes), "code_length": length, "codes": codes}
    else:
        packs = st.lists(WORD.map(lambda text: text[:PACK_CODE]), max_size=3).map(tuple)
        said["packs"] = tuple(draw(st.lists(packs, max_size=3)))
    return said


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A login, report, logout or heartbeat."""
    edition = draw(EDITION)
    unique_id = draw(WORD)[:17]
    command = draw(st.sampled_from((Command.LOGIN, Command.REPORT, Command.REISSUE, Command.LOGOUT, Command.HEARTBEAT)))
    said: dict[str, Any] = {}
    if command == Command.LOGIN:
        said = draw(logins(edition))
    elif command in (Command.REPORT, Command.REISSUE):
        said = draw(report_blocks(edition))
    elif command == Command.LOGOUT:
        said = {"serial": draw(st.integers(0, 65_535))}
    at = None if command == Command.HEARTBEAT else draw(MOMENT)
    return Message(command, unique_id, at, said, edition)
