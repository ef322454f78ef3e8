"""Where an app takes which events, read from its routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from webhooks.auth import AllowAll, BasicAuth
from webhooks.errors import UsageError
from webhooks.events import EVENTS, Event, InvalidEvent, UnknownEvent
from webhooks.mounting import Mounted, hooks_in
from webhooks.routing import Route, url_path

__all__ = ["Address", "addresses_of", "handled_by", "server_of"]


@dataclass(frozen=True, slots=True)
class Address:
    """One path, or any below a prefix, and what it takes."""

    mounted: Mounted
    path: str | None
    """Below the app that was named, as a URL has it; None where the URL is what somebody gave to Bandwidth."""
    events: tuple[type[Event], ...]
    """In the order of the documentation."""

    @property
    def is_open(self) -> bool:
        """Whether everybody may deliver."""
        return isinstance(self.mounted.hooks.auth, AllowAll)

    @property
    def is_basic(self) -> bool:
        """Whether user name and password are asked for; an authenticator of the user's asks for what it likes."""
        return isinstance(self.mounted.hooks.auth, BasicAuth)

    @property
    def description(self) -> str:
        """Which URLs are meant, where the path does not say so."""
        return f"The URL that Bandwidth was given: {self.mounted.prefix}/ or any path below that no other event has."


def addresses_of(app: Any) -> list[Address]:
    """The addresses of a Webhooks, or of an app that has some installed: those with a path first, in order.

    Nobody sends an `InvalidEvent`: it is what another event becomes, and has no address.

    Raises:
        UsageError: there is no Webhooks in it.
    """
    found = list(hooks_in(app))
    if not found:
        raise UsageError(
            f"{type(app).__name__} has no Webhooks in it: give the Webhooks itself, or the Starlette or FastAPI app "
            'after hooks.install(app, "/bandwidth").'
        )
    addresses = [address for mounted in found for address in _of(mounted)]
    return sorted(addresses, key=lambda one: one.path is None)


def _of(mounted: Mounted) -> list[Address]:
    events: dict[str | None, set[type[Event]]] = {}
    for route in mounted.hooks.routes():
        events.setdefault(_path(mounted, route), set()).update(route.events)
    return [Address(mounted, path, _in_order(taken)) for path, taken in events.items() if taken != {InvalidEvent}]


def _in_order(events: set[type[Event]]) -> tuple[type[Event], ...]:
    return tuple(event for event in (*EVENTS, UnknownEvent) if event in events)


def handled_by(address: Address, event: type[Event]) -> str:
    """A sentence with the names of the handlers, in the order in which they are asked."""
    routes = (route for route in address.mounted.hooks.routes() if event in route.events)
    names = dict.fromkeys(route.plan.name for route in routes if _path(address.mounted, route) == address.path)
    return f"Handled by {', '.join(names)}."


def _path(mounted: Mounted, route: Route) -> str | None:
    return None if route.path is None else url_path(mounted.path_of(route.path))


def server_of(url: str) -> SplitResult:
    """The parts of a server's URL, without a slash at the end.

    Raises:
        UsageError: it is none.
    """
    parts = urlsplit(url.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(f'server="{url}": expected a URL, as "https://example.com".')
    return parts
