"""A real PostgreSQL server of its own for the tests that need one, in a folder that goes away with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

SUPERUSER = "fleetsim"
ACCOUNT = "postgres"
"""Whom the server runs as where the tests run as root, which it refuses."""


def programs() -> Path | None:
    """Where the newest installed server's programs lie, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """Start a server that listens on a socket in its own folder alone; yields the URL of its database."""
    folder = Path(mkdtemp(prefix="fleetsim-"))
    account = ACCOUNT if os.geteuid() == 0 else None
    if account is not None:
        shutil.chown(folder, account)

    def call(program: str, *arguments: str) -> None:
        command = [str(bin_folder / program), *arguments]
        done = subprocess.run(command, user=account, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    database, log = str(folder / "database"), str(folder / "log")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    try:
        call("initdb", "--pgdata", database, "--auth=trust", "--encoding=UTF8", f"--username={SUPERUSER}")
        call("pg_ctl", "--pgdata", database, "--log", log, "--wait", "--options", options, "start")
        yield f"postgresql+psycopg://{SUPERUSER}@/postgres?host={folder}"
        call("pg_ctl", "--pgdata", database, "--wait", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
