"""The server behind the application: it listens until it is interrupted."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fleetsim.errors import InputError, Problem

if TYPE_CHECKING:
    from flask import Flask

THREADS = 4


@contextmanager
def listen(app: Flask, host: str, port: int) -> Iterator[Any]:
    """A server that holds the address from here on. Raises ``InputError`` where the address cannot be had."""
    from waitress import create_server

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        held = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        allowed = f"cannot be listened at ({error.strerror or error}); choose another with --host and --port"
        raise InputError([Problem("--host and --port", None, "", f"{host}:{port}", allowed)]) from None
    server = create_server(app, sockets=[held], threads=THREADS, ident=None)
    try:
        yield server
    finally:
        server.close()
