"""Virtual time: a ten-minute call takes milliseconds, and takes them in the same order each time.

1. A process is a coroutine that waits for virtual time, for a signal, or for something real (a delivery). One runs at
   a time, and while it waits for something real, no virtual time passes and no other runs.
2. A wait is patient when only a person ends it early: a key that is not pressed yet, a word that is not said yet.
   `settle` never lets time pass for a patient wait alone; `advance` does.
3. Equal times are served in the order in which they were asked for.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from functools import cached_property, partial
from itertools import count
from typing import Any, Generic, ParamSpec, TypeVar

__all__ = ["Clock", "Process", "Signal"]

T = TypeVar("T")
P = ParamSpec("P")


class Signal(Generic[T]):
    """Wakes who waits for it, with a value. What is sent while nobody waits is kept, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: deque[T] = deque()
        self._waiting: deque[_Wait] = deque()

    def send(self, value: T) -> None:
        """Wake the one who waits longest, or keep the value."""
        while self._waiting:
            wait = self._waiting.popleft()
            if not wait.over:
                self._clock.wake(wait, value)
                return
        self._values.append(value)

    def clear(self) -> None:
        """Forget what was sent and not taken."""
        self._values.clear()

    async def take(self) -> T:
        """The next value, whenever it comes."""
        value: T = await self._next(None, patient=True)
        return value

    async def take_within(self, seconds: float, *, patient: bool = True) -> T | None:
        """The next value; None when there is none after so many seconds."""
        value: T | None = await self._next(seconds, patient=patient)
        return value

    async def _next(self, seconds: float | None, *, patient: bool) -> Any:
        if self._values:
            return self._values.popleft()
        wait = _Wait(seconds, patient)
        self._waiting.append(wait)
        return await wait


class _Wait:
    """What a process is waiting for; it yields itself to the clock."""

    def __init__(self, seconds: float | None, patient: bool) -> None:
        self.seconds = seconds
        self.patient = patient
        self.process: Process
        """Who waits, or did. The clock sets it."""

    @property
    def over(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.process.wait is not self

    def __await__(self) -> Generator[_Wait, Any, Any]:
        value = yield self
        # Raised here and not thrown in: of what is thrown, tracers see the end only.
        error, self.process.interruption = self.process.interruption, None
        if error is not None:
            raise error
        return value


class Process:
    """A coroutine that lives in virtual time."""

    def __init__(self, clock: Clock, life: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._life = life
        self.wait: _Wait | None = None
        self.interruption: BaseException | None = None
        """Raised in the process where it waits next."""
        self.done = False
        self._clock = clock

    @cached_property
    def coroutine(self) -> Coroutine[Any, Any, None]:
        """Made for its first step: Python complains of one that never takes any, as when a test ends before it."""
        return self._life()

    def interrupt(self, error: BaseException) -> None:
        """Raise an error in the process, where it waits now or next."""
        if self.done:
            return
        self.interruption = error
        if self.wait is not None:
            self._clock.wake(self.wait, None)


class Clock:
    """The time, in seconds since the beginning, and the processes that live in it."""

    def __init__(self) -> None:
        self.now: float = 0.0
        self._ready: deque[tuple[Process, Any]] = deque()
        self._timers: list[tuple[float, int, _Wait]] = []
        self._order = count()
        self._hurried = 0
        """Timers that are not patient."""

    def spawn(self, life: Callable[P, Coroutine[Any, Any, None]], *given: P.args, **named: P.kwargs) -> Process:
        """Begin a process; it takes its first step when the clock runs next."""
        process = Process(self, partial(life, *given, **named))
        self._ready.append((process, None))
        return process

    async def sleep(self, seconds: float, *, patient: bool = False) -> None:
        """Wait."""
        await _Wait(seconds, patient)

    async def settle(self, limit: float) -> None:
        """Run until only patient waits are left, or `limit` seconds have passed."""
        latest = self.now + limit
        await self._run_ready()
        while self._hurried and self._timers[0][0] <= latest:
            await self._fire()

    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        latest = self.now + seconds
        await self._run_ready()
        while self._timers and self._timers[0][0] <= latest:
            await self._fire()
        self.now = latest

    def wake(self, wait: _Wait, value: object) -> None:
        """Let the process go on that waits for this."""
        if wait.seconds is not None and not wait.patient:
            self._hurried -= 1
        wait.process.wait = None
        self._ready.append((wait.process, value))

    async def _fire(self) -> None:
        when, _, wait = heapq.heappop(self._timers)
        if wait.over:  # it was woken by something else
            return
        self.now = when
        self.wake(wait, None)
        await self._run_ready()

    async def _run_ready(self) -> None:
        while self._ready:
            process, value = self._ready.popleft()
            await self._step(process, value)

    async def _step(self, process: Process, value: object) -> None:
        wait: _Wait | None = await _Step(process.coroutine, value)
        # What happened to it while it was busy is raised where it would have begun to wait.
        while wait is not None and process.interruption is not None:
            wait.process = process
            wait = await _Step(process.coroutine, None)
        if wait is None:
            process.done = True
            return
        wait.process = process
        process.wait = wait
        if wait.seconds is not None:
            heapq.heappush(self._timers, (self.now + wait.seconds, next(self._order), wait))
            self._hurried += not wait.patient


class _Step:
    """Lets a process run until it waits for virtual time. What it awaits that is real, the caller's loop awaits."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], value: object) -> None:
        self._coroutine = coroutine
        self._value = value

    def __await__(self) -> Generator[Any, Any, _Wait | None]:
        coroutine = self._coroutine
        try:
            waits_for: Any = coroutine.send(self._value)
            while not isinstance(waits_for, _Wait):
                try:
                    value = yield waits_for
                except BaseException as real:  # noqa: BLE001 - handed on to the process, as `await` would
                    waits_for = coroutine.throw(real)
                else:
                    waits_for = coroutine.send(value)
        except StopIteration:
            return None
        return waits_for
