"""An app that a command calls in memory runs meanwhile, as under a server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import Receive, Scope, Send

from webhooks.cli.loading import Refused
from webhooks.errors import SimulationError
from webhooks.simulator.lifespan import Lifespan

__all__ = ["running"]


@asynccontextmanager
async def running(app: Any, *, before: Callable[[], None] = lambda: None) -> AsyncGenerator[Any]:
    """What to call while the app runs. One that is a URL has a server, which does this.

    Args:
        app: an ASGI app, or a URL.
        before: called before the app gets a delivery, so that what it prints then comes after what was shown.

    Raises:
        Refused: it does not start.
    """
    if isinstance(app, str):
        yield app
        return
    lifespan = Lifespan(app)

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        before()
        await lifespan(scope, receive, send)

    try:
        await lifespan.start()
    except SimulationError as error:
        raise Refused(str(error)) from None
    try:
        yield called
    finally:
        await lifespan.stop()
