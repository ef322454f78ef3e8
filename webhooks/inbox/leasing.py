"""The inbox that leases deliveries from a store: what all inboxes of the package have in common.

All times are read where the store is asked, so on one thread. That of a `WritingInbox` is not the event loop's, on
which calls are answered: nothing that may wait for a disk or a server is done there.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from webhooks.errors import InboxError
from webhooks.inbox.base import Accepted, Counts, Envelope, Kept, KeptHandler, Retry, Status
from webhooks.inbox.clock import Forward
from webhooks.inbox.run import Run
from webhooks.inbox.store import Offer, Results, Store, Wanted, WholeStore
from webhooks.inbox.writer import Writer

__all__ = ["LeasingInbox", "WritingInbox"]

_log = logging.getLogger("webhooks.inbox")

Item = TypeVar("Item")
T = TypeVar("T")

# Removed in one transaction; nobody who delivers waits longer than for this many.
_PRUNED_AT_ONCE = 1000


class LeasingInbox(ABC):
    """An `Inbox` over a `Store`. Subclasses say how the store is asked."""

    closing: float = 2.0
    """Seconds for each of a store's last answers when the inbox closes: nobody waits for one that says nothing."""

    def __init__(self, *, clock: Callable[[], float], chance: Callable[[], float], lease: float, poll: float) -> None:
        self.clock: Forward = Forward(clock)
        """The time of this inbox."""
        self._chance = chance
        self._lease = lease
        self._poll = poll
        # Never changed: another thread reads it.
        self._runs: tuple[Run, ...] = ()
        # By id, from when the store was asked until the event loop has them.
        self._promised: dict[int, Run] = {}
        # By id: whose it may be, though its transaction failed, and since when.
        self._doubtful: dict[int, tuple[str, float]] = {}
        self._is_closed = False
        self._has_beaten = False

    async def open(self) -> None:
        """See `Inbox`, as for all of these."""
        self._is_closed = False
        await self._open()

    @abstractmethod
    async def _open(self) -> None:
        """Make the store ready, if it is not."""

    @abstractmethod
    def _ask_each(
        self,
        operation: Callable[[Store, Sequence[Item]], Sequence[T]],
        item: Item,
        then: Callable[[T | None], None] | None = None,
        *,
        soon: bool = False,
    ) -> Awaitable[T]:
        """What an operation on the store gives for an item, once it would survive a crash.

        Args:
            operation: gets at once as many items as wait for it, and gives as many results.
            item: one of them.
            then: is called on the event loop with the result, or None when there is none, whoever waits or not.
            soon: whether it may wait for a moment, for others that write.
        """

    async def _ask(self, operation: Callable[[Store], T]) -> T:
        """The same for an operation by itself."""
        return await self._ask_each(lambda store, _: [operation(store)], None)

    @abstractmethod
    async def _close(self) -> None:
        """Let go of the store."""

    async def accept(self, envelope: Envelope, /) -> Accepted:
        """Keep a delivery."""
        result = await self._ask_each(self._put, envelope, self._accepted)
        return "duplicate" if result == "duplicate" else "accepted"

    def _accepted(self, result: Kept | Accepted | None) -> None:
        if isinstance(result, Kept):
            self._redeem(result)
        elif result == "accepted":
            self._wake()

    def _wake(self) -> None:
        for run in self._runs:
            run.wake()

    def _put(self, store: Store, envelopes: Sequence[Envelope]) -> Sequence[Kept | Accepted]:
        """Where the store is asked. Whoever has room for some of it has them from the same transaction on."""
        now = self.clock.now()
        run = next(iter(self._runs), None)
        room = 0 if run is None else run.room
        offers = list[Offer]()
        for envelope in envelopes:
            # What has an order waits for the lease, which looks at what stands before it.
            at_once = run is not None and room > 0 and envelope.order_key is None
            offers.append(Offer(envelope, run.owner if run is not None and at_once else None))
            room -= at_once
        results = store.put(offers, now, now + self._lease)
        if run is not None:
            self._promise(run, [result for result in results if isinstance(result, Kept)])
        return results

    def whole(self, store: WholeStore, wanted: Wanted) -> Results | None:
        """All of a transaction that puts deliveries that are handled at once, and finishes others; None for any other.

        One that comes alone has nobody to compete with for Python's lock.
        """
        envelopes, ended = wanted.get(self._put, ()), wanted.get(self._finish, ())
        run = next(iter(self._runs), None)
        if run is None or not 1 < len(envelopes) <= run.room or len(wanted) > (2 if ended else 1):
            return None
        if any(owner != run.owner for owner, _ in ended) or any(one.order_key is not None for one in envelopes):
            return None
        now = self.clock.now()
        done = [id for _, ids in ended for id in ids]
        kept = store.put_and_finish(run.owner, envelopes, done, now, now + self._lease)
        if kept is None:
            return None
        self._promise(run, kept)
        mine = [[True] * len(ids) for _, ids in ended]
        return {operation: kept if operation == self._put else mine for operation in wanted}

    def _promise(self, run: Run, kept: Sequence[Kept]) -> None:
        run.is_alone = run.is_alone or any(one.crashes for one in kept)
        for one in kept:
            self._promised[one.id] = run
            self._doubtful.pop(one.id, None)

    def undone(self, results: Sequence[object]) -> None:
        """A transaction failed that would have given these. Or only its answer was lost: see `beat_on`."""
        now = self.clock.now()
        for result in results:
            for one in cast("Sequence[object]", result if isinstance(result, list) else [result]):
                if isinstance(one, Kept) and (run := self._promised.pop(one.id, None)):
                    self._doubtful[one.id] = run.owner, now
                    # What has crashed is leased alone: it was this one.
                    run.is_alone = run.is_alone and not one.crashes

    def _redeem(self, kept: Kept) -> None:
        """Begin to handle what was promised, on the event loop."""
        self._promised[kept.id].begin(kept)
        del self._promised[kept.id]

    @property
    def promised(self) -> int:
        """How many were given that the event loop does not know of yet."""
        return len(self._promised)

    @property
    def doubtful(self) -> int:
        """How many may be a run's without its knowing, because a connection broke while they were given."""
        return len(self._doubtful)

    async def run(self, handler: KeptHandler, /, *, concurrency: int, retry: Retry) -> None:
        """Hand deliveries to `handler` until `close`."""
        run = Run(self, handler, concurrency, retry, poll=self._poll)
        if self._is_closed:
            return  # before it began
        self._runs = (*self._runs, run)
        try:
            await run.until_closed()
        finally:
            self._runs = tuple(each for each in self._runs if each is not run)

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
        self._wake()
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
        for run in self._runs:
            await run.drain(drain)
        await self._close()

    async def beat(self) -> None:
        """Give a sign of life now, and free what belongs to a process that gave none; the inbox does it by itself."""
        await self._ask(self.beat_on)
        self._wake()

    def beat_on(self, store: Store) -> None:
        """The same where the store is at hand."""
        latest = store.latest()
        now = self.clock.catch_up(latest)
        if self._has_beaten and now - latest > self._lease:
            # Nobody could: the store was away, or the machine slept. That is no sign of anybody's end.
            store.prolong(now + self._lease)
        self._has_beaten = True
        self._give_back_doubtful(store, now)
        crashed = store.beat([run.owner for run in self._runs], now, now + self._lease)
        if crashed:
            _log.warning("%d deliveries were being handled by a process that has ended; they come again.", crashed)

    def _give_back_doubtful(self, store: Store, now: float) -> None:
        """Asked for until nothing was found for the length of a lease: a transaction may be written late."""
        for owner in {owner for owner, _ in self._doubtful.values()}:
            its = {id: since for id, (its, since) in self._doubtful.items() if its == owner}
            if not store.release(owner, list(its)):
                for id, since in its.items():
                    if now - since > self._lease:
                        del self._doubtful[id]

    async def lease(self, run: Run) -> Sequence[Kept]:
        """Deliveries that a run handles now."""

        def operation(store: Store) -> Sequence[Kept]:
            now = self.clock.now()
            leased = store.lease(run.owner, run.room, now, now + self._lease, idle=run.is_idle)
            self._promise(run, leased)
            return leased

        return await self._ask_each(lambda store, _: [operation(store)], None, self._leased)

    def _leased(self, leased: Sequence[Kept] | None) -> None:
        for kept in leased or ():
            self._redeem(kept)

    def finish(self, owner: str, done: Sequence[Kept]) -> Awaitable[Sequence[bool]]:
        """Write down that they are done; False for those that another process has taken meanwhile."""
        # Nobody waits for that, but what comes behind them in their order, or may run when what crashed has ended.
        soon = all(kept.envelope.order_key is None and not kept.crashes for kept in done)
        return self._ask_each(self._finish, (owner, [kept.id for kept in done]), soon=soon)

    @staticmethod
    def _finish(store: Store, items: Sequence[tuple[str, Sequence[int]]]) -> Sequence[Sequence[bool]]:
        mine = set[int]()
        for owner in {owner for owner, _ in items}:
            mine.update(store.finish(owner, [id for its, ids in items if its == owner for id in ids]))
        return [[id in mine for id in ids] for _, ids in items]

    def fail(self, owner: str, kept: Kept, error: str, retry: Retry) -> Awaitable[Sequence[bool]]:
        """Write down why it failed, and when it comes again; False when another process has taken it meanwhile."""
        again = kept.attempts < retry.attempts
        delay = retry.delay(kept.attempts, self._chance()) if again else 0.0

        def operation(store: Store, _: Sequence[None]) -> Sequence[Sequence[bool]]:
            return [[store.fail(owner, kept, error, self.clock.now() + delay if again else None)]]

        return self._ask_each(operation, None)

    async def release(self, owner: str) -> None:
        """Give back what was not handled to its end."""
        await self._ask(lambda store: store.release(owner))


