"""The inbox that leases deliveries from a store: what `MemoryInbox` and `SqliteInbox` have in common.

1. The slot of a delivery is free when its handler has ended; that it is done is written with whatever is written next.
2. A handler that ended is never run again because that could not be written: it is tried until it can.
3. All times are read where the store is asked, so on one thread.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from webhooks.errors import InboxError
from webhooks.inbox.base import Accepted, Counts, Envelope, Kept, KeptHandler, Retry, Status
from webhooks.inbox.store import Store

__all__ = ["Forward", "LeasingInbox"]

_log = logging.getLogger("webhooks.inbox")

T = TypeVar("T")

# Seconds for handlers to clean up after they were cancelled, and between two tries to write what became of one.
_CLEANUP = 1.0
_AGAIN = 0.5
# Removed in one transaction; nobody who delivers waits longer than for this many.
_PRUNED_AT_ONCE = 1000


class Forward:
    """A clock that never goes back: where the machine's does, it stands until that one has caught up what it lost.

    A process that starts later goes on from what others have written down (`catch_up`).
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ahead = 0.0
        self._last = 0.0

    def now(self) -> float:
        """Seconds since 1970, never fewer than before."""
        now = self._clock() + self._ahead
        if now < self._last:
            self._ahead += self._last - now
        self._last = max(now, self._last)
        return self._last

    def catch_up(self, latest: float) -> float:
        """`now`, and no earlier than what was read elsewhere."""
        self._last = max(self.now(), latest)
        return self.now()


class LeasingInbox(ABC):
    """An `Inbox` over a `Store`. Subclasses say how the store is asked."""

    def __init__(self, *, clock: Callable[[], float], chance: Callable[[], float], lease: float, poll: float) -> None:
        self.clock: Forward = Forward(clock)
        """The time of this inbox."""
        self._chance = chance
        self._lease = lease
        self._poll = poll
        self._runs: set[_Run] = set()
        self._is_closed = False

    async def open(self) -> None:
        """See `Inbox`, as for all of these."""
        self._is_closed = False
        await self._open()

    @abstractmethod
    async def _open(self) -> None:
        """Make the store ready, if it is not."""

    @abstractmethod
    async def _ask(self, operation: Callable[[Store], T]) -> T:
        """What an operation on the store gives, once it would survive a crash."""

    @abstractmethod
    async def _close(self) -> None:
        """Let go of the store."""

    async def accept(self, envelope: Envelope, /) -> Accepted:
        """Keep a delivery."""
        accepted: Accepted = await self._ask(lambda store: store.put(envelope, self.clock.now()))
        for run in self._runs:
            run.wake()
        return accepted

    async def run(self, handler: KeptHandler, /, *, concurrency: int, retry: Retry) -> None:
        """Hand deliveries to `handler` until `close`."""
        run = _Run(self, handler, concurrency, retry, poll=self._poll)
        if self._is_closed:
            return  # before it began
        self._runs.add(run)
        try:
            await run.until_closed()
        finally:
            self._runs.discard(run)

    async def counts(self) -> Counts:
        """How many there are."""
        return await self._ask(lambda store: store.counts())

    async def entries(self, status: Status | None = None, /, *, limit: int = 100) -> Sequence[Kept]:
        """Deliveries, the oldest first."""
        return await self._ask(lambda store: store.entries(status, limit))

    async def entry(self, id: int, /) -> Kept | None:
        """One of them."""
        return await self._ask(lambda store: store.entry(id))

    async def replay(self, ids: Sequence[int] | None = None, /) -> int:
        """Let dead deliveries wait again."""
        count = await self._ask(lambda store: store.replay(ids, self.clock.now()))
        for run in self._runs:
            run.wake()
        return count

    async def prune(self, older_than: float, /, *, dead: bool = False) -> int:
        """Remove what is done, or with `dead` what is dead, and was first seen so many seconds ago."""
        status: Status = "dead" if dead else "done"
        total, count = 0, _PRUNED_AT_ONCE
        while count == _PRUNED_AT_ONCE:
            count = await self._ask(lambda store: store.prune(status, self.clock.now() - older_than, _PRUNED_AT_ONCE))
            total += count
        return total

    async def close(self, *, drain: float = 10.0) -> None:
        """Stop `run` within about `drain` seconds and let go of everything."""
        self._is_closed = True
        for run in list(self._runs):
            await run.drain(drain)
        await self._close()

    async def beat(self) -> None:
        """Give a sign of life now, and free what belongs to a process that gave none; the inbox does it by itself."""
        await self._ask(self.beat_on)
        for run in self._runs:
            run.wake()

    def beat_on(self, store: Store) -> None:
        """The same where the store is at hand."""
        now = self.clock.catch_up(store.latest())
        crashed = store.beat([run.owner for run in self._runs], now, now + self._lease)
        if crashed:
            _log.warning("%d deliveries were being handled by a process that has ended; they come again.", crashed)

    async def lease(self, owner: str, most: int, *, idle: bool) -> Sequence[Kept]:
        """Deliveries to handle now."""

        def operation(store: Store) -> Sequence[Kept]:
            now = self.clock.now()
            return store.lease(owner, most, now, now + self._lease, idle=idle)

        return await self._ask(operation)

    async def settle(self, owner: str, kept: Kept, error: str | None, retry: Retry) -> bool:
        """Write down what became of it; False when another process has taken it meanwhile."""

        def operation(store: Store) -> bool:
            now = self.clock.now()
            if error is None:
                return store.finish(owner, kept.id, now)
            again = kept.attempts < retry.attempts
            due = now + retry.delay(kept.attempts, self._chance()) if again else None
            return store.fail(owner, kept.id, error, due)

        return await self._ask(operation)

    async def release(self, owner: str) -> None:
        """Give back what was not handled to its end."""
        await self._ask(lambda store: store.release(owner))


