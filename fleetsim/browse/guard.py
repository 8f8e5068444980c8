"""What keeps the application to itself: who may ask, and what a browser may do with the answer."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Flask, Response, abort, request

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
OWN_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Pages of the application have no script at all."""
PAGE_POLICY = (
    "sandbox allow-scripts allow-downloads allow-modals; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data: blob:"
)
"""The page of a run draws its figures by script, shut off from the application and from the network."""


def is_loopback(host: str) -> bool:
    """Whether a host means this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("depot.example")
    (True, True, False, False)
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def guard(app: Flask, *, loopback: bool) -> None:
    """Answer on loopback only to a browser that asked for loopback, and send every answer with its bounds.

    A site on the internet may give its own name the address of this machine and have a browser ask here; its name is in
    the request, and it is sent away.
    """

    @app.before_request
    def refuse_strangers() -> None:
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if loopback and name not in LOOPBACK_NAMES:
            abort(403)

    @app.after_request
    def bound(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", OWN_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response
