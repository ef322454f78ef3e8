"""The routes of an app, made once, looked up by event and path; and the URLs of handlers.

1. Routes whose path is the delivery's come first, then routes without a path; within each, first registered wins.
2. A route that can never be reached is refused when it is registered, or when the app is frozen: same path, and an
   earlier one takes all that it could. A delivery that comes first is served around it.
3. Looking up costs the same for ten routes as for a thousand: a dictionary by event, one by path.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MethodType
from urllib.parse import quote

from webhooks.bxml import Handler
from webhooks.errors import UsageError, did_you_mean
from webhooks.events import Event
from webhooks.events.catalogue import event_named
from webhooks.routing.handlers import name_of
from webhooks.routing.route import Route

__all__ = ["Links", "Reachable", "Table", "url_path"]


class Reachable:
    """What routes so far take, so that the next one can be refused when they leave nothing to it.

    Raises:
        UsageError: one of them can never be reached.
    """

    def __init__(self, routes: Iterable[Route] = ()) -> None:
        self._taken: dict[tuple[str | None, type[Event]], list[Route]] = {}
        for route in _distinct(routes):
            self.add(route)

    def add(self, route: Route) -> None:
        """Take a route.

        Raises:
            UsageError: earlier ones leave nothing to it; the message names one.
        """
        shadows = [self._shadow(route, event) for event in route.events]
        if all(shadows):
            raise UsageError(f"{route} can never be reached: {shadows[0]} comes first and takes all of it.")
        for event in route.events:
            self._taken.setdefault((route.path, event), []).append(route)

    def _shadow(self, route: Route, event: type[Event]) -> Route | None:
        earlier = self._taken.get((route.path, event), ())
        return next((one for one in earlier if set(one.conditions) <= set(route.conditions)), None)


class Table:
    """All routes of an app, frozen."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes: tuple[Route, ...] = _distinct(routes)
        self.paths: frozenset[str] = frozenset(route.path for route in self.routes if route.path is not None)
        self.known: frozenset[str] = frozenset({"", "/", *self.paths, *(path + "/" for path in self.paths)})
        """Every spelling of a path that some route has, and of the app's own URL."""
        self._urls = {path: url_path(path) or "/" for path in self.paths}
        self._anywhere: dict[type[Event], tuple[Route, ...]] = {}
        self._at: dict[type[Event], dict[str, tuple[Route, ...]]] = {}
        self._by_handler: dict[object, list[Route]] = {}
        for route in self.routes:
            self._by_handler.setdefault(_key(route.plan.handler), []).append(route)
            for event in route.events:
                self._add(event, route)

    def _add(self, event: type[Event], route: Route) -> None:
        if route.path is None:
            self._anywhere[event] = (*self._anywhere.get(event, ()), route)
        else:
            at = self._at.setdefault(event, {})
            at[route.path] = (*at.get(route.path, ()), route)

    def match(self, event: Event, path: str) -> Route | None:
        """The route of an event that came to `path` below the app, or None."""
        event_class = type(event)
        at = self._at.get(event_class)
        if at is not None:
            for route in at.get(path.rstrip("/"), ()):
                if not route.conditions or route.accepts(event):
                    return route
        for route in self._anywhere.get(event_class, ()):
            if not route.conditions or route.accepts(event):
                return route
        return None

    def handlers_of(self, event: type[Event]) -> list[str]:
        """The names of the handlers that take an event, whatever their paths and conditions."""
        return list(dict.fromkeys(route.plan.name for route in self.routes if event in route.events))

    def path_for(self, handler: Handler, event_type: str = "") -> str:
        """The encoded path of the one route with a path whose handler is `handler`, for `event_type` if it is given.

        Raises:
            UsageError: no such route, or several; the message names them.
        """
        routes = self._by_handler.get(_key(handler), [])
        event = event_named(event_type)
        found = [route for route in routes if route.path is not None and (event is None or event in route.events)]
        if len(found) == 1:
            return self._urls[found[0].path or ""]
        raise UsageError(self._no_link(handler, event, routes, found))

    def _no_link(self, handler: Handler, event: type[Event] | None, routes: list[Route], found: list[Route]) -> str:
        name = name_of(handler)
        if found:
            return f'"{name}" has several URLs: {"; ".join(map(str, found))}. Write the one that you mean as text.'
        wanted = event.__name__ if event else "..."
        if any(route.path is not None for route in routes):
            return f'"{name}" stands where the URL of {wanted} belongs, but handles {"; ".join(map(str, routes))}.'
        names = {name_of(route.plan.handler) for route in self.routes if route.path is not None}
        how = f'Register it with a path: @hooks.on({wanted}, path="/{name.rpartition(".")[2]}").'
        why = "has no route with a path" if routes else f"is no handler of this app.{did_you_mean(name, names)}"
        return f'"{name}" stands where a URL belongs, but {why.rstrip(".")}. {how}'


class Links:
    """Gives the URL of a handler for the deliveries of one mount: root path, mount and path."""

    __slots__ = ("_root", "_table", "root_path")

    def __init__(self, table: Table, root_path: str) -> None:
        self._table = table
        self._root = url_path(root_path.rstrip("/"))
        self.root_path: str = root_path

    def __call__(self, handler: Handler, event_type: str) -> str:
        """As `Table.path_for`, with what stands before it."""
        return self._root + self._table.path_for(handler, event_type)


def url_path(path: str) -> str:
    """`path` as a URL has it (RFC 3986, 3.3). Those of routes and deliveries are decoded, as ASGI has them."""
    return quote(path, safe="/!$&'()*+,;=:@", errors="replace")


def _distinct(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Without repetitions: a router may be included twice, and its routes without a path are the same everywhere."""
    return tuple({(route.plan, route.path): route for route in routes}.values())


def _key(handler: Handler) -> object:
    """Tells handlers apart. Methods are made anew each time and compare by value; an object need not have a hash."""
    return handler if isinstance(handler, MethodType) else id(handler)