class WritingInbox(LeasingInbox):
    """One that asks its store on a thread of its own. Subclasses say how that is made."""

    def __init__(self, *, clock: Callable[[], float], chance: Callable[[], float], lease: float, poll: float) -> None:
        super().__init__(clock=clock, chance=chance, lease=lease, poll=poll)
        self._writer: Writer[Any, Any] | None = None
        # Whoever opens or closes has it; one that opens may wait for seconds.
        self._door = threading.Lock()

    @abstractmethod
    def _opened(self) -> Writer[Any, Any]:
        """Open the store, on any thread."""

    async def _open(self) -> None:
        if self._writer is None:
            await asyncio.to_thread(self._enter)

    def _enter(self) -> None:
        """Of two who open at once, the second finds what the first has opened."""
        with self._door:
            if self._writer is not None or self._is_closed:
                return
            writer = self._opened()
            if self._is_closed:  # meanwhile, by one who did not wait
                writer.close(self.closing)
            else:
                self._writer = writer

    def _ask_each(
        self,
        operation: Callable[[Store, Sequence[Item]], Sequence[T]],
        item: Item,
        then: Callable[[T | None], None] | None = None,
        *,
        soon: bool = False,
    ) -> Awaitable[T]:
        if self._writer is None:
            raise InboxError("the inbox is not open.")
        return self._writer.ask(operation, item, then, soon=soon)

    async def _close(self) -> None:
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        """Wait for one who opens, but not for long: it closes again by itself."""
        has_door = self._door.acquire(timeout=self.closing)
        writer, self._writer = self._writer, None
        if has_door:
            self._door.release()
        if writer is not None:
            writer.close(self.closing)
