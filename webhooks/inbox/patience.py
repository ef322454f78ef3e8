"""How long somebody waits, at most: as `asyncio.timeout`, with one timer for all who wait equally long."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, cast

__all__ = ["Patience"]


class Patience:
    """`with patience():` interrupts what is awaited in it after so many seconds.

    Args:
        seconds: how many.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        # Whoever came first is the first whose time is over. No set: that has no order.
        self._waiting: dict[_Wait, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> _Wait:
        """For one who waits now, in a task."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # Of a loop that has ended, nobody waits.
            self._loop, self._waiting, self._timer = loop, {}, None
        wait = _Wait(cast("asyncio.Task[Any]", asyncio.current_task(loop)), loop.time() + self._seconds, self._waiting)
        if self._timer is None:
            self._timer = loop.call_at(wait.until, self._interrupt, loop)
        return wait

    def _interrupt(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        while (first := next(iter(self._waiting), None)) is not None:
            if first.until > loop.time():
                self._timer = loop.call_at(first.until, self._interrupt, loop)
                return
            first.interrupt()


class _Wait:
    """One who waits.

    Raises:
        TimeoutError: it took too long.
    """

    __slots__ = ("_cancelling", "_is_over", "_task", "_waiting", "until")

    def __init__(self, task: asyncio.Task[Any], until: float, waiting: dict[_Wait, None]) -> None:
        self._task = task
        self._waiting = waiting
        self._is_over = False
        self._cancelling = task.cancelling()
        self.until: float = until
        """By the loop's clock."""

    def __enter__(self) -> None:
        self._waiting[self] = None

    def interrupt(self) -> None:
        """It took too long."""
        del self._waiting[self]
        self._is_over = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._is_over:
            del self._waiting[self]
        # Where somebody else has cancelled the task, too, it is cancelled.
        elif self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
