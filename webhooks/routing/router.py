"""An ordered list of routes, which can include routers; and the decorator that type checkers understand.

`on` has one overload per kind of event, and the decorator it gives one per shape of handler, so that mypy and pyright
reject a wrong event, condition, parameter or result at the decorator's line. Shapes with the event alone come first and
last: mypy explains a mistake with the first, pyright with the last. A union across kinds passes some of them and is
refused when it is registered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, overload

from typing_extensions import TypeForm

from webhooks.bxml import ConferenceVerb, Document, Foreign, Verb
from webhooks.context import Context
from webhooks.delivery import Reply
from webhooks.errors import UsageError
from webhooks.events import CallEvent, ConferenceEvent, Event, NotificationEvent
from webhooks.routing.handlers import plan_of
from webhooks.routing.route import Route, check_keeping, conditions_for, events_of, path_of
from webhooks.routing.table import Reachable, Table

__all__ = ["CallResult", "ConferenceResult", "OnCall", "OnConference", "OnNotification", "Router"]

CallResult: TypeAlias = Document[Verb] | Verb | Foreign | Sequence[Verb | Foreign] | Reply | None
"""What the handler of a call event returns."""
ConferenceResult: TypeAlias = (
    Document[ConferenceVerb] | ConferenceVerb | Foreign | Sequence[ConferenceVerb | Foreign] | Reply | None
)
"""What the handler of a conference event returns."""

C = TypeVar("C", bound=CallEvent)
K = TypeVar("K", bound=ConferenceEvent)
N = TypeVar("N", bound=NotificationEvent)
CR = TypeVar("CR", bound=CallResult)
KR = TypeVar("KR", bound=ConferenceResult)


class OnCall(Protocol[C]):
    """Decorates the handler of call events."""

    @overload
    def __call__(self, handler: Callable[[C], Awaitable[CR]], /) -> Callable[[C], Awaitable[CR]]: ...
    @overload
    def __call__(self, handler: Callable[[C, Context], Awaitable[CR]], /) -> Callable[[C, Context], Awaitable[CR]]: ...
    @overload
    def __call__(self, handler: Callable[[C, Context], CR], /) -> Callable[[C, Context], CR]: ...
    @overload
    def __call__(self, handler: Callable[[C], CR], /) -> Callable[[C], CR]: ...


class OnConference(Protocol[K]):
    """Decorates the handler of conference events."""

    @overload
    def __call__(self, handler: Callable[[K], Awaitable[KR]], /) -> Callable[[K], Awaitable[KR]]: ...
    @overload
    def __call__(self, handler: Callable[[K, Context], Awaitable[KR]], /) -> Callable[[K, Context], Awaitable[KR]]: ...
    @overload
    def __call__(self, handler: Callable[[K, Context], KR], /) -> Callable[[K, Context], KR]: ...
    @overload
    def __call__(self, handler: Callable[[K], KR], /) -> Callable[[K], KR]: ...


class OnNotification(Protocol[N]):
    """Decorates the handler of notifications."""

    @overload
    def __call__(self, handler: Callable[[N], Awaitable[None]], /) -> Callable[[N], Awaitable[None]]: ...
    @overload
    def __call__(
        self, handler: Callable[[N, Context], Awaitable[None]], /
    ) -> Callable[[N, Context], Awaitable[None]]: ...
    @overload
    def __call__(self, handler: Callable[[N, Context], None], /) -> Callable[[N, Context], None]: ...
    @overload
    def __call__(self, handler: Callable[[N], None], /) -> Callable[[N], None]: ...


class Router:
    """An ordered list of routes; can include routers."""

    def __init__(self) -> None:
        self._entries: list[Route | tuple[str, Router]] = []
        self._reachable = Reachable()
        self._frozen = False

    @overload
    def on(self, event: TypeForm[C], /, *conditions: Callable[[C], bool], path: str | None = None) -> OnCall[C]: ...
    @overload
    def on(
        self, event: TypeForm[K], /, *conditions: Callable[[K], bool], path: str | None = None
    ) -> OnConference[K]: ...
    @overload
    def on(
        self,
        event: TypeForm[N],
        /,
        *conditions: Callable[[N], bool],
        path: str | None = None,
        inline: bool = False,
        ordered: bool = False,
    ) -> OnNotification[N]: ...
    def on(
        self, event: Any, /, *conditions: Any, path: str | None = None, inline: bool = False, ordered: bool = False
    ) -> Any:
        """Register the decorated function for an event class, a base class or a union; it is returned unchanged.

        Args:
            event: what the handler gets: `GatherEvent`, `CallEvent`, `MessageDeliveredEvent | MessageFailedEvent`.
            conditions: further tests, as `tag("menu")` or any callable of the event; all must hold.
            path: the path below the app that the delivery must have come to; any, when None. A handler with a path
                can stand for its URL in a verb.
            inline: handle a notification before it is answered, though the app has an inbox.
            ordered: hand over the events of a call, or of a conversation, one at a time and in the order in which they
                were accepted. For notifications, where the app has an inbox.

        Raises:
            UsageError: a mistake in the registration, or one that comes too late.
        """
        events = events_of(event)
        check_keeping(events, inline=inline, ordered=ordered)
        made = conditions_for(events, conditions)
        own_path = None if path is None else path_of(path)

        def register(handler: Any) -> Any:
            self._add(Route(events, made, own_path, plan_of(handler, events), inline, ordered))
            return handler

        return register

    def _add(self, route: Route) -> None:
        self._refuse_when_frozen(str(route))
        self._reachable.add(route)
        self._entries.append(route)

    def include(self, router: Router, prefix: str = "") -> None:
        """Add another router's routes here, now and later, their paths below `prefix`. Routes without a path keep none.

        Raises:
            UsageError: no router, one that includes this one, or it comes too late.
        """
        if not isinstance(router, Router):
            raise UsageError(f"include() takes a Router, not {type(router).__name__}.")
        self._refuse_when_frozen("include()")
        if self in router.routers():
            raise UsageError("include(): this router is already part of the other one; they would include each other.")
        entry = (path_of(prefix, "prefix") if prefix else "", router)
        self._reachable = Reachable([*self.routes(), *_below(entry)])
        self._entries.append(entry)

    def routers(self) -> list[Router]:
        """This router and all that it includes."""
        return [self] + [inner for entry in self._entries if isinstance(entry, tuple) for inner in entry[1].routers()]

    def routes(self) -> Iterator[Route]:
        """All routes in order, included ones where they were included."""
        for entry in self._entries:
            if isinstance(entry, Route):
                yield entry
            else:
                yield from _below(entry)

    def match(self, event: Event, path: str = "/") -> Route | None:
        """The route that an event at `path` would take, or None. For tests and tools; the app keeps a table."""
        return Table(self.routes()).match(event, path)

    def _freeze(self) -> Table:
        table = Table(self.routes())
        for router in self.routers():
            router._frozen = True  # noqa: SLF001 - another router of the same app
        return table

    def _refuse_when_frozen(self, what: str) -> None:
        if self._frozen:
            raise UsageError(
                f"{what} comes too late: the app has served a delivery, or was frozen, and its routes stand. "
                "Register while modules are imported; a router that is included later must be imported before."
            )


def _below(entry: tuple[str, Router]) -> Iterator[Route]:
    prefix, router = entry
    return (route.below(prefix) for route in router.routes())
