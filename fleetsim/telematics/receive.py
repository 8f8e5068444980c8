"""A small platform: it takes connections of vehicles, answers, checks, and stores every frame that it can read.

Frames are appended to one capture a day, as they came; ``fleetsim telematics import`` reads such files. A bad frame
costs its sender an answer that says so, never the platform its life.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from fleetsim.errors import InputError, Problem, RunError
from fleetsim.telematics.gbt32960.fields import DataUnitError
from fleetsim.telematics.gbt32960.frame import REQUEST, Answer, Command, Frame
from fleetsim.telematics.gbt32960.messages import decode
from fleetsim.telematics.gbt32960.stream import StreamDecoder

SUFFIX = ".gbt32960"
CHINA = timedelta(hours=8)
READ_BYTES = 65_536
_ANSWERED = (Command.LOGIN, Command.LOGOUT, Command.PLATFORM_LOGIN, Command.PLATFORM_LOGOUT, Command.HEARTBEAT,
             Command.CLOCK)  # fmt: skip


@dataclass(slots=True)
class Account:
    """What a platform has seen."""

    connections: int = 0
    frames: int = 0
    stored: int = 0
    bad_units: int = 0
    """Frames whose check is right and whose data unit cannot be read."""
    failed_checks: int = 0
    skipped_bytes: int = 0
    by_command: Counter[str] = field(default_factory=Counter)
    vehicles: set[str] = field(default_factory=set)

    def summary(self) -> dict[str, Any]:
        """The account as plain values."""
        return {**asdict(self), "by_command": dict(sorted(self.by_command.items())), "vehicles": len(self.vehicles)}


class Platform:
    """The platform; ``async with`` listens and closes. Raises ``InputError`` where the address cannot be had."""

    def __init__(
        self, folder: Path, host: str, port: int, *, most_connections: int = 10_000, idle_s: float = 600.0
    ) -> None:
        self.account = Account()
        self.port = port
        self._folder, self._host = folder, host
        self._most, self._idle_s = most_connections, idle_s
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._file: BinaryIO | None = None
        self._day = ""

    async def __aenter__(self) -> Platform:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._server = await asyncio.start_server(self._welcome, self._host, self.port, backlog=1_024)
        except OSError as error:
            where = f"{self._host}:{self.port}" if self._folder.is_dir() else str(self._folder)
            raise InputError([Problem(where, None, "", "", f"cannot be used: {error.strerror or error}")]) from None
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._file is not None:
            self._file.close()

    def cut(self, most: int | None = None) -> None:
        """Drop connections, all or some, as a bad network would; for tests and drills."""
        for talk in tuple(self._talks)[:most]:
            talk.cancel()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        decoder = StreamDecoder()
        try:
            if len(self._talks) <= self._most:
                self.account.connections += 1
                await self._talk(reader, writer, decoder)
        except (TimeoutError, OSError, asyncio.CancelledError):
            pass  # the vehicle is gone, or is sent away; what it sent is stored
        finally:
            self._talks.discard(task)
            self.account.failed_checks += decoder.failed_checks
            self.account.skipped_bytes += decoder.skipped_bytes
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, decoder: StreamDecoder) -> None:
        while received := await asyncio.wait_for(reader.read(READ_BYTES), self._idle_s):
            for frame in decoder.feed(received):
                answer = self._take(frame)
                if answer is not None:
                    writer.write(answer.encode())
            if self._file is not None:
                self._file.flush()
            await writer.drain()

    def _take(self, frame: Frame) -> Frame | None:
        """Check and store a frame; what to answer, if anything."""
        account = self.account
        account.frames += 1
        if frame.response != REQUEST:
            return None
        try:
            message = decode(frame)
        except DataUnitError:
            account.bad_units += 1
            return frame.answer(Answer.ERROR)
        known = frame.command in tuple(Command)
        account.by_command[Command(frame.command).name.lower() if known else f"{frame.command:02x}"] += 1
        if frame.command not in (Command.HEARTBEAT, Command.CLOCK):
            account.vehicles.add(message.unique_id)
            self._store(frame)
        return frame.answer() if frame.command in _ANSWERED else None

    def _store(self, frame: Frame) -> None:
        day = (datetime.fromtimestamp(time.time(), UTC) + CHINA).date().isoformat()
        try:
            if day != self._day:
                if self._file is not None:
                    self._file.close()
                self._file = (self._folder / f"received-{day}{SUFFIX}").open("ab")
                self._day = day
            assert self._file is not None
            self._file.write(frame.encode())
        except OSError as error:
            raise RunError(f"{self._folder}: what was received could not be stored: {error.strerror}") from error
        self.account.stored += 1


async def receive(folder: Path, host: str, port: int, *, ready: Callable[[int], None], seconds: float = 0.0) -> Account:
    """Listen for some seconds, or until cancelled (0); ``ready`` is told the port once it listens."""
    async with Platform(folder, host, port) as platform:
        ready(platform.port)
        with suppress(asyncio.CancelledError):
            await (asyncio.sleep(seconds) if seconds else asyncio.Event().wait())
        return platform.account


def run_receive(folder: Path, host: str, port: int, *, ready: Callable[[int], None], seconds: float = 0.0) -> Account:
    """:func:`receive` outside an event loop; Ctrl-C ends it in good order."""
    return asyncio.run(receive(folder, host, port, ready=ready, seconds=seconds))
