"""How long a handler may take, and how the caller is answered on time whatever it does.

1. A handler runs inside of the server's task and has none of its own: a coroutine that is cancelled and runs on would
   keep its caller waiting.
2. So each of its steps is ours. When its deadline has passed it is cancelled and may clean up for a moment; if it still
   waits for something then, it is moved to a task, where it may take as long as it likes, and the caller is answered.
   The price: a scope of anyio's that it is in then ends in another task, which anyio reports as an error. The moment is
   there so that this happens to nobody who cleans up as one should.
3. A coroutine that never waits cannot be interrupted by anybody: that is for `def`, which has a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from typing import Any, cast

from webhooks.errors import DeadlineExceeded, HandlerError, UsageError
from webhooks.events import Event

__all__ = ["Deadline", "Runner"]

# Seconds after the deadline for what a handler does when it is cancelled, such as giving back a connection.
_CLEANUP = 0.25


@dataclass(frozen=True, slots=True)
class Deadline:
    """Seconds from a delivery's arrival to its answer. Bandwidth waits 15 for voice unless told otherwise, 10 for
    messaging (voice/webhooks/about, messaging/webhooks).

    The messages of one delivery share them. When one takes them all, the handlers of the others still run as far as
    they need not wait, and the answer is 500, so that Bandwidth delivers all again.

    An `async def` handler is cancelled at its deadline, and left behind if it runs on a quarter of a second later. One
    that computes without ever waiting holds up the whole server: write it as `def`.
    """

    voice: float = 14.0
    """Seconds for the event of a call or conference."""
    messaging: float = 9.0
    """Seconds for all messages of a delivery."""

    def __post_init__(self) -> None:
        for family in ("voice", "messaging"):
            seconds = getattr(self, family)
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < inf:
                raise UsageError(f"Deadline: {family}={seconds!r}, expected seconds above 0.")

    def of(self, event: Event) -> float:
        """Seconds for an event."""
        return self.messaging if event.family == "messaging" else self.voice


class Runner:
    """Runs coroutines within deadlines, and keeps those that were left behind until they end."""

    def __init__(self) -> None:
        self._left: set[asyncio.Task[None]] = set()

    async def within(self, seconds: float, coroutine: Coroutine[Any, Any, object], waits_for: object) -> object:
        """What `coroutine`, which was started and waits for something, returns before `seconds` have passed.

        Raises:
            DeadlineExceeded: it did not, and was cancelled.
            HandlerError: it raised GeneratorExit, which only an interpreter may.
        """
        deadline = asyncio.timeout(seconds)
        steps = _Steps(coroutine, waits_for, deadline)
        try:
            async with deadline:
                return await steps
        except TimeoutError:
            if not deadline.expired():
                raise
        if steps.left_with is None:
            raise DeadlineExceeded("it outlived its deadline and was cancelled")
        task = asyncio.ensure_future(_to_its_end(coroutine, steps.left_with))
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        raise DeadlineExceeded("it outlived its deadline, was cancelled, and runs on")


class _Steps:
    """Awaits a coroutine step by step, until it ends or outlives its cancellation."""

    __slots__ = ("_again", "_coroutine", "_deadline", "_is_late", "_waits_for", "left_with")

    def __init__(self, coroutine: Coroutine[Any, Any, object], waits_for: object, deadline: asyncio.Timeout) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for
        self._deadline = deadline
        self._again: asyncio.TimerHandle | None = None
        self._is_late = False
        self.left_with: BaseException | None = None
        """The second cancellation, which a coroutine that outlived the first has not seen yet."""

    def __await__(self) -> Generator[Any, Any, object]:
        try:
            return (yield from self._steps())
        finally:
            if self._again is not None:
                self._again.cancel()

    def _steps(self) -> Generator[Any, Any, object]:
        coroutine, waits_for = self._coroutine, self._waits_for
        step: Callable[[Any], object]
        while True:
            try:
                step, given = coroutine.send, (yield waits_for)
            except GeneratorExit:
                coroutine.close()
                raise
            except BaseException as error:  # handed on to the coroutine, as `await` would
                if self._is_late:
                    self.left_with = error
                    raise
                step, given = coroutine.throw, error
            try:
                waits_for = step(given)
            except StopIteration as done:
                return done.value
            except GeneratorExit as error:
                raise HandlerError("it raised GeneratorExit") from error
            if self._again is None and self._deadline.expired():
                self._cancel_again()

    def _cancel_again(self) -> None:
        """Interrupt the server's task once more, later, for a coroutine that goes on after it was cancelled."""
        loop, task = asyncio.get_running_loop(), cast("asyncio.Task[object]", asyncio.current_task())

        def interrupt() -> None:
            self._is_late = True
            task.cancel()
            task.uncancel()  # which only takes it out of the count: nobody else shall take it for theirs

        self._again = loop.call_at((self._deadline.when() or loop.time()) + _CLEANUP, interrupt)


async def _to_its_end(coroutine: Coroutine[Any, Any, object], error: BaseException) -> None:
    """What a coroutine still does that was left behind. Its failure was told; whatever it raises is nobody's."""
    with suppress(StopIteration, Exception, asyncio.CancelledError, SystemExit, GeneratorExit):
        await _Steps(coroutine, coroutine.throw(error), asyncio.timeout(None))
