"""`webhooks run`: serve an app with uvicorn, and say which URLs to give Bandwidth."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from importlib.util import find_spec
from typing import Any

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from webhooks.cli.layout import examples, table
from webhooks.cli.loading import load
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
from webhooks.mounting import Mounted, hooks_in

__all__ = ["run"]

# The event loop and the HTTP parser that uvicorn takes where they are installed: deliveries cost a quarter then.
_FASTER = ("uvloop", "httptools")

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


@click.command(
    short_help="Serve an app.",
    epilog=examples("webhooks run main:hooks", "webhooks run main:app --reload --port 9000"),
)
@click.argument("target", metavar="MODULE:ATTR")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 for any free one.")
@click.option("--reload", is_flag=True, help="Start again when a file changes.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes to serve with.")
@click.pass_context
def run(context: click.Context, target: str, *, host: str, port: int, reload: bool, workers: int | None) -> None:
    """Serve an app with uvicorn, and say which URLs to give Bandwidth.

    MODULE:ATTR is a Webhooks, or any ASGI app that has one installed.
    """
    if reload and workers is not None:
        raise click.UsageError("--reload and --workers exclude each other.")
    app = load(target)
    click.echo(_urls(target, list(hooks_in(app))))
    if missing := [name for name in _FASTER if not _is_installed(name)]:
        click.echo(f'Without {" and ".join(missing)} (pip install "bandwidth-webhooks[server]"), so slower.', err=True)
    # Processes that uvicorn starts import the app by themselves; without any, once is enough.
    apart = reload or (workers or 1) > 1
    uvicorn.run(
        target if apart else app,
        host=host,
        port=port,
        reload=reload,
        workers=workers,
        log_config=_logging(),
        use_colors=False if context.color is False else None,
    )


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # it was told not to be there
        return False


def _urls(target: str, found: Sequence[Mounted]) -> str:
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
        mounted.prefix + (route.path or "") or "/"
        for mounted in found
        for route in mounted.hooks.routes()
        if set(events) & set(route.events)
    ]
    return list(dict.fromkeys(paths))


def _logging() -> dict[str, Any]:
    """Uvicorn's, with our loggers beside its own."""
    settings = deepcopy(LOGGING_CONFIG)
    settings["loggers"]["webhooks"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return settings
