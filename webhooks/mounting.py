"""Finds the Webhooks in an ASGI app: itself, or mounted or installed somewhere below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.routing import Mount

from webhooks.app import Webhooks
from webhooks.auth import BasicAuth

__all__ = ["Mounted", "credentials_at", "hooks_in"]


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


def credentials_at(app: Any, path: str) -> tuple[str, str] | None:
    """The credentials of the Webhooks that gets what goes to `path`; None for a URL, and for one that wants none."""
    whole = path.partition("?")[0].rstrip("/") + "/"
    below = [mounted for mounted in hooks_in(app) if whole.startswith(f"{mounted.prefix}/")]
    auth = max(below, key=lambda mounted: len(mounted.prefix)).hooks.auth if below else None
    return auth.credentials if isinstance(auth, BasicAuth) else None


def _below(app: Any, prefix: str, *, has_slash: bool, is_started: bool) -> Iterator[Mounted]:
    if isinstance(app, Webhooks):
        yield Mounted(prefix, app, has_slash, is_started)
        return
    routes: Any = getattr(app, "routes", ())
    # Of another framework's app it may be a method.
    for route in () if callable(routes) else routes:
        # A Starlette `Mount`, what `install` made, or a plain route, whose app is none of ours.
        path, below = getattr(route, "path", None), getattr(route, "app", None)
        if isinstance(path, str) and below is not None:
            plain = isinstance(route, Mount)
            yield from _below(below, prefix + path, has_slash=plain, is_started=is_started and not plain)
