"""Finds the Webhooks in an ASGI app: itself, or mounted or installed somewhere below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.routing import Mount

from webhooks.app import Webhooks
from webhooks.asgi import MountedRoute

__all__ = ["Mounted", "hooks_in"]


@dataclass(frozen=True, slots=True)
class Mounted:
    """A Webhooks, and where it is served."""

    prefix: str
    """Path below the app that was named; "" when it is that app."""
    hooks: Webhooks


def hooks_in(app: Any, prefix: str = "") -> Iterator[Mounted]:
    """Every Webhooks that is `app`, or is mounted or installed somewhere in it."""
    if isinstance(app, Webhooks):
        yield Mounted(prefix, app)
        return
    for route in getattr(app, "routes", ()):
        if isinstance(route, (MountedRoute, Mount)):
            yield from hooks_in(route.app, prefix + route.path)
