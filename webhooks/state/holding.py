"""`States`: gives handlers their models and keeps what they leave, whatever store is behind it.

1. Handlers of one call that run at the same time wait for each other: in one process by a lock, between processes by a
   lease, which is a value of the store like any other and runs out by itself. One of each is for all models of a call,
   so that nobody waits in a circle.
2. The lease is politeness, the version is what counts: whoever saves last without having seen the other's save gets a
   `StateConflict`. So a lease that ran out, or that a dead process left behind, costs nobody's update.
3. No wait is endless: an answer of the store's within `patience`, lock and lease within `wait`; then it goes on
   without. A handler that answers a call waits for as long as its deadline allows, which is shorter than that.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel

from webhooks.errors import StateConflict, StateError, UsageError
from webhooks.events import Event
from webhooks.state.base import StateKey, StateStore
from webhooks.state.memory import MemoryState
from webhooks.state.models import dumped, merged, read, verify
from webhooks.state.scope import ENDINGS, key_of, namespace_of

__all__ = ["GRACE", "TTL", "States"]

_log = logging.getLogger("webhooks.state")

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

TTL = 48 * 3600.0
"""Seconds that state is kept after it was last saved. No call or conference lasts longer than half of that."""
GRACE = 3600.0
"""Seconds that it is kept after its call or conference has ended: recordings and transcriptions come later."""

# Seconds after which a lease that nobody gave back runs out: longer than any handler's usual deadline.
_LEASE = 20.0
# Seconds between two looks at a lease that somebody else has: at first, and at most.
_FIRST_LOOK, _LAST_LOOK = 0.002, 0.05
# Seconds between two prunings of a store.
_PRUNED = 600.0


class States:
    """The state of one app's calls, in a store; in memory when it has none.

    Args:
        store: what keeps it.
        patience: seconds for an answer of the store's.
        wait: seconds for which a handler waits for others of the same call, unless its deadline comes first.
        clock: seconds, from any start.
        chance: numbers from 0 to 1, for waits that differ.
    """

    def __init__(
        self,
        store: StateStore | None,
        *,
        patience: float = 5.0,
        wait: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.shared = store
        """The store that other processes may see too; None when there is none."""
        self._store: StateStore = MemoryState() if store is None else store
        self._patience = patience
        self._wait = wait
        self._clock = clock
        self._chance = chance
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        # Of each handler and its task that holds a call's lock: which of the call's models.
        self._open: dict[tuple[int, asyncio.Task[Any] | None, str], set[str]] = {}
        self._left: set[asyncio.Task[Any]] = set()
        self._is_used = False
        self._prunes_at = clock() + _PRUNED

    async def open(self) -> None:
        """Be ready. Where the store cannot, that is told, and each use tries again: calls are answered meanwhile."""
        try:
            await self.ask(self._store.open())
        except StateError as error:
            _log.error("%s", error)

    async def close(self) -> None:
        """Let go of the store, after what it still does."""
        for _ in range(2):  # what comes late is given back, which takes another answer
            if self._left:
                await asyncio.wait(self._left, timeout=self._patience)
        await self.ask(self._store.close())

    @asynccontextmanager
    async def hold(
        self, event: Event, model: type[M], key: str | None, ttl: float, handler: object = None
    ) -> AsyncGenerator[M]:
        """The state of an event's call, which is saved when the body ends, and not when it raises.

        Args:
            event: whose call.
            model: what is remembered.
            key: what it belongs to instead.
            ttl: seconds.
            handler: what stands for the handler. One that outlives its deadline ends in another task than it began in.

        Raises:
            StateError: it cannot be read or saved.
            UsageError: the model or the event will not do, or what the body left would not come back.
        """
        where = key_of(event, model, key)
        if ttl <= 0:
            raise UsageError(f"context.state(..., ttl={ttl!r}): expected seconds above 0.")
        await self._begin_use(event)
        async with self._alone(where, handler):
            entry = await self.ask(self._store.get(where))
            state = read(model, entry)
            before = dumped(state)
            yield state
            value = dumped(state)
            # Even of what seems to be unchanged: one secret is written like another.
            verify(state, value)
            if value == before:
                return
            version = None if entry is None else entry.version
            value = merged(state, value, entry)
            if await self.ask(self._store.set(where, value=value, version=version, ttl=ttl)) is None:
                raise StateConflict(
                    f"The state {model.__name__} was saved by another handler of the same call meanwhile, and is not "
                    f"saved: a handler should hold it for less than {_LEASE:.0f} seconds."
                )
        await self.prune()

    @property
    def may_hold(self) -> bool:
        """Whether anything may be remembered. A store may have what other processes left there."""
        return self.shared is not None or self._is_used

    async def end(self, event: Event) -> None:
        """Forget the call or conference that an event ends, in a while.

        Raises:
            StateError: the store cannot.
        """
        namespace = namespace_of(event)
        # With nothing there, nothing would be forgotten of what comes later. What this leaves goes with the rest.
        await self.ask(self._store.set(StateKey(namespace, "ended"), value=b"", version=None, ttl=2 * GRACE))
        await self.ask(self._store.forget(namespace, after=GRACE))

    async def prune(self) -> None:
        """Remove what is gone, once in a while."""
        if self._clock() < self._prunes_at:
            return
        self._prunes_at = self._clock() + _PRUNED
        try:
            await self.ask(self._store.prune())
        except StateError as error:
            _log.warning("Old state could not be removed. %s", error)

    async def ask(
        self,
        question: Coroutine[Any, Any, T | None],
        *,
        patience: float | None = None,
        give_back: Callable[[T], Coroutine[Any, Any, object]] | None = None,
    ) -> T | None:
        """What the store answers. A write that a cancelled handler began is not interrupted.

        Args:
            question: to the store.
            patience: seconds for its answer.
            give_back: what to ask of the store when the answer comes after nobody waits for it any more, and is not
                None: what was taken there would be nobody's. For that, an answer is waited for a while longer.

        Raises:
            StateError: it does not answer in time.
        """
        patience = self._patience if patience is None else patience
        task = self._begin(question)
        done = set[asyncio.Task[T | None]]()
        try:
            done, _ = await asyncio.wait({task}, timeout=patience)
        finally:
            if give_back is not None and not done:
                task.add_done_callback(lambda late: self._returned(late, give_back))
        if not done:
            if give_back is None:
                task.cancel()
            else:
                asyncio.get_running_loop().call_later(self._patience, task.cancel)
            raise StateError(f"The store of state gave no answer within {patience:g} seconds.")
        return task.result()

    def _begin(self, question: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(question)
        self._left.add(task)
        task.add_done_callback(self._forget_task)
        return task

    def _returned(self, late: asyncio.Task[T | None], give_back: Callable[[T], Coroutine[Any, Any, object]]) -> None:
        """Ask the store to undo what nobody waits for."""
        answer = None if late.cancelled() or late.exception() else late.result()
        if answer is not None:
            self._begin(give_back(answer))

    def _forget_task(self, task: asyncio.Task[Any]) -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: who asked may have gone

    async def _begin_use(self, event: Event) -> None:
        if self.shared is not None or self._is_used:
            return
        self._is_used = True
        _log.warning(
            "State is kept in memory, not shared between workers and lost when the process ends. Give the app a "
            'store: Webhooks(state=SqliteState("state.db")).'
        )
        if event.__class__ in ENDINGS:  # for which nobody knew that anything is to be forgotten
            await self.end(event)

    @asynccontextmanager
    async def _alone(self, where: StateKey, handler: object) -> AsyncGenerator[None]:
        """Wait for others that hold the same call's state. Who holds one of its models is given the others at once."""
        who = id(handler), asyncio.current_task(), where.namespace
        names = self._open.get(who)
        if names is None:
            async with self._first(where.namespace):
                self._open[who] = {where.name}
                try:
                    yield
                finally:
                    del self._open[who]
        elif where.name in names:
            raise UsageError(
                f'The state "{where.name}" is open already in this handler: hand on what `async with` gave there, or '
                "open it again when that has ended."
            )
        else:
            names.add(where.name)
            try:
                yield
            finally:
                names.discard(where.name)

    @asynccontextmanager
    async def _first(self, namespace: str) -> AsyncGenerator[None]:
        """Wait for others that hold any state of the same call."""
        lock = self._locks.setdefault(namespace, asyncio.Lock())
        until = self._clock() + self._wait
        is_ours = await _acquired(lock, self._wait)
        try:
            lease = StateKey(f"lease:{namespace}", "lease")
            version = await self._lease(lease, until)
            try:
                yield
            finally:
                await self._give_back(lease, version)
        finally:
            if is_ours:
                lock.release()

    async def _lease(self, lease: StateKey, until: float) -> str | None:
        """The version of the lease; None when others would not let go of it."""
        pause = _FIRST_LOOK
        while True:
            take = self._store.set(lease, value=b"", version=None, ttl=_LEASE)
            version = await self.ask(take, give_back=lambda version: self._gone(lease, version))
            if version is not None or self._clock() >= until:
                return version
            await asyncio.sleep(pause * (0.5 + self._chance()))
            pause = min(2 * pause, _LAST_LOOK)

    async def _give_back(self, lease: StateKey, version: str | None) -> None:
        if version is None:
            return
        try:
            await self.ask(self._gone(lease, version))
        except StateError as error:
            # What the handler did is saved, or has failed for a reason of its own. The lease runs out by itself.
            _log.warning("A lease could not be given back. %s", error)

    def _gone(self, lease: StateKey, version: str) -> Coroutine[Any, Any, str | None]:
        return self._store.set(lease, value=b"", version=version, ttl=0)


async def _acquired(lock: asyncio.Lock, seconds: float) -> bool:
    """Whether the lock could be had in time."""
    try:
        async with asyncio.timeout(seconds):
            return await lock.acquire()
    except TimeoutError:
        return False
