"""Finds the Webhooks in an ASGI app: itself, or mounted or installed somewhere below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.routing import Mount

from webhooks.app import Webhooks

__all__ = ["Mounted", "hooks_in"]


@dataclass(frozen=True, slots=True)
class Mounted:
    """A Webhooks, and where it is served."""

    prefix: str
    """Path below the app that was named; "" when it is that app."""
    hooks: Webhooks
    has_slash: bool = False
    """Whether its own URL ends with a slash: a `Mount` of Starlette answers the one without by a redirect."""
    is_started: bool = True
    """Whether the lifespan of the app that was named starts it: Starlette runs none of what is mounted."""

    def path_of(self, path: str | None) -> str:
        """Where a route with this path is served; its own path, for a route that has none."""
        return self.prefix + (path or "/" * self.has_slash) or "/"


def hooks_in(app: Any) -> Iterator[Mounted]:
    """Every Webhooks that is `app`, or is mounted or installed somewhere in it, as they are asked."""
    yield from _below(app, "", has_slash=False, is_started=True)


def _below(app: Any, prefix: str, *, has_slash: bool, is_started: bool) -> Iterator[Mounted]:
    if isinstance(app, Webhooks):
        yield Mounted(prefix, app, has_slash, is_started)
        return
    for route in getattr(app, "routes", ()):
        # A Starlette `Mount`, what `install` made, or a plain route, whose app is none of ours.
        path, below = getattr(route, "path", None), getattr(route, "app", None)
        if isinstance(path, str) and below is not None:
            plain = isinstance(route, Mount)
            yield from _below(below, prefix + path, has_slash=plain, is_started=is_started and not plain)
