"""What an app in memory keeps in its inbox is handled before anything else happens, as what it handles at once is.

1. It is waited for after each delivery, while no virtual time passes: a run is the same each time.
2. Nothing is waited for that waits itself: for its next attempt, or in its order behind one that does.
3. What takes longer than an app has for an answer is not waited for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress

from webhooks.app import Webhooks
from webhooks.errors import InboxError
from webhooks.inbox import Inbox, Kept
from webhooks.simulator.transport import Answer, Transport

__all__ = ["UntilHandled"]

# Real seconds between two looks at an inbox.
_MOMENT = 0.001
_MOST = 1000


class UntilHandled:
    """Calls an app in memory, and comes back when what it kept is handled.

    Args:
        transport: calls it.
        apps: the Webhooks that are in it.
        seconds: real seconds that are waited at most, after one delivery.
    """

    def __init__(self, transport: Transport, apps: Iterable[Webhooks], *, seconds: float) -> None:
        self._transport = transport
        self._watched = [_Watched(app, app.inbox, seconds) for app in apps if app.inbox is not None]

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float
    ) -> Answer:
        """Place one request."""
        answer = await self._transport(method, url, headers, body, seconds=seconds)
        for one in self._watched:
            await one.until_handled()
        return answer


class _Watched:
    """An app and its inbox."""

    def __init__(self, app: Webhooks, inbox: Inbox, seconds: float) -> None:
        self._app = app
        self._inbox = inbox
        self._seconds = seconds
        self._accepted = app.tally.accepted
        self._slow = set[int]()

    async def until_handled(self) -> None:
        """Wait, if anything has been kept since the last time and is handled in this process."""
        accepted, worker = self._app.tally.accepted, self._app.worker
        if accepted == self._accepted or worker is None or not worker.is_running:
            return
        self._accepted = accepted
        open_ = set[int]()
        # What an inbox cannot tell now, it tells the app that needs it.
        with suppress(InboxError, TimeoutError):
            async with asyncio.timeout(self._seconds):
                while open_ := await self._unhandled():  # noqa: ASYNC110 - a store tells nobody what it has written
                    await asyncio.sleep(_MOMENT)
        self._slow |= open_

    async def _unhandled(self) -> set[int]:
        counts = await self._inbox.counts()
        if not counts.waiting + counts.running:
            return set()
        # In this order: what begins meanwhile is in both.
        waiting = await self._inbox.entries("waiting", limit=_MOST)
        running = await self._inbox.entries("running", limit=_MOST)
        return {kept.id for kept in (*_first_of(waiting), *running)} - self._slow


def _first_of(waiting: Iterable[Kept]) -> list[Kept]:
    """Those that may begin now."""
    again = {kept.envelope.order_key for kept in waiting if kept.attempts} - {None}
    return [kept for kept in waiting if not kept.attempts and kept.envelope.order_key not in again]
