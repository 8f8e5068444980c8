"""Replay: a simulated fleet sends its frames to a platform, at the pace of its clock or as fast as it can.

Reports are not answered when they are right, so what has arrived is known from the answer to a heartbeat sent after
them: TCP keeps the order. What was sent after the last answer before a cut is sent again as a re-issue, with the
original times. It is held until then, and no more than ``MOST_HELD`` frames of it: the sender waits for the platform.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from fleetsim.errors import RunError
from fleetsim.telematics.gbt32960.editions import EDITION_2016, Edition
from fleetsim.telematics.gbt32960.frame import Answer, Command, Frame, decode_frame
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from fleetsim.telematics.reports import Sent

MOST_HELD = 512
"""Frames of one connection that may wait for their confirmation."""
HEARTBEAT_EVERY = 128
"""Frames after which a connection asks whether they have arrived."""
ANSWER_S = 30.0
"""Time after which a platform that does not answer is taken for gone."""
RETRY_S = (0.05, 0.2, 1.0, 5.0, 15.0)
"""Waits before the next try to connect; the last one is kept."""


@dataclass(slots=True)
class Tally:
    """What a replay came to."""

    sent: int = 0
    """Frames sent for the first time."""
    reissued: int = 0
    """Reports sent again after a cut."""
    repeated: int = 0
    """Logins and logouts sent again after a cut."""
    refused: int = 0
    """Answers that were no success."""
    cuts: int = 0
    cpu_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a replay goes."""

    speed: float = 0.0
    """Seconds of the run in a second; 0 for as fast as the platform takes them."""
    rate_per_s: float = 0.0
    """Frames in a second over all connections, at most; 0 without bound."""
    begin_s: float = 0.0
    """Moment of the run at which the replay begins."""


async def replay(
    frames: Iterable[Sent],
    host: str,
    port: int,
    *,
    connections: int,
    pace: Pace,
    tries: int = 20,
    edition: Edition = EDITION_2016,
) -> Tally:
    """Send frames, which come in order of time; each vehicle keeps to one of the connections.

    Raises ``RunError`` where the platform cannot be reached ``tries`` times in a row.
    """  # fmt: skip
    tally = Tally()
    lines = [_Line(host, port, tally, tries, edition) for _ in range(connections)]
    begun, cpu = time.monotonic(), time.process_time()
    tasks = [asyncio.create_task(line.run()) for line in lines]
    try:
        for number, sent in enumerate(frames):
            await _keep_pace(pace, begun, sent, number)
            await lines[sent.vehicle % connections].put(sent.frame)
            if number % 256 == 0:
                await asyncio.sleep(0)
                _raise_first(tasks)
        for line in lines:
            await line.put(None)
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        tally.cpu_s = time.process_time() - cpu
    return tally


async def _keep_pace(pace: Pace, begun: float, sent: Sent, number: int) -> None:
    due = begun
    if pace.speed > 0:
        due = max(due, begun + (sent.at_s - pace.begin_s) / pace.speed)
    if pace.rate_per_s > 0:
        due = max(due, begun + number / pace.rate_per_s)
    wait_s = due - time.monotonic()
    if wait_s > 0.001:
        await asyncio.sleep(wait_s)


def _raise_first(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


@dataclass(slots=True)
class _Line:
    """One connection: its frames in order, those not yet confirmed, and the heartbeats between them."""

    host: str
    port: int
    tally: Tally
    tries: int
    edition: Edition
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_HELD))
    held: deque[bytes] = field(default_factory=deque)
    """Frames sent and not yet known to have arrived, oldest first."""
    asked: deque[int] = field(default_factory=deque)
    """For each heartbeat without an answer, how many of the held frames were sent before it."""
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by every answer to a heartbeat."""
    over: bool = False

    async def put(self, frame: bytes | None) -> None:
        """Take a frame, or the end; waits while too many are held."""
        await self.waiting.put(frame)

    async def run(self) -> None:
        """Connect, send, and begin again after a cut, until all is confirmed."""
        failures = 0
        while not (self.over and not self.held):
            try:
                reader, writer = await asyncio.open_connection(self.host, self.port)
            except OSError as error:
                failures += 1
                if failures >= self.tries:
                    text = f"{self.host}:{self.port} cannot be reached: {error.strerror or error}"
                    raise RunError(text) from None
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S)) - 1])
                continue
            failures = 0
            try:
                async with asyncio.TaskGroup() as talk:
                    listening = talk.create_task(self._listen(reader))
                    await self._say(writer)
                    listening.cancel()
            except* (TimeoutError, OSError, EOFError):
                self.tally.cuts += 1
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        """Send what a cut may have lost, then frame by frame what waits, until all is confirmed."""
        self.asked.clear()
        self._send_again(writer)
        if self.held:
            self._ask(writer)
        unasked = 0
        while not self.over:
            frame = await self.waiting.get()
            if frame is None:
                self.over = True
            else:
                self.held.append(frame)
                self.tally.sent += 1
                unasked += 1
                writer.write(frame)
                await writer.drain()
            if unasked and (unasked >= HEARTBEAT_EVERY or self.waiting.empty()):
                self._ask(writer)
                unasked = 0
            while len(self.held) >= MOST_HELD:
                await self._answer()
        while self.held:
            await self._answer()

    async def _answer(self) -> None:
        """Wait for the next answer to a heartbeat."""
        self.heard.clear()
        await asyncio.wait_for(self.heard.wait(), ANSWER_S)

    def _send_again(self, writer: asyncio.StreamWriter) -> None:
        """After a cut: reports as re-issues, everything else as it was."""
        for place, frame in enumerate(self.held):
            known = decode_frame(frame)
            if known.command == Command.REPORT:
                known = Frame(Command.REISSUE, known.unique_id, known.unit, edition=known.edition)
                self.held[place] = frame = known.encode()
            if known.command == Command.REISSUE:
                self.tally.reissued += 1
            else:
                self.tally.repeated += 1
            writer.write(frame)

    def _ask(self, writer: asyncio.StreamWriter) -> None:
        """Send a heartbeat, whose answer says that everything before it has arrived."""
        self.asked.append(len(self.held) - sum(self.asked))
        writer.write(Frame(Command.HEARTBEAT, "", edition=self.edition).encode())

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Read answers: a heartbeat's confirms what was sent before it. The end of the stream ends the talk."""
        decoder = StreamDecoder()
        while received := await reader.read(65_536):
            for answer in decoder.feed(received):
                if answer.command == Command.HEARTBEAT and self.asked:
                    for _ in range(self.asked.popleft()):
                        self.held.popleft()
                    self.heard.set()
                elif answer.response != Answer.SUCCESS:
                    self.tally.refused += 1
        raise EOFError
