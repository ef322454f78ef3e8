"""Serves an app in a Starlette or FastAPI app.

The only module that needs Starlette. It is imported by `Webhooks.install`: who has a server run the app by itself does
not wait for Starlette.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from webhooks.asgi import Ready, split
from webhooks.errors import UsageError

__all__ = ["install"]


def install(app: ASGIApp, parent: Starlette, path: str, start: Ready, stop: Ready) -> None:
    """Serve `app` at and below a path of `parent`, which starts and stops it.

    Raises:
        UsageError: no such parent, or no such path.
    """
    if not isinstance(parent, Starlette):
        raise UsageError(
            f"install() takes a Starlette or FastAPI app, not {type(parent).__name__}; elsewhere mount this object as "
            "the ASGI app that it is."
        )
    if not isinstance(path, str) or not path.startswith("/"):
        raise UsageError(f'install(app, {path!r}): a path starts with "/", as "/bandwidth".')
    _mount(parent, path, app)
    _join_lifespan(parent, start, stop)


def _join_lifespan(parent: Starlette, start: Ready, stop: Ready) -> None:
    """Start and stop with `parent`, inside of whatever lifespan it has."""
    inner = parent.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncGenerator[Any, None]:
        async with inner(app) as state:
            await start()
            try:
                yield state
            finally:
                await stop()

    parent.router.lifespan_context = lifespan


def _mount(parent: Starlette, path: str, app: ASGIApp) -> None:
    """Serve `app` at and below `path`, before the parent's own routes; the longer path of two apps wins."""
    routes = parent.router.routes
    longer = [route for route in routes if isinstance(route, _MountedRoute) and len(route.path) > len(path.rstrip("/"))]
    routes.insert(len(longer), _MountedRoute(path, app))


class _MountedRoute(BaseRoute):
    """Everything at and below a path, with and without a trailing slash, and no redirect between the two.

    A `Route` and a `Mount` would give the app two different root paths.
    """

    def __init__(self, path: str, app: ASGIApp) -> None:
        self.path: str = path.rstrip("/")
        self.app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A full match, with the root path that the app below sees."""
        if scope["type"] != "http":
            return Match.NONE, {}
        root_path, path = split(scope)
        if path != self.path and not path.startswith(self.path + "/"):
            return Match.NONE, {}
        # Paths are handed on whole, as ASGI wants them: with the root path, which a proxy may have stripped.
        child: dict[str, Any] = {"path": root_path + path, "root_path": root_path + self.path, "endpoint": self.app}
        return Match.FULL, child

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Nothing here has a name."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over."""
        await self.app(scope, receive, send)
