"""What `webhooks run` and `webhooks dev` share: where they listen, and the URLs to give Bandwidth."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence

import click

from webhooks.cli.layout import table
from webhooks.cli.loading import Refused
from webhooks.events import (
    DisconnectEvent,
    Event,
    InitiateEvent,
    MessageDeliveredEvent,
    MessageFailedEvent,
    MessageReceivedEvent,
    MessageSendingEvent,
    MessageSentEvent,
)
from webhooks.mounting import Mounted

__all__ = ["address", "must_be_free", "urls"]

# The fields of an application in Bandwidth's dashboard (account/applications), and what they bring.
_DASHBOARD: tuple[tuple[str, str, tuple[type[Event], ...]], ...] = (
    ("voice", "call-initiated callback URL", (InitiateEvent,)),
    ("voice", "call status callback URL", (DisconnectEvent,)),
    ("messaging", "inbound callback URL", (MessageReceivedEvent,)),
    (
        "messaging",
        "status callback URL",
        (MessageSendingEvent, MessageSentEvent, MessageDeliveredEvent, MessageFailedEvent),
    ),
)


def address(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that say what is served, and where."""
    for argument in reversed(_ADDRESS):
        command = argument(command)
    return command


_ADDRESS = (
    click.argument("target", metavar="MODULE:ATTR"),
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 for any free one."),
)


def must_be_free(host: str, port: int) -> None:
    """Look whether a server could listen there, before uvicorn says the number of an error.

    Raises:
        Refused: somebody else does.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn: one that has ended is no hindrance
        try:
            tried.bind((host, port))
        except OSError as error:  # anything else, uvicorn tells in words
            if error.errno == errno.EADDRINUSE:
                raise Refused(
                    f"Port {port} of {host} is taken: end what listens there, or give another with --port; "
                    "--port 0 takes any free one."
                ) from error


def urls(target: str, found: Sequence[Mounted]) -> str:
    """What is served, and the fields of the dashboard with the URLs that belong there."""
    rows = [
        (application, field, f"https://YOUR-HOST{path}")
        for application, field, events in _DASHBOARD
        for path in _paths(found, events)
    ]
    if not rows:
        return f"Serving {target}."
    title = f"Serving {target}.\n\nIn Bandwidth's dashboard, with the public host that leads here:\n"
    return f"{title}\n{table(('application', 'field', 'URL'), rows)}\n"


def _paths(found: Sequence[Mounted], events: Sequence[type[Event]]) -> list[str]:
    """Where the handlers of `events` are served, those for any path at the app's own URL."""
    paths = [
        mounted.path_of(route.path)
        for mounted in found
        for route in mounted.hooks.routes()
        if set(events) & set(route.events)
    ]
    return list(dict.fromkeys(paths))