class _Run:
    """One `run` of an inbox: leases, hands over, settles."""

    def __init__(
        self, inbox: LeasingInbox, handler: KeptHandler, concurrency: int, retry: Retry, *, poll: float
    ) -> None:
        self.owner = uuid.uuid4().hex
        """What the store calls this run."""
        self._inbox = inbox
        self._handler = handler
        self._concurrency = concurrency
        self._retry = retry
        self._poll = poll
        self._wake = asyncio.Event()
        self._closing = False
        self._ended = asyncio.Event()
        self._seconds = 0.0
        # References, since the loop keeps none of its own.
        self._tasks: set[asyncio.Task[None]] = set()
        self._handled: dict[int, Kept] = {}
        self._trouble = ""

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def until_closed(self) -> None:
        """Run until `drain`."""
        try:
            while not self._closing:
                self._wake.clear()
                await self._take()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll):
                        await self._wake.wait()
        finally:
            self._closing = True  # or cancelled, because its event loop ends
            await self._end()
            self._ended.set()

    async def _take(self) -> None:
        """Begin as many as there is room for. What has crashed before has all the room."""
        free = self._concurrency - len(self._handled)
        if free <= 0 or any(kept.crashes for kept in self._handled.values()):
            return
        try:
            leased = await self._inbox.lease(self.owner, free, idle=not self._handled)
        except InboxError as error:
            self._tell(error)
            return
        self._trouble = ""
        for kept in leased:
            self._handled[kept.id] = kept
            task = asyncio.create_task(self._attempt(kept))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _tell(self, error: InboxError) -> None:
        """Each trouble once, however long it lasts."""
        if str(error) != self._trouble:
            _log.error("Nothing is handled from the inbox: %s", error)
        self._trouble = str(error)

    async def _attempt(self, kept: Kept) -> None:
        try:
            error = await self._handler(kept)
        except Exception as failure:  # noqa: BLE001 - promise 4
            error = type(failure).__qualname__
        if self._handled.pop(kept.id, None) is None:
            return  # given back while it ran on
        self._wake.set()
        await self._settle(kept, error)

    async def _settle(self, kept: Kept, error: str | None) -> None:
        while True:
            try:
                mine = await self._inbox.settle(self.owner, kept, error, self._retry)
            except InboxError as trouble:
                self._tell(trouble)
                if self._closing:
                    return
                await asyncio.sleep(_AGAIN)
            else:
                break
        if not mine:
            _log.warning("Delivery %d was taken by another process while it was handled: it is handled twice.", kept.id)
        elif error is not None and kept.attempts >= self._retry.attempts:
            _log.error(
                "%s %s is dead after %d attempts: %s. `webhooks inbox replay` runs it again.",
                kept.envelope.event_type,
                kept.envelope.correlation_id,
                kept.attempts,
                error,
            )
        self._wake.set()  # whatever waited behind it

    async def drain(self, seconds: float) -> None:
        """Take no more, wait so long for what runs, then give back the rest."""
        self._seconds = seconds
        self._closing = True
        self._wake.set()
        await self._ended.wait()

    async def _end(self) -> None:
        if self._tasks and self._seconds > 0:
            await asyncio.wait(self._tasks, timeout=self._seconds)
        left = len(self._handled)
        self._handled.clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLEANUP)
        try:
            await self._inbox.release(self.owner)
        except InboxError as error:
            self._tell(error)
            return
        if left:
            _log.warning("%d deliveries were given back to the inbox before they were handled to their end.", left)
