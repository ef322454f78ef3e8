"""Runs a coroutine at once, in the task that is there, without anything of it being left in that task."""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from contextvars import copy_context
from typing import Any, Generic, TypeVar

__all__ = ["Apart"]

T = TypeVar("T")


class Apart(Generic[T]):
    """A coroutine in a context of its own, as in a task of its own: what it sets (`ContextVar`), nobody after it sees.

    Its first step is taken here. Most need no other, and a task for each would cost more than they do.
    """

    __slots__ = ("_context", "_coroutine", "_result", "_waits_for", "has_ended")

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._context = copy_context()
        self._coroutine = coroutine
        self.has_ended: bool = False
        """Whether it has nothing to wait for any more."""
        try:
            self._waits_for: object = self._context.run(coroutine.send, None)
        except StopIteration as done:
            self._result: T = done.value
            self.has_ended = True

    def __await__(self) -> Generator[Any, Any, T]:
        while not self.has_ended:
            step, given = self._coroutine.send, None
            try:
                given = yield self._waits_for
            except BaseException as error:
                step, given = self._coroutine.throw, error
            try:
                self._waits_for = self._context.run(step, given)
            except StopIteration as done:
                self._result, self.has_ended = done.value, True
        return self._result
