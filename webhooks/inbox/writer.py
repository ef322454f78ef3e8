"""Group commit: one thread writes, and all that waits for it goes into one transaction.

A disk can be made to hold on to something a few hundred times a second, however much that is. So whoever comes while
the disk is busy shares the next time with all others who do.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol, TypeVar, cast

from webhooks.errors import InboxError
from webhooks.inbox.store import Results, Wanted

__all__ = ["Writer"]

_log = logging.getLogger("webhooks.inbox")

S = TypeVar("S")
E = TypeVar("E", bound=Exception)
Item = TypeVar("Item")
T = TypeVar("T")

# Most operations of one transaction: nobody waits for thousands of others.
_MOST = 500
# Seconds for which what nobody waits for may look out for a transaction to join.
_JOINS = 0.01


def _in_parts(store: object, wanted: Wanted) -> None:
    return None


class _Asked(Generic[S]):
    """An operation with its item, and who waits for what it gives."""

    __slots__ = ("error", "future", "item", "loop", "operation", "result", "then")

    def __init__(
        self,
        operation: Callable[[S, Sequence[Any]], Sequence[object]],
        item: object,
        then: Callable[[Any], None] | None,
    ) -> None:
        self.operation = operation
        self.item = item
        self.then = then
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.result: object = None
        self.error: Exception | None = None

    def answer(self) -> None:
        """On its loop."""
        if self.future.done():
            return  # nobody waits any more
        if self.error is not None:
            self.future.set_exception(self.error)
            self.future.exception()  # whoever stops waiting later has no use for it
        else:
            self.future.set_result(self.result)


class _Coming(Generic[S]):
    """What an event loop asks for, until the thread has it."""

    __slots__ = ("asked", "handle", "waits")

    def __init__(
        self, go: Callable[[asyncio.AbstractEventLoop], None], loop: asyncio.AbstractEventLoop, *, soon: bool
    ) -> None:
        self.asked: list[_Asked[S]] = []
        self.waits = soon
        self.handle = loop.call_later(_JOINS, go, loop) if soon else loop.call_soon(go, loop)

    def hurry(self, go: Callable[[asyncio.AbstractEventLoop], None], loop: asyncio.AbstractEventLoop) -> None:
        """Somebody waits."""
        self.handle.cancel()
        self.waits = False
        self.handle = loop.call_soon(go, loop)


class Connection(Protocol):
    """What is written through: sqlite3's, or one that can do as much."""

    def execute(self, query: str, /) -> object:
        """Run a statement."""
        ...

    def rollback(self) -> None:
        """End a transaction that failed."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Writer(Generic[S, E]):
    """The thread.

    Args:
        connection: opened by the caller, used by this thread alone from now on.
        store: what operations get.
        begin: the statement that begins a transaction.
        errors: what the connection raises.
        explained: the error that those who wait get for one of them.
        whole: does all that is asked in one statement, which is a transaction by itself, and gives what operations
            would; None where it cannot. Between two statements the thread waits for Python's lock.
        undone: told, on the thread, what operations gave whose transaction failed.
        beat: an operation for every so many seconds.
        every: how many.
        clock: seconds, from any start.
    """

    def __init__(
        self,
        connection: Connection,
        store: S,
        *,
        begin: str,
        errors: type[E],
        explained: Callable[[E], InboxError],
        undone: Callable[[Sequence[object]], object],
        beat: Callable[[S], object],
        every: float,
        whole: Callable[[S, Wanted], Results | None] = _in_parts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._store = store
        self._begin = begin
        self._errors = errors
        self._explained = explained
        self._undone = undone
        self._whole = whole
        self._beat = beat
        self._every = every
        self._clock = clock
        # None is the end.
        self._waiting: SimpleQueue[list[_Asked[S]] | None] = SimpleQueue()
        self._coming: dict[asyncio.AbstractEventLoop, _Coming[S]] = {}
        self._door = threading.Lock()
        self._closing = False
        self._trouble = ""  # of beats
        # A daemon: a program that ends without closing its inbox ends, as if it were killed.
        self._thread = threading.Thread(target=self._write, name="webhooks-inbox", daemon=True)
        self._thread.start()

    def ask(
        self,
        operation: Callable[[S, Sequence[Item]], Sequence[T]],
        item: Item,
        then: Callable[[T | None], None] | None = None,
        *,
        soon: bool = False,
    ) -> asyncio.Future[T]:
        """What the operation gives for the item, after its transaction is on disk.

        Args:
            operation: gets all items that wait for it in a transaction, and gives as many results.
            item: one of them.
            then: is called on the event loop with the result, or None when there was an error, whoever waits or not.
            soon: whether it may wait for a moment, for a transaction that others need.

        Raises:
            InboxError: the writer is closed.
        """
        if self._closing:
            raise InboxError("the inbox is closed.")
        asked = _Asked(operation, item, then)
        coming = self._coming.get(asked.loop)
        if coming is None:
            coming = self._coming[asked.loop] = _Coming(self._hand_over, asked.loop, soon=soon)
        elif coming.waits and not soon:
            coming.hurry(self._hand_over, asked.loop)
        coming.asked.append(asked)
        return cast("asyncio.Future[T]", asked.future)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """To the thread, all of a turn of the event loop at once: woken earlier, it would compete for Python's lock."""
        coming = self._coming.pop(loop).asked
        with self._door:
            if not self._closing:
                self._waiting.put(coming)
                return
        for asked in coming:
            asked.error = InboxError("the inbox is closed.")
        _answer_all(coming)

    def close(self, patience: float) -> None:
        """Write what waits, close the connection, and end the thread.

        One that hangs for longer than `patience`, in seconds, is left behind: nobody can interrupt it.
        """
        with self._door:
            self._closing = True
            self._waiting.put(None)
        self._thread.join(patience)

    def _write(self) -> None:
        beat_at = self._clock()
        left, goes_on = deque[_Asked[S]](), True
        while goes_on or left:
            goes_on = goes_on and self._gather(left, max(beat_at - self._clock(), 0))
            group = [left.popleft() for _ in range(min(len(left), _MOST))]
            if group:
                self._commit(group)
                _answer(group)
            if self._clock() >= beat_at:
                self._give_sign()
                beat_at = self._clock() + self._every
        self._connection.close()

    def _give_sign(self) -> None:
        try:
            # Whoever asks next hears of the same trouble.
            with suppress(self._errors):
                self._transaction(lambda: self._beat(self._store))
            self._trouble = ""
        except Exception as error:  # noqa: BLE001 - the thread is for all who ask
            told = str(_damaged(error))
            if told != self._trouble:
                _log.error("There is no sign of life: %s", told)
            self._trouble = told

    def _gather(self, left: deque[_Asked[S]], patience: float) -> bool:
        """Add what waits, or comes within so many seconds; False at the end."""
        waits = not left
        try:
            while (coming := self._waiting.get(waits, patience)) is not None:
                left.extend(coming)
                waits = False
        except Empty:
            return True
        return False

    def _commit(self, group: Sequence[_Asked[S]]) -> None:
        try:
            self._run(group)
        except self._errors as error:
            self._undo(group)
            for asked in group:
                asked.error = self._explained(error)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            self._undo(group)
            if len(group) == 1:
                group[0].error = _damaged(error)
                group[0].error.__cause__ = error
                return
            # One is at fault for all: each for itself.
            for asked in group:
                self._commit([asked])

    def _undo(self, group: Sequence[_Asked[S]]) -> None:
        self._undone([asked.result for asked in group])
        for asked in group:
            asked.result = None

    def _run(self, group: Sequence[_Asked[S]]) -> None:
        """Each operation once, for all of its items."""
        operations: dict[Any, list[_Asked[S]]] = {}
        for asked in group:
            operations.setdefault(asked.operation, []).append(asked)
        wanted = {operation: [asked.item for asked in those] for operation, those in operations.items()}
        given = self._whole(self._store, wanted)
        if given is not None:
            for operation, results in given.items():
                _give(operations[operation], results)
        else:
            self._transaction(lambda: self._operate(operations, wanted))

    def _operate(self, operations: Mapping[Any, Sequence[_Asked[S]]], wanted: Wanted) -> None:
        for operation, those in operations.items():
            _give(those, operation(self._store, wanted[operation]))

    def _transaction(self, operate: Callable[[], object]) -> None:
        try:
            self._connection.execute(self._begin)
            operate()
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(self._errors):  # some errors have ended it already
                self._connection.rollback()
            raise


def _damaged(error: Exception) -> InboxError:
    """For what neither the connection raises nor an operation should."""
    return InboxError(f"the inbox failed with {type(error).__name__}: what it keeps may be damaged.")


def _give(those: Sequence[_Asked[S]], results: Sequence[object]) -> None:
    for asked, result in zip(those, results, strict=True):
        asked.result = result


def _answer(group: Sequence[_Asked[S]]) -> None:
    """Tell those who wait: one wake-up for all of a loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Asked[S]]] = {}
    for asked in group:
        loops.setdefault(asked.loop, []).append(asked)
    for loop, those in loops.items():
        with suppress(RuntimeError):  # it has ended meanwhile
            loop.call_soon_threadsafe(_answer_all, those)


def _answer_all(group: Sequence[_Asked[S]]) -> None:
    # Who waits first: Bandwidth does.
    for asked in group:
        asked.answer()
    for asked in group:
        if asked.then is not None:
            asked.then(asked.result)
