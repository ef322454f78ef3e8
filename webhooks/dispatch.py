"""Runs the handler of an event, within its deadline, and turns whatever happens into a reply.

1. The caller waits: whatever a handler raises, there is an answer, and it is on time.
2. No task, thread or timer for a handler that answers without waiting: the deadline starts where it first waits.
3. A handler that raises SystemExit, GeneratorExit or a cancellation of its own has failed like any other. A server's
   cancellation goes on, and so does KeyboardInterrupt, with which somebody ends the program.
4. `except Exception` stands here and nowhere else. What failed is logged by type and place; its message may hold a
   caller's text and is logged only by `Webhooks(debug=True)`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import inspect
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from webhooks.bxml import Document, Handler, LinkTo, Verb
from webhooks.context import Attempt, Context
from webhooks.deadline import Deadline, Runner
from webhooks.delivery import Delivery, Reply
from webhooks.errors import BxmlError, DeadlineExceeded, HandlerError, PoolExhausted, StateError, UsageError
from webhooks.events import Event
from webhooks.hints import Hints
from webhooks.logs import described, loggable, place_of
from webhooks.repeats import Outcome
from webhooks.reply import FAILED, compose
from webhooks.routing import ErrorPlan, Plan, Table
from webhooks.rules import ALLOWED
from webhooks.state.holding import States
from webhooks.state.scope import ENDINGS

if TYPE_CHECKING:
    from webhooks.hooks import Happening, Hooks

__all__ = ["Dispatcher", "Keeping"]

Keeping: TypeAlias = Literal["not", "kept", "ordered"]
"""Whether an event waits in the inbox, and in order."""

_log = logging.getLogger("webhooks.dispatch")

# What an `on_error` handler may take after the deadline has passed, in seconds: Bandwidth waits one second longer.
_GRACE = 0.5
# Seconds by which a loop that counts in milliseconds may be early with a deadline.
_TICK = 0.001


@dataclass(slots=True)
class _Turn:
    """One event's, where more than one step is taken for it."""

    name: str
    """The handler's."""
    event: Event
    delivery: Delivery
    link: LinkTo
    arrived: float
    attempt: Attempt | None


