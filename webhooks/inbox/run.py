"""One `run` of an inbox that leases: takes deliveries, hands them over, writes down what became of them.

1. The slot of a delivery is free when its handler has ended; that it is done is written with whatever is written next.
2. A handler that ended is never run again because that could not be written: it is tried until it can, and where the
   inbox closes, until its drain is over.
3. One task handles all that need not wait, each apart from the others; what waits for something keeps its task.
4. A task that a handler has cancelled, or that ended with what it raised, leaves what it had to the next.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Protocol, cast

from webhooks.errors import InboxError
from webhooks.inbox.apart import Apart
from webhooks.inbox.base import Kept, KeptHandler, Retry

__all__ = ["Leases", "Run"]

_log = logging.getLogger("webhooks.inbox")

# Seconds for handlers to clean up after they were cancelled, and between two tries to write what became of one.
_CLEANUP = 1.0
_AGAIN = 0.5


class Leases(Protocol):
    """What a run needs of its inbox."""

    closing: float
    """Seconds for each of a store's last answers when the inbox closes."""

    @property
    def promised(self) -> int:
        """How many were given that the event loop does not know of yet."""
        ...

    async def lease(self, run: Run) -> Sequence[Kept]:
        """Deliveries that a run handles now; begun already."""
        ...

    def finish(self, owner: str, done: Sequence[Kept]) -> Awaitable[Sequence[bool]]:
        """Write down that they are done; False for those that another process has taken meanwhile."""
        ...

    def fail(self, owner: str, kept: Kept, error: str, retry: Retry) -> Awaitable[Sequence[bool]]:
        """Write down why it failed, and when it comes again; False when another process has taken it meanwhile."""
        ...

    async def release(self, owner: str) -> None:
        """Give back what was not handled to its end."""
        ...


