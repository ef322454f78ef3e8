"""`webhooks run`: serve an app with uvicorn, and say which URLs to give Bandwidth."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import click
import uvicorn
from uvicorn.config import LOGGING_CONFIG

from webhooks.cli.layout import examples
from webhooks.cli.loading import load
from webhooks.cli.machine import Machine
from webhooks.cli.serving import address, urls
from webhooks.mounting import hooks_in

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
    click.echo(urls(target, list(hooks_in(app))))
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
        log_config=_logging(),
        use_colors=False if context.color is False else None,
    )


def _logging() -> dict[str, Any]:
    """Uvicorn's, with our loggers beside its own."""
    settings = deepcopy(LOGGING_CONFIG)
    settings["loggers"]["webhooks"] = {"handlers": ["default"], "level": "INFO", "propagate": False}
    return settings
