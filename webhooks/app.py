"""`Webhooks`: the object that users make. It wires the modules and is an ASGI app."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from webhooks import asgi, parsing
from webhooks.auth import AllowAll, Authenticator
from webhooks.bxml import Document, Handler, Verb
from webhooks.deadline import Deadline
from webhooks.delivery import Delivery, Reply
from webhooks.dispatch import Dispatcher
from webhooks.errors import UsageError
from webhooks.events import Event
from webhooks.hints import Hints
from webhooks.receiver import Receiver
from webhooks.repeats import Repeats
from webhooks.routing import CallResult, ErrorPlan, Reachable, Router, Table, error_plan_of, is_async
from webhooks.rules import ALLOWED, check
from webhooks.state import StateStore
from webhooks.state.holding import States

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import Receive, Scope, Send

    from webhooks.hooks import Hook, Hooks
    from webhooks.inbox import Background, Inbox
    from webhooks.inbox.intake import Intake, Tally
    from webhooks.worker import Worker

__all__ = ["OnError", "Webhooks"]

_log = logging.getLogger("webhooks.app")

X = TypeVar("X", bound=Exception)
R = TypeVar("R", bound=CallResult)


class OnError(Protocol[X]):
    """Decorates the handler of an error."""

    @overload
    def __call__(self, handler: Callable[[X], Awaitable[R]], /) -> Callable[[X], Awaitable[R]]: ...
    @overload
    def __call__(self, handler: Callable[[X, Event], Awaitable[R]], /) -> Callable[[X, Event], Awaitable[R]]: ...
    @overload
    def __call__(self, handler: Callable[[X], R], /) -> Callable[[X], R]: ...
    @overload
    def __call__(self, handler: Callable[[X, Event], R], /) -> Callable[[X, Event], R]: ...


class Webhooks(Router):
    """Receives the webhooks of Bandwidth applications: an ASGI app, and a router of handlers.

    Args:
        auth: who may deliver. `BasicAuth(user, password)`, `BasicAuth.from_env()`, your own `Authenticator`, or
            `AllowAll()` spelled out.
        fallback: the document for a caller whose handler failed; without one the answer is 500, and Bandwidth tries the
            fallback URL.
        deadline: seconds a handler may take; one number for all, or `Deadline(voice=14, messaging=9)`.
        max_body: bytes of the largest delivery.
        threads: how many `def` handlers may run at once; one more is an error at once. Those of what an inbox keeps
            have as many of their own, and wait for one.
        state: the store for what handlers remember of calls, `context.state(...)`; the memory of this process without
            one. Repeated deliveries are recognized through it by all processes.
        once: a call or conference event that is delivered again within two minutes gets the same reply, and its handler
            does not run again.
        debug: log tracebacks with their messages, which may hold what callers said.
        inbox: where notifications wait until they are handled, after they were answered: `SqliteInbox("inbox.db")`.
            Without one they are handled before they are answered.
        background: how what waits there is handled.
        hooks: told what happens to deliveries, such as `LogHook()` and `OtelHook()` of `webhooks.hooks`.

    Raises:
        UsageError: a setting that cannot be.
    """

    def __init__(
        self,
        *,
        auth: Authenticator,
        fallback: Document[Verb] | None = None,
        deadline: float | Deadline | None = None,
        max_body: int = 1024 * 1024,
        threads: int = 32,
        state: StateStore | None = None,
        once: bool = True,
        debug: bool = False,
        inbox: Inbox | None = None,
        background: Background | None = None,
        hooks: Sequence[Hook] = (),
    ) -> None:
        super().__init__()
        _check_auth(auth)
        for name, value in (("max_body", max_body), ("threads", threads)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise UsageError(f"{name}={value!r}: expected a whole number above 0.")
        if background is not None and inbox is None:
            raise UsageError('background=... says how an inbox is worked off: give inbox=SqliteInbox("inbox.db"), too.')
        if isinstance(inbox, (str, type)) or not (inbox is None or hasattr(inbox, "accept")):
            raise UsageError(
                f'inbox is of type {_kind(inbox)}, expected an inbox, as SqliteInbox("inbox.db") of webhooks.inbox.'
            )
        self._inbox = inbox
        self._background = background
        self._intake: Intake | None = None
        self._worker: Worker | None = None
        self._auth = auth
        self._fallback = _checked(fallback)
        self._deadline = _deadline(deadline)
        self._max_body = max_body
        self._threads = threads
        if isinstance(state, (str, type)) or not (state is None or hasattr(state, "forget")):
            raise UsageError(
                f'state is of type {_kind(state)}, expected a store, as SqliteState("state.db") of webhooks.state.'
            )
        self._states = States(state)
        self._once = once
        self._debug = debug
        if isinstance(hooks, str) or not isinstance(hooks, Sequence) or not all(map(_is_hook, hooks)):
            raise UsageError(f"hooks={hooks!r}: expected a list of functions of one `Details`, as [LogHook()].")
        self._told = tuple(hooks)
        self._errors: dict[type[Exception], ErrorPlan] = {}
        self._receiver: Receiver | None = None

    @property
    def auth(self) -> Authenticator:
        """Who may deliver."""
        return self._auth

    @property
    def fallback(self) -> Document[Verb] | None:
        """The document for a caller whose handler failed."""
        return self._fallback

    @property
    def deadline(self) -> Deadline:
        """How long a handler may take."""
        return self._deadline

    @property
    def caught(self) -> frozenset[type[Exception]]:
        """The exceptions that have an `on_error` handler."""
        return frozenset(self._errors)

    @property
    def state(self) -> StateStore | None:
        """The store for what handlers remember; None for the memory of this process."""
        return self._states.shared

    @property
    def inbox(self) -> Inbox | None:
        """Where notifications wait until they are handled."""
        return self._inbox

    @property
    def worker(self) -> Worker | None:
        """Handles what the inbox keeps; None without one, and until the app is frozen."""
        return self._worker

    @property
    def tally(self) -> Tally:
        """What became of the events that this process was to keep in the inbox, in numbers."""
        if self._intake is not None:
            return self._intake.tally
        from webhooks.inbox.intake import Tally

        return Tally()

    def on_error(self, error: type[X], /) -> OnError[X]:
        """Register the decorated function for what handlers raise: it gets the error, and the event if it takes two
        parameters, and returns the answer. The closest class wins. `DeadlineExceeded` is a `TimeoutError`.

        Raises:
            UsageError: no exception class, one that has a handler, or it comes too late.
        """
        if not (isinstance(error, type) and issubclass(error, Exception)):
            raise UsageError(f"on_error({error!r}): expected an exception class, as on_error(TimeoutError).")

        def register(handler: Any) -> Any:
            self._refuse_when_frozen(f"on_error({error.__name__})")
            if error in self._errors:
                raise UsageError(f"on_error({error.__name__}) has a handler: {self._errors[error].name}.")
            self._errors[error] = error_plan_of(handler)
            return handler

        return register

    def freeze(self) -> None:
        """Take no more routes and make the table of those there are. The first delivery or the server's start does it.

        Raises:
            UsageError: a route that can never be reached.
        """
        Reachable(self.routes())
        self._ready()

    def _first(self) -> Receiver:
        """The receiver for a delivery that froze the app: somebody waits, so a mistake is told and served around."""
        try:
            self.freeze()
        except UsageError as error:
            _log.error("%s", error)
        return self._ready()

    def _ready(self) -> Receiver:
        if self._receiver is None:
            hints = Hints()
            table = self._freeze()
            # What no route takes is answered, too, but seldom comes.
            parsing.prepare({event.family for route in table.routes for event in route.events})
            hooks = self._telling(table) if self._told else None
            dispatcher = self._dispatcher(table, hints, hooks, self._deadline, self._fallback)
            repeats = self._remembering(table, dispatcher, hooks) if self._once else None
            if self._inbox is not None:
                self._intake, self._worker = self._kept_in(self._inbox, table, hints, hooks)
            elif any(route.ordered for route in table.routes):
                _log.warning("on(..., ordered=True) means nothing in an app without an inbox.")
            self._receiver = Receiver(
                auth=self._auth,
                table=table,
                dispatcher=dispatcher,
                hints=hints,
                max_body=self._max_body,
                intake=self._intake,
                repeats=repeats,
                hooks=hooks,
                debug=self._debug,
            )
            if isinstance(self._auth, AllowAll):
                _log.warning(
                    "AllowAll: everybody who knows the URL can answer your calls. Use BasicAuth in production."
                )
        return self._receiver

    def _telling(self, table: Table) -> Hooks:
        from webhooks.hooks import Hooks

        return Hooks(self._told, paths=table.paths)

    def _remembering(self, table: Table, dispatcher: Dispatcher, hooks: Hooks | None) -> Repeats:
        return Repeats(
            self._states,
            dispatch=dispatcher.dispatch,
            paths=table.paths,
            clock=dispatcher.clock,
            deadline=self._deadline,
            late=dispatcher.fail,
            hooks=hooks,
        )

    def _dispatcher(
        self,
        table: Table,
        hints: Hints,
        hooks: Hooks | None,
        deadline: Deadline,
        fallback: Document[Verb] | None,
        *,
        made: type[Dispatcher] = Dispatcher,
    ) -> Dispatcher:
        return made(
            table=table,
            deadline=deadline,
            errors=self._errors,
            fallback=fallback,
            hints=hints,
            threads=self._threads,
            debug=self._debug,
            states=self._states,
            hooks=hooks,
        )

    def _kept_in(self, inbox: Inbox, table: Table, hints: Hints, hooks: Hooks | None) -> tuple[Intake, Worker]:
        # Most apps have no inbox, and need none of this.
        from webhooks.inbox import Background
        from webhooks.inbox.intake import Intake
        from webhooks.inbox.spool import Spool
        from webhooks.worker import Unhurried, Worker

        background = self._background or Background()
        spool = Spool(background.spool_for(inbox))
        deadline = Deadline(voice=background.deadline, messaging=background.deadline)
        dispatcher = self._dispatcher(table, hints, hooks, deadline, None, made=Unhurried)
        worker = Worker(inbox, background=background, spool=spool, table=table, dispatcher=dispatcher, hints=hints)
        return Intake(inbox, background=background, spool=spool, begin=worker.begin), worker

    async def receive(self, delivery: Delivery) -> Reply:
        """The reply to a delivery, without any web framework: for Lambda, Django views, and tests."""
        return await (self._receiver or self._first()).receive(delivery)

    def url_for(self, handler: Handler, *, base: str = "", event: type[Event] | None = None) -> str:
        """The URL of a handler for REST calls and workers, where no delivery tells where the app is mounted.

        Args:
            handler: a handler with one route that has a path.
            base: what stands before that path: "https://example.com/bandwidth".
            event: which of its events, when the handler has several routes.

        Raises:
            UsageError: no such route, or several.
        """
        event_type = event.event_types()[0] if event and event.event_types() else ""
        return base.rstrip("/") + Table(self.routes()).path_for(handler, event_type)

    def install(self, app: Starlette, path: str) -> None:
        """Serve at `path` and below in a Starlette or FastAPI app, with and without a trailing slash.

        The app starts and stops this one, but nothing depends on it.

        Raises:
            UsageError: no such app, or no such path.
        """
        # Whoever has such an app has imported Starlette; whoever serves this one by itself need not.
        from webhooks.installing import install

        install(self, app, path, self._start, self._stop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            await asgi.serve(self._receiver or self._first(), scope, receive, send)
        elif scope["type"] == "lifespan":
            await asgi.serve_lifespan(self._start, self._stop, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _start(self) -> None:
        self.freeze()
        await self._states.open()
        if self._worker is not None:
            await self._worker.start()

    async def _stop(self) -> None:
        self._ready().close()
        if self._worker is not None:
            await self._worker.stop()
        await self._states.close()


def _kind(value: object) -> str:
    """What was given, without its value, which may be a password or hold one."""
    return f"type, the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def _check_auth(auth: object) -> None:
    """Refuse what would let nobody in."""
    if not callable(auth) or isinstance(auth, type):
        raise UsageError(
            f"auth is of type {_kind(auth)}, expected BasicAuth(user, password), BasicAuth.from_env(), an "
            "Authenticator of yours, or AllowAll()."
        )
    if is_async(auth):
        raise UsageError("auth is `async def`: it is called before anything is awaited; write it as `def`.")
    try:
        signature = inspect.signature(auth)
    except ValueError:
        return  # as of some functions in C
    try:
        signature.bind(None)
    except TypeError:
        raise UsageError(
            "auth cannot be called with a delivery alone: write `def check(delivery: Delivery, /) -> None`."
        ) from None
    if signature.return_annotation in (bool, "bool"):
        raise UsageError(
            "auth returns bool: it must return None for a delivery of Bandwidth's, and raise NotAuthenticated for any "
            "other. One that returns anything lets nobody in."
        )


def _checked(fallback: Document[Verb] | None) -> Document[Verb] | None:
    if fallback is None:
        return None
    if not isinstance(fallback, Document):
        raise UsageError(f"fallback is {type(fallback).__name__}, expected a Document, as Document(Hangup()).")
    refused = [[v for v in check(fallback.verbs, event) if v.severity == "error"] for event in ALLOWED]
    if all(refused):
        raise UsageError(f"fallback may not answer any event: {refused[0][0].sentence}.")
    return fallback


def _is_hook(given: object) -> bool:
    return callable(given) and not isinstance(given, type) and not is_async(given)


def _deadline(given: float | Deadline | None) -> Deadline:
    if given is None:
        return Deadline()
    return given if isinstance(given, Deadline) else Deadline(voice=given, messaging=given)