class Run:
    """One `run` of an inbox: leases, hands over, settles."""

    _loop: asyncio.Task[None]

    def __init__(self, inbox: Leases, handler: KeptHandler, concurrency: int, retry: Retry, *, poll: float) -> None:
        self.owner: str = uuid.uuid4().hex
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
        self._begun: deque[Kept] = deque()
        self._unsettled: list[tuple[Kept, str | None]] = []
        self._is_coming = False  # a task for these two
        self._has_given_back = False
        self._handled: dict[int, Kept] = {}
        self._more = False  # whether anything may wait, as far as is known
        self.is_alone: bool = False
        """Whether it has what ended its process before, and so nothing else."""
        self._trouble = ""

    def wake(self) -> None:
        """Something may be due."""
        self._more = True
        self._wake.set()

    @property
    def room(self) -> int:
        """How many it would handle at once. Asked for where the store is, as the next."""
        return 0 if self.is_alone or self._closing else self._free

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to do."""
        return self._free == self._concurrency

    @property
    def _free(self) -> int:
        return max(self._concurrency - len(self._handled) - self._inbox.promised, 0)

    async def until_closed(self) -> None:
        """Run until `drain`."""
        self._loop = asyncio.create_task(self._take_until_closed())
        try:
            await asyncio.wait([self._loop])
            if not self._closing:
                self._loop.result()  # raises what it broke down with
        finally:
            self._loop.cancel()
            self._closing = True  # or cancelled, because its event loop ends
            await self._end()
            self._ended.set()

    async def _take_until_closed(self) -> None:
        while not self._closing:
            self._wake.clear()
            await self._take()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._wake.wait()

    async def _take(self) -> None:
        """Begin as many as there is room for. What has crashed before has all the room."""
        if not self.room:
            return
        self._more = False
        try:
            leased = await self._inbox.lease(self)
        except InboxError as error:
            self._tell(error)
            return
        self._trouble = ""
        self._more = self._more or bool(leased)
        if self._more and self.room:
            # What was leased may be done before this hears of it, and then nothing else says that more may wait.
            self._wake.set()

    def begin(self, kept: Kept) -> None:
        """Handle one, unless it is given back with all others."""
        if self._closing:
            return
        self._handled[kept.id] = kept
        self._begun.append(kept)
        self._call_task()

    def _call_task(self) -> None:
        if not self._is_coming:
            self._is_coming = True
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        """Another task takes what this one could not (rule 4)."""
        self._tasks.discard(task)
        if (self._begun or self._unsettled) and not self._is_ending:
            self._call_task()

    @property
    def _is_ending(self) -> bool:
        """Whether handlers are made to end, by this run or because their event loop ends."""
        return self._has_given_back or self._loop.cancelling() > 0 or not self._loop.get_loop().is_running()

    def _tell(self, error: InboxError) -> None:
        """Each trouble once, however long it lasts."""
        if str(error) != self._trouble:
            _log.error("Nothing is handled from the inbox: %s", error)
        self._trouble = str(error)

    async def _work(self) -> None:
        """Handle what has begun. Most handlers never wait, so that one task does for many of them."""
        self._is_coming = False
        task = cast("asyncio.Task[None]", asyncio.current_task())
        while self._begun and not task.cancelling():
            await self._attempt(self._begun.popleft())
        if not task.cancelling():
            ended, self._unsettled = self._unsettled, []
            await self._settle(ended)

    async def _attempt(self, kept: Kept) -> None:
        try:
            apart = Apart(self._handler, kept)
            if not apart.has_ended and (self._begun or self._unsettled):
                self._call_task()
            error = await apart
        except Exception as failure:  # noqa: BLE001 - promise 4
            error = type(failure).__qualname__
        except BaseException as failure:
            if self._is_ending:
                raise
            # Whoever cancelled it, or panicked: a failure as any.
            error = type(failure).__qualname__
            if isinstance(failure, KeyboardInterrupt):  # which is for the interpreter, too
                self._ended_with(kept, error)
                raise
        self._ended_with(kept, error)

    def _ended_with(self, kept: Kept, error: str | None) -> None:
        if self._handled.pop(kept.id, None) is None:
            return  # given back while it ran on
        self.is_alone = False
        if self._more:
            self._wake.set()
        self._unsettled.append((kept, error))

    async def _settle(self, ended: Sequence[tuple[Kept, str | None]]) -> None:
        """Write down what became of them, until that succeeds."""
        try:
            while ended:
                ended = await self._write(ended)
                if ended:
                    await asyncio.sleep(_AGAIN)
        except asyncio.CancelledError:
            self._unsettled += ended
            raise

    async def _write(self, ended: Sequence[tuple[Kept, str | None]]) -> Sequence[tuple[Kept, str | None]]:
        """All at once, so that all are in one transaction; what could not be written."""
        asked = [(those, error, self._settling(those, error)) for those, error in _alike(ended)]
        again = list[tuple[Kept, str | None]]()
        for those, error, coming in asked:
            try:
                settled = await coming if coming is not None else ()
            except InboxError as trouble:
                self._tell(trouble)
                settled = ()
            if not settled:
                again += [(kept, error) for kept in those]
            for kept, mine in zip(those, settled, strict=False):
                if not mine or error is not None or kept.crashes or kept.envelope.order_key is not None:
                    self._settled(kept, error, mine=mine)
        return again

    def _settling(self, those: Sequence[Kept], error: str | None) -> Awaitable[Sequence[bool]] | None:
        try:
            if error is None:
                return self._inbox.finish(self.owner, those)
            return self._inbox.fail(self.owner, those[0], error, self._retry)
        except InboxError as trouble:
            self._tell(trouble)
            return None

    def _settled(self, kept: Kept, error: str | None, *, mine: bool) -> None:
        """Say what is not as usual, and look for whatever waited behind it, or for it."""
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
        self._wake.set()

    async def drain(self, seconds: float) -> None:
        """Take no more, wait so long for what runs, then give back the rest."""
        self._seconds = seconds
        self._closing = True
        self._wake.set()
        # A store that says nothing: what it may lease now is given back with the rest.
        await asyncio.wait([self._loop], timeout=self._inbox.closing)
        self._loop.cancel()
        await self._ended.wait()

    async def _end(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._seconds
        while self._tasks and (seconds := ends - loop.time()) > 0:
            await asyncio.wait(self._tasks, timeout=seconds)
        self._has_given_back = True
        left = len(self._handled)
        self._handled.clear()
        self._begun.clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLEANUP)
        try:
            async with asyncio.timeout(self._inbox.closing):
                await self._write(self._unsettled)
                await self._inbox.release(self.owner)
        except TimeoutError:
            self._tell(InboxError("it does not answer. What ran comes again when its lease has ended."))
            return
        except InboxError as error:
            self._tell(error)
            return
        if left:
            _log.warning("%d deliveries were given back to the inbox before they were handled to their end.", left)


def _alike(ended: Sequence[tuple[Kept, str | None]]) -> list[tuple[Sequence[Kept], str | None]]:
    """What is done in one, and what failed one by one."""
    done = [kept for kept, error in ended if error is None]
    failed: list[tuple[Sequence[Kept], str | None]] = [([kept], error) for kept, error in ended if error is not None]
    return [(done, None), *failed] if done else failed
