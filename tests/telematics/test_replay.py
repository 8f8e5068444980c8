"""A fleet is replayed into a platform: nothing is lost, whatever happens to the connections."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from contextlib import suppress

import pytest

from fleetsim.errors import InputError, RunError
from fleetsim.telematics import replay as replaying
from fleetsim.telematics.gbt32960.frame import Command, Frame, decode_frame
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from fleetsim.telematics.receive import Platform, run_receive
from fleetsim.telematics.replay import Pace, replay
from tests.telematics.runs import codes, reporter, tracer_of_a_day
from tests.telematics.vectors import vector

HERE = "127.0.0.1"
AT_ONCE = Pace()


def sent_in(hours: float, kind: str = "", **options):
    tracer = tracer_of_a_day()
    begin_s = tracer.records.clock.report_from_s + 8 * 3_600.0
    made = reporter(tracer, **options).frames(codes(tracer.records, kind), begin_s, begin_s + hours * 3_600.0)
    return list(made)


def stored(folder):
    decoder = StreamDecoder()
    frames = [frame for path in sorted(folder.iterdir()) for frame in decoder.feed(path.read_bytes())]
    assert decoder.skipped_bytes == 0
    return frames


class BadNetwork:
    """Passes bytes on to a platform, and now and then aborts a connection in the middle of a frame."""

    def __init__(self, port: int, cuts: int, seed: int = 1) -> None:
        self._to, self.cuts_left, self._random = port, cuts, random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._pass_on, HERE, 0, backlog=1_024)
        return self._server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        there_reader, there = await asyncio.open_connection(HERE, self._to)
        back = asyncio.create_task(self._copy(there_reader, writer, None))
        self._tasks.add(back)
        with suppress(OSError):
            await self._copy(reader, there, self._random.randrange(50, 4_000))
        for each in (writer, there):
            each.transport.abort()
        back.cancel()

    async def _copy(self, reader, writer, budget: int | None) -> None:
        while received := await reader.read(2_000):
            if budget is not None and self.cuts_left > 0:
                if len(received) > budget:
                    self.cuts_left -= 1
                    writer.write(received[:budget])
                    with suppress(OSError):
                        await writer.drain()
                    return
                budget -= len(received)
            writer.write(received)
            await writer.drain()


def test_every_report_arrives_once_through_a_good_network(tmp_path):
    sent = sent_in(0.25)

    async def whole():
        async with Platform(tmp_path, HERE, 0) as platform:
            tally = await replay(sent, HERE, platform.port, connections=50, pace=AT_ONCE)
            return tally, platform.account

    tally, account = asyncio.run(whole())
    assert (tally.sent, tally.cuts, tally.reissued, tally.refused) == (len(sent), 0, 0, 0)
    assert Counter(frame.encode() for frame in stored(tmp_path)) == Counter(each.frame for each in sent)
    assert account.failed_checks == account.bad_units == 0
    assert account.stored == len(sent)


@pytest.mark.parametrize("year", [2016, 2025])
def test_no_report_is_lost_when_connections_break_in_the_middle_of_frames(tmp_path, year):
    sent = sent_in(0.4, year=year)
    assert len(sent) > 4_000

    async def whole():
        async with Platform(tmp_path, HERE, 0) as platform:
            network = BadNetwork(platform.port, cuts=120)
            async with network as port:
                tally = await replay(
                    sent, HERE, port, connections=100, pace=AT_ONCE, edition=decode_frame(sent[0].frame).edition
                )
            return tally, network.cuts_left

    tally, cuts_left = asyncio.run(whole())
    assert cuts_left == 0
    assert tally.cuts == 120
    frames = stored(tmp_path)
    told = {(frame.unique_id, frame.unit) for frame in frames if frame.command in (Command.REPORT, Command.REISSUE)}
    expected = [decode_frame(each.frame) for each in sent]
    reports = {(frame.unique_id, frame.unit) for frame in expected if frame.command == Command.REPORT}
    assert told == reports, "all arrive, and nothing that was not sent"
    first = Counter((frame.unique_id, frame.unit) for frame in frames if frame.command == Command.REPORT)
    assert max(first.values()) == 1, "what is sent again is marked as a re-issue"
    again = {(frame.unique_id, frame.unit) for frame in frames if frame.command == Command.REISSUE}
    assert again - first.keys(), "some arrived only as a re-issue"
    assert tally.reissued >= len(again)
    others = {(frame.command, frame.unique_id, frame.unit) for frame in expected} - {
        (Command.REPORT, *each) for each in reports
    }
    assert others <= {(frame.command, frame.unique_id, frame.unit) for frame in frames}, "logins and logouts too"


def test_a_platform_that_drops_everybody_loses_nothing(tmp_path):
    sent = sent_in(0.5, "line")

    async def whole():
        async with Platform(tmp_path, HERE, 0) as platform:

            async def drill():
                for _ in range(5):
                    await asyncio.sleep(0.02)
                    platform.cut()

            _, tally = await asyncio.gather(
                drill(), replay(sent, HERE, platform.port, connections=3, pace=Pace(rate_per_s=2_000.0))
            )
            return tally

    tally = asyncio.run(whole())
    assert tally.cuts > 0
    told = {(frame.unique_id, frame.unit) for frame in stored(tmp_path)}
    assert {(decode_frame(each.frame).unique_id, decode_frame(each.frame).unit) for each in sent} == told


def test_an_answer_that_refuses_is_counted(tmp_path):
    broken = Frame(Command.REPORT, "L0FLEETS900000001", b"\1\2").encode()
    bad = [replaying.Sent(0.0, 0, broken)]

    async def whole():
        async with Platform(tmp_path, HERE, 0) as platform:
            return await replay(bad, HERE, platform.port, connections=1, pace=AT_ONCE), platform.account

    tally, account = asyncio.run(whole())
    assert tally.refused == account.bad_units == 1
    assert account.stored == 0


def test_the_pace_is_that_of_the_run_and_the_rate_has_a_limit(monkeypatch):
    waits = []

    async def asleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr(replaying.asyncio, "sleep", asleep)
    monkeypatch.setattr(replaying.time, "monotonic", lambda: 100.0)
    sent = replaying.Sent(660.0, 0, b"")
    asyncio.run(replaying._keep_pace(Pace(60.0, 0.0, 600.0), 100.0, sent, 0))
    asyncio.run(replaying._keep_pace(Pace(0.0, 4.0), 100.0, sent, 10))
    asyncio.run(replaying._keep_pace(Pace(60.0, 0.1, 600.0), 100.0, sent, 10))
    asyncio.run(replaying._keep_pace(AT_ONCE, 100.0, sent, 10))
    assert waits == pytest.approx([1.0, 2.5, 100.0])


def test_a_platform_that_is_not_there_is_said_after_some_tries(monkeypatch):
    monkeypatch.setattr(replaying, "RETRY_S", (0.0,))
    with pytest.raises(RunError, match="cannot be reached"):
        asyncio.run(replay(sent_in(0.02, "line"), HERE, 1, connections=2, pace=AT_ONCE, tries=3))


def test_a_platform_survives_garbage_and_silent_clients(tmp_path):
    noise = random.Random(7).randbytes(30_000) + b"##" + bytes(30) + vector("login")[:20]

    async def whole():
        async with Platform(tmp_path, HERE, 0, idle_s=0.2) as platform:
            _, silent = await asyncio.open_connection(HERE, platform.port)
            half_reader, half = await asyncio.open_connection(HERE, platform.port)
            half.write(vector("rt_bev_bus")[:40])
            for ending in ("close", "abort"):
                _, writer = await asyncio.open_connection(HERE, platform.port)
                writer.write(noise)
                await writer.drain()
                writer.transport.abort() if ending == "abort" else writer.close()
            reader, writer = await asyncio.open_connection(HERE, platform.port)
            writer.write(noise + vector("heartbeat") * 4_000 + vector("login"))
            answers, decoder = [], StreamDecoder()
            while not any(each.command == Command.LOGIN for each in answers):
                answers += decoder.feed(await asyncio.wait_for(reader.read(65_536), 20))
            assert await half_reader.read() == b"", "a client that says no more is sent away"
            for each in (silent, half, writer):
                each.close()
            return answers, platform.account

    answers, account = asyncio.run(whole())
    assert answers[-1].encode() == vector("login_ack")
    assert account.by_command["login"] == 1
    assert account.skipped_bytes > 30_000
    assert [frame.encode() for frame in stored(tmp_path)] == [vector("login")]


def test_a_platform_takes_no_more_connections_than_it_may(tmp_path):
    async def whole():
        async with Platform(tmp_path, HERE, 0, most_connections=2) as platform:
            talks = [await asyncio.open_connection(HERE, platform.port) for _ in range(3)]
            assert await talks[2][0].read() == b""
            for _, writer in talks:
                writer.close()
            return platform.account.connections

    assert asyncio.run(whole()) == 2


def test_an_address_that_is_taken_is_bad_input(tmp_path):
    async def whole():
        async with Platform(tmp_path, HERE, 0) as platform:
            with pytest.raises(InputError, match="cannot be used"):
                async with Platform(tmp_path, HERE, platform.port):
                    pass

    asyncio.run(whole())


def test_a_platform_listens_for_as_long_as_it_is_told(tmp_path):
    ports = []
    summaries = []
    listening = threading.Thread(
        target=lambda: summaries.append(run_receive(tmp_path, HERE, 0, ready=ports.append, seconds=1.0).summary())
    )
    listening.start()
    while not ports:
        pass
    sent = sent_in(0.05, "line")
    asyncio.run(replay(sent, HERE, ports[0], connections=2, pace=AT_ONCE))
    listening.join()
    assert summaries[0]["stored"] == len(sent)
    assert summaries[0]["vehicles"] == len({each.vehicle for each in sent})
