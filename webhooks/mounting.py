"""Finds the Webhooks in an ASGI app: itself, or mounted or installed somewhere below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from webhooks.app import Webhooks

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
        # A Starlette `Mount`, what `install` made, or a plain route, whose app is none of ours.
        path, below = getattr(route, "path", None), getattr(route, "app", None)
        if isinstance(path, str) and below is not None:
            yield from hooks_in(below, prefix + path)
