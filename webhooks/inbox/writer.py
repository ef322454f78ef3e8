"""Group commit: one thread writes, and all that waits for it goes into one transaction.

A disk can be made to hold on to something a few hundred times a second, however much that is. So whoever comes while
the disk is busy shares the next time with all others who do.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar, cast

from webhooks.errors import InboxError

__all__ = ["Writer"]

S = TypeVar("S")
E = TypeVar("E", bound=Exception)
T = TypeVar("T")

# Most operations of one transaction: nobody waits for thousands of others.
_MOST = 500


class _Asked(Generic[S]):
    """An operation, and who waits for what it gives."""

    __slots__ = ("error", "future", "loop", "operation", "result")

    def __init__(self, operation: Callable[[S], object]) -> None:
        self.operation = operation
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
        else:
            self.future.set_result(self.result)


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
        beat: Callable[[S], object],
        every: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._store = store
        self._begin = begin
        self._errors = errors
        self._explained = explained
        self._beat = beat
        self._every = every
        self._clock = clock
        self._waiting: deque[_Asked[S]] = deque()
        self._more = threading.Condition()
        self._closing = False
        # A daemon: a program that ends without closing its inbox ends, as if it were killed.
        self._thread = threading.Thread(target=self._write, name="webhooks-inbox", daemon=True)
        self._thread.start()

    def ask(self, operation: Callable[[S], T]) -> Awaitable[T]:
        """What the operation gives, after its transaction is on disk.

        Raises:
            InboxError: the writer is closed.
        """
        asked = _Asked(operation)
        with self._more:
            if self._closing:
                raise InboxError("the inbox is closed.")
            self._waiting.append(asked)
            self._more.notify()
        return cast("Awaitable[T]", asked.future)

    def close(self, patience: float) -> None:
        """Write what waits, close the connection, and end the thread.

        One that hangs for longer than `patience`, in seconds, is left behind: nobody can interrupt it.
        """
        with self._more:
            self._closing = True
            self._more.notify()
        self._thread.join(patience)

    def _write(self) -> None:
        beat_at = self._clock()
        while True:
            with self._more:
                if not self._waiting and not self._closing:
                    self._more.wait(max(beat_at - self._clock(), 0))
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))]
                closing = self._closing
            if group:
                self._commit(group)
                _answer(group)
            elif closing:
                break
            if self._clock() >= beat_at:
                # Whoever asks next hears of the same trouble.
                with suppress(self._errors):
                    self._transaction([self._beat])
                beat_at = self._clock() + self._every
        self._connection.close()

    def _commit(self, group: Sequence[_Asked[S]]) -> None:
        try:
            results = self._transaction([asked.operation for asked in group])
        except self._errors as error:
            for asked in group:
                asked.error = self._explained(error)
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            if len(group) == 1:
                group[0].error = error
                return
            # One is at fault for all: each for itself.
            for asked in group:
                self._commit([asked])
        else:
            for asked, result in zip(group, results, strict=True):
                asked.result = result

    def _transaction(self, operations: Sequence[Callable[[S], object]]) -> list[object]:
        try:
            self._connection.execute(self._begin)
            results = [operation(self._store) for operation in operations]
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(self._errors):  # some errors have ended it already
                self._connection.rollback()
            raise
        return results


def _answer(group: Sequence[_Asked[S]]) -> None:
    """Tell those who wait: one wake-up for all of a loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Asked[S]]] = {}
    for asked in group:
        loops.setdefault(asked.loop, []).append(asked)
    for loop, those in loops.items():
        with suppress(RuntimeError):  # it has ended meanwhile
            loop.call_soon_threadsafe(_answer_all, those)


def _answer_all(group: Sequence[_Asked[S]]) -> None:
    for asked in group:
        asked.answer()
