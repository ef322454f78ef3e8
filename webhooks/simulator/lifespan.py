"""The lifespan of an app that is called in memory: it is started before and stopped afterwards, as a server does."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webhooks.errors import SimulationError

__all__ = ["Lifespan"]

_log = logging.getLogger("webhooks.simulator")


class Lifespan:
    """One run of an app, and its requests meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._given: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request, with what the app has put into its state."""
        await self._app({**scope, "state": dict(self._state)}, receive, send)

    async def start(self) -> None:
        """Let it start. An app that knows no lifespan is called without one.

        Raises:
            SimulationError: it does not start.
        """
        task = asyncio.create_task(self._live())
        told = await self._ask("startup")
        if told["type"] == "lifespan.startup.complete":
            self._task = task
            return
        task.cancel()
        if told["type"] == "lifespan.startup.failed":
            raise SimulationError(f"The app does not start: {_reason(told)}")

    async def stop(self) -> None:
        """Let it stop, if it runs still."""
        if self._task is None or self._task.done():
            return
        told = await self._ask("shutdown")
        if told["type"] != "lifespan.shutdown.complete":
            _log.error("The app failed when it was stopped: %s", _reason(told))
        self._task.cancel()

    async def _live(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        told = ""
        try:
            await self._app(scope, self._given.get, self._told.put)
        except Exception as error:  # noqa: BLE001 - so an app says that it knows no lifespan (ASGI, Lifespan Protocol)
            told = f"{type(error).__name__}: {error}"
        self._told.put_nowait({"type": "ended", "message": told})

    async def _ask(self, what: str) -> Message:
        self._given.put_nowait({"type": f"lifespan.{what}"})
        return await self._told.get()


def _reason(told: Message) -> str:
    """The last line of what Starlette tells, which is a whole traceback; anybody else tells a sentence."""
    message = str(told.get("message", "")).strip() or "it says no more."
    return message.splitlines()[-1] if message.startswith("Traceback") else message