class Dispatcher:
    """Runs handlers for one app."""

    def __init__(
        self,
        *,
        table: Table,
        deadline: Deadline,
        errors: Mapping[type[Exception], ErrorPlan],
        fallback: Document[Verb] | None,
        hints: Hints,
        threads: int,
        debug: bool,
        states: States,
        hooks: Hooks | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        """Seconds, from any start. The loop's own time costs a system call to find the loop."""
        self._table = table
        self._deadline = deadline
        self._errors = errors
        self._fallback = fallback
        self._hints = hints
        self._debug = debug
        self._states = states
        self._hooks = hooks
        self._threads = threads
        self._slots = threading.BoundedSemaphore(threads)
        self._pool: concurrent.futures.ThreadPoolExecutor | None = None
        self._runner = Runner()

    def dispatch(
        self,
        event: Event,
        delivery: Delivery,
        link: LinkTo,
        arrived: float,
        attempt: Attempt | None = None,
        *,
        ends: bool = True,
    ) -> Outcome:
        """The reply to an event, awaitable where something has to be waited for; None when no route takes it.

        Args:
            event: what happened.
            delivery: what it came in.
            link: gives handlers' URLs.
            arrived: what `clock` said when the delivery came in.
            attempt: of a delivery that an inbox kept; is told why it failed.
            ends: whether a call's last event lets go of what is remembered of the call.
        """
        if event.__class__ in ENDINGS and ends and self._states.may_hold:
            return self._ended(event, delivery, link, arrived, attempt)
        name = "a condition"
        try:
            route = self._table.match(event, delivery.path)
            if route is None:
                return None
            plan = route.plan
            name = plan.name
            if self._hooks is not None:
                self._tell("matched", _Turn(name, event, delivery, link, arrived, attempt))
            if plan.takes_context:
                arguments: tuple[object, ...] = event, self._context(event, delivery, link, arrived, attempt)
            else:
                arguments = (event,)
            if not plan.is_async:
                coming = self._in_thread(plan, arguments, self._latest(event, arrived))
                return self._composed(coming, _Turn(name, event, delivery, link, arrived, attempt))
            # Most handlers never wait. What they return is here after one step, without a layer in between.
            coroutine: Any = plan.handler(*arguments)
            if coroutine.__class__ is not CoroutineType:
                coroutine = _awaited(coroutine)
            try:
                waits_for = coroutine.send(None)
            except StopIteration as done:
                result = done.value
            except GeneratorExit as error:
                raise HandlerError("it raised GeneratorExit") from error
            else:
                coming = self._runner.within(self._latest(event, arrived) - self.clock(), coroutine, waits_for)
                return self._composed(coming, _Turn(name, event, delivery, link, arrived, attempt))
            reply = compose(result, event, name, link, self._hints)
            if self._hooks is not None:
                self._tell("replied", _Turn(name, event, delivery, link, arrived, attempt), reply)
            return reply
        except Exception as error:  # noqa: BLE001 - rule 4
            return self._failed(error, _Turn(name, event, delivery, link, arrived, attempt))
        except BaseException as error:  # noqa: BLE001 - rule 4
            return self._failed(_failure(error), _Turn(name, event, delivery, link, arrived, attempt))

    async def _composed(self, coming: Awaitable[object], turn: _Turn) -> Reply:
        """The reply for what a handler returns that waits for something, or has a thread."""
        try:
            reply = compose(await coming, turn.event, turn.name, turn.link, self._hints)
            if self._hooks is not None:
                self._tell("replied", turn, reply)
            return reply
        except Exception as error:  # noqa: BLE001 - rule 4
            failure = error
        except BaseException as error:  # noqa: BLE001 - rule 4
            failure = _failure(error)
        return await self._failed(failure, turn)

    def fail(
        self, error: DeadlineExceeded, event: Event, delivery: Delivery, link: LinkTo, arrived: float
    ) -> Awaitable[Reply]:
        """The reply to an event whose handler runs in another process, and is too late there."""
        return self._failed(error, _Turn("of another process", event, delivery, link, arrived, None))

    async def _failed(self, error: Exception, turn: _Turn) -> Reply:
        """The reply where a handler has failed."""
        event = turn.event
        self._report(error, turn.name, event, turn.attempt)
        if self._hooks is not None:
            self._tell("timed out" if isinstance(error, DeadlineExceeded) else "failed", turn, error=error)
        reply = await self._recover(error, event, turn.link, self._latest(event, turn.arrived))
        if self._hooks is not None:
            self._tell("replied", turn, reply)
        return reply

    def _tell(
        self, what: Happening, turn: _Turn, reply: Reply | None = None, *, error: Exception | None = None
    ) -> None:
        cast("Hooks", self._hooks).tell(
            what,
            turn.event,
            turn.delivery,
            turn.arrived,
            handler=turn.name,
            latest=self._latest(turn.event, turn.arrived),
            reply=reply,
            error=error,
            attempt=1 if turn.attempt is None else turn.attempt.number,
        )

    async def _ended(
        self, event: Event, delivery: Delivery, link: LinkTo, arrived: float, attempt: Attempt | None
    ) -> Reply | None:
        """The reply to the last event of a call, which is let go of: in a while, so before its last handlers ran."""
        try:
            await self._states.end(event)
        except Exception as error:  # noqa: BLE001 - rule 4
            _log.error("State is not forgotten before its time: %s", _public(error) or described(error))
        reply = self.dispatch(event, delivery, link, arrived, attempt, ends=False)
        return reply if reply is None or isinstance(reply, Reply) else await reply

    def keeping(self, event: Event, path: str) -> Keeping:
        """Whether a notification is for the inbox: neither what is handled at once, nor what no route takes."""
        try:
            route = self._table.match(event, path)
        except Exception:  # noqa: BLE001 - rule 4: a condition; it is told of when the event is handled
            return "kept"
        if route is None or route.inline:
            return "not"
        return "ordered" if route.ordered else "kept"

    def fall_back(self, event: type[Event], link: LinkTo) -> Reply | None:
        """The fallback as the answer to `event`; None when there is none, or it may not answer that event."""
        if self._fallback is None or event not in ALLOWED:
            return None
        try:
            return compose(self._fallback, event, "fallback", link, self._hints)
        except Exception as error:  # noqa: BLE001 - rule 4
            _log.error("The fallback cannot be sent: %s", error if isinstance(error, UsageError) else described(error))
            return None

    def close(self) -> None:
        """Wait for no thread: what runs on is past its deadline."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _latest(self, event: Event, arrived: float) -> float:
        """What the clock says at the event's deadline. Asked only when somebody waits."""
        return arrived + self._deadline.of(event)

    def _context(
        self, event: Event, delivery: Delivery, link: LinkTo, arrived: float, attempt: Attempt | None
    ) -> Context:
        when = self._latest(event, arrived)
        if attempt is None:
            return Context(delivery, link, lambda: when - self.clock(), event, self._states)
        facts = (attempt.number, attempt.first_seen)
        return Context(delivery, link, lambda: when - self.clock(), event, self._states, *facts)

    async def _in_thread(self, plan: Plan | ErrorPlan, arguments: tuple[object, ...], when: float) -> object:
        if when <= self.clock() + _TICK:
            raise DeadlineExceeded("no time was left to start it")
        if not self._slots.acquire(blocking=False):
            raise PoolExhausted(
                f"all {self._threads} threads for `def` handlers are taken; write them as `async def`, or raise "
                "Webhooks(threads=...)."
            )
        if self._pool is None:
            self._pool = concurrent.futures.ThreadPoolExecutor(self._threads, thread_name_prefix="webhooks")
        future = self._pool.submit(contextvars.copy_context().run, _called, plan.handler, arguments)
        future.add_done_callback(self._release)
        result = await self._of_thread(asyncio.wrap_future(future), plan.name, when)
        # An `async def` behind a decorator that is none.
        return await self._run(result, when) if inspect.isawaitable(result) else result

    async def _of_thread(self, coming: asyncio.Future[object], name: str, when: float) -> object:
        """What a handler returns that has a thread."""
        try:
            return await self._run(coming, when)
        except DeadlineExceeded:
            raise DeadlineExceeded("it outlived its deadline; its thread, which nobody can stop, runs on") from None

    async def _run(self, awaitable: Awaitable[object], when: float) -> object:
        """What `awaitable` gives, before the clock says `when`. As in `dispatch`, which spares itself this layer."""
        coroutine = _awaited(awaitable)
        try:
            waits_for = coroutine.send(None)
        except StopIteration as done:
            return done.value
        except GeneratorExit as error:
            raise HandlerError("it raised GeneratorExit") from error
        return await self._runner.within(when - self.clock(), coroutine, waits_for)

    def _release(self, future: Future[object]) -> None:
        self._slots.release()

    async def _recover(self, error: Exception, event: Event, link: LinkTo, when: float) -> Reply:
        plan = next((self._errors[kind] for kind in type(error).__mro__ if kind in self._errors), None)
        if plan is not None:
            try:
                return await self._answer(plan, error, event, link, when + _GRACE)
            except Exception as second:  # noqa: BLE001 - rule 4
                self._report(second, plan.name, event)
            except BaseException as second:  # noqa: BLE001 - rule 4
                self._report(_failure(second), plan.name, event)
        return self.fall_back(type(event), link) or FAILED

    async def _answer(self, plan: ErrorPlan, error: Exception, event: Event, link: LinkTo, when: float) -> Reply:
        """The reply of an `on_error` handler."""
        arguments = (error, event) if plan.takes_event else (error,)
        if plan.is_async:
            result = await self._run(cast("Awaitable[object]", plan.handler(*arguments)), when)
        else:
            result = await self._in_thread(plan, arguments, when)
        return compose(result, event, plan.name, link, self._hints)

    def _report(self, error: Exception, name: str, event: Event, attempt: Attempt | None = None) -> None:
        what = 'Handler "%s" failed on %s %s: %s.'
        # Of the handler's class and place, and our own sentences, nothing is a caller's.
        ours = _told(error, name)
        if attempt is not None:
            attempt.failure = ours
        facts = (name, loggable(getattr(event, "event_type", None)), loggable(event.correlation_id), ours)
        if self._debug:
            _log.error(what, *facts, exc_info=error)
        else:
            _log.error(what + " Webhooks(debug=True) logs the message and the traceback.", *facts)


def _told(error: Exception, name: str) -> str:
    """What is told of the failure of a handler whose name has been told."""
    public = _public(error).removesuffix(".")
    if not public:
        return described(error)
    start = f'handler "{name}"'
    if public.startswith(start):
        public = f"it{public.removeprefix(start)}".removeprefix("it: ")
    place = place_of(error)
    return f"{public}, at {place}" if place else public


def _public(error: Exception) -> str:
    """What an error of ours says, without values; nothing for what anybody else raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    raised_by_us = trace is None or trace.tb_frame.f_globals.get("__name__", "").startswith("webhooks.")
    if isinstance(error, BxmlError):
        return error.public if raised_by_us else ""
    return str(error) if raised_by_us and isinstance(error, (UsageError, HandlerError, StateError)) else ""


def _failure(error: BaseException) -> HandlerError:
    """What a handler raised that is no `Exception`, as one. What comes from outside goes on as it is: a cancellation,
    the end of the coroutine, the end of the program.
    """
    if isinstance(error, (GeneratorExit, KeyboardInterrupt)):
        raise error
    task = asyncio.current_task()
    if isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling()):
        raise error
    return HandlerError(f"it raised {type(error).__name__}")


async def _awaited(awaitable: Awaitable[object]) -> object:
    return await awaitable


def _called(handler: Handler, arguments: tuple[object, ...]) -> object:
    """In a thread: neither could travel back through a future and a coroutine."""
    try:
        return handler(*arguments)
    except (StopIteration, GeneratorExit) as error:
        raise HandlerError(f"it raised {type(error).__name__}") from error
