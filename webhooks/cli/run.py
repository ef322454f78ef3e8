"""`webhooks run`: serve an app with uvicorn, and say which URLs to give Bandwidth."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from copy import deepcopy
from typing import Any, cast
from urllib.parse import unquote

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from webhooks.app import Webhooks
from webhooks.cli.findings import errors_in
from webhooks.cli.layout import examples
from webhooks.cli.loading import load
from webhooks.cli.machine import Machine
from webhooks.cli.serving import address, must_be_free, urls
from webhooks.logs import loggable_path
from webhooks.mounting import Mounted, hooks_in

__all__ = ["run"]


@click.command(
    short_help="Serve an app.",
    epilog=examples("webhooks run main:hooks", "webhooks run main:app --reload --port 9000"),
)
@address
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
    found = list(hooks_in(app))
    must_be_free(host, port)
    click.echo(urls(target, found))
    if errors := errors_in(found):
        click.echo(f"{errors}\n", err=True)
    if missing := Machine.here().slower_without:
        click.echo(f'Without {" and ".join(missing)} (pip install "bandwidth-webhooks[server]"), so slower.', err=True)
    # Processes that uvicorn starts import the app by themselves; without any, once is enough.
    apart = reload or (workers or 1) > 1
    uvicorn.run(
        target if apart else app,
        host=host,
        port=port,
        reload=reload,
        workers=workers,
        log_config=_logging(_paths(app, found)),
        use_colors=False if context.color is False else None,
    )


def _paths(app: Any, found: Iterable[Mounted]) -> list[str]:
    """All that the app has a name for."""
    routes = () if isinstance(app, Webhooks) else getattr(app, "routes", ())
    own = [route.path for route in routes if isinstance(getattr(route, "path", None), str)]
    return [*own, *(mounted.path_of(route.path) for mounted in found for route in mounted.hooks.routes())]


class Reticent(logging.Filter):
    """Keeps what strangers and callers put into a URL out of uvicorn's access log: queries, and unknown paths."""

    def __init__(self, known: Iterable[str]) -> None:
        super().__init__()
        self._known = list(known)

    def filter(self, record: logging.LogRecord) -> bool:
        """Everything goes on, with the path that is registered."""
        client, method, path, *rest = cast("tuple[object, ...]", record.args)
        record.args = (client, method, loggable_path(unquote(str(path).partition("?")[0]), self._known), *rest)
        return True


def _logging(known: Iterable[str]) -> dict[str, Any]:
    """Uvicorn's, with our loggers beside its own."""
    settings = deepcopy(LOGGING_CONFIG)
    settings["filters"] = {"reticent": {"()": Reticent, "known": list(known)}}
    settings["handlers"]["access"]["filters"] = ["reticent"]
    settings["loggers"]["webhooks"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return settings
