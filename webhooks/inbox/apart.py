"""Runs a function at once, in the task that is there, without anything of it being left in that task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextvars import copy_context
from types import CoroutineType
from typing import Any, Generic, TypeVar, cast

__all__ = ["Apart"]

A = TypeVar("A")
T = TypeVar("T")


class Apart(Generic[T]):
    """What a function of one argument gives when it is awaited.

    It has a context of its own, as in a task of its own: what it sets (`ContextVar`), nobody after it sees. Its first
    step is taken here. Most need no other, and a task for each would cost more than they do.
    """

    __slots__ = ("_context", "_coroutine", "_result", "_waits_for", "has_ended")

    def __init__(self, function: Callable[[A], Awaitable[T]], argument: A) -> None:
        self._context = copy_context()
        self._coroutine = cast("Coroutine[Any, Any, T]", self._context.run(function, argument))
        if self._coroutine.__class__ is not CoroutineType:
            self._coroutine = _awaited(self._coroutine)
        self._waits_for: object = None
        self.has_ended: bool = False
        """Whether it has nothing to wait for any more."""
        self._step(self._coroutine.send, None)

    def _step(self, step: Callable[[Any], object], given: object) -> None:
        try:
            self._waits_for = self._context.run(step, given)
        except StopIteration as done:
            self._result: T = done.value
            self.has_ended = True

    def __await__(self) -> Generator[Any, Any, T]:
        while not self.has_ended:
            step: Callable[[Any], object] = self._coroutine.send
            given: object = None
            try:
                given = yield self._waits_for
            except BaseException as error:  # noqa: BLE001 - handed on, as `await` would
                step, given = self._coroutine.throw, error
            self._step(step, given)
        return self._result


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable
