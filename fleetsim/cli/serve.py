"""``fleetsim serve``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.options import results_here, results_option
from fleetsim.cli.printing import remark


@click.command("serve")
@results_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer at; this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Port; 0 for a free one.")
def command(results: Path | None, store: str | None, host: str, port: int) -> None:
    """Browse the runs in a web browser: list, filter, compare, follow a running batch.

    It only reads. It answers this machine alone, unless --host names an address that others reach.

    Example: fleetsim serve --port 8765
    """
    from fleetsim.browse.application import application
    from fleetsim.browse.guard import is_loopback
    from fleetsim.browse.server import listen

    loopback = is_loopback(host)
    with listen(application(results_here(results), store, loopback=loopback), host, port) as server:
        click.echo(f"http://{host}:{server.effective_port}/")
        remark("Ctrl-C ends it" if loopback else "everybody who reaches this address can read the runs; Ctrl-C ends it")
        server.run()
