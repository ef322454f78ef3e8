"""`webhooks worker`: handle what an inbox keeps, in a process of its own."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

import click

from webhooks.cli.layout import examples
from webhooks.cli.loading import Refused, hooks_of
from webhooks.errors import UsageError
from webhooks.mounting import Mounted
from webhooks.worker import Worker

__all__ = ["worker"]


@click.command(
    short_help="Handle what an inbox keeps.",
    epilog=examples("webhooks worker main:hooks"),
)
@click.argument("target", metavar="MODULE:ATTR")
def worker(target: str) -> None:
    """Handle the deliveries that the inbox of an app keeps, until the process is told to end.

    Any number may run, beside servers of Webhooks(background=Background(here=False)) or of others. Ctrl-C and SIGTERM
    let handlers end first.
    """
    workers = _workers(target, hooks_of(target))
    asyncio.run(_work(target, workers))


def _workers(target: str, found: Sequence[Mounted]) -> list[Worker]:
    try:
        for mounted in found:
            mounted.hooks.freeze()
    except UsageError as error:
        raise Refused(str(error)) from error
    workers = [mounted.hooks.worker for mounted in found]
    if not any(workers):
        raise Refused(f'"{target}" has no inbox: write Webhooks(inbox=SqliteInbox("inbox.db"), ...).')
    return [one for one in workers if one is not None]


async def _work(target: str, workers: Sequence[Worker]) -> None:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    try:
        for one in workers:
            await one.start(here=True)
        click.echo(f"Handling what {target} keeps.", err=True)
        await told.wait()
    except UsageError as error:
        raise Refused(str(error)) from error
    finally:
        for one in workers:
            await one.stop()
