"""The frameworks that the app is mounted in, each the way the documentation says, all of them at `PREFIX`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from fastapi import FastAPI
from litestar import Litestar, asgi
from litestar.types import Receive as LitestarReceive
from litestar.types import Scope as LitestarScope
from litestar.types import Send as LitestarSend
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from webhooks import Webhooks

PREFIX = "/bandwidth"

Host: TypeAlias = Callable[[Webhooks], ASGIApp]
"""Mounts an app in a new host."""


def in_starlette(hooks: Webhooks) -> ASGIApp:
    app = Starlette()
    hooks.install(app, PREFIX)
    return app


def in_fastapi(hooks: Webhooks) -> ASGIApp:
    app = FastAPI()
    hooks.install(app, PREFIX)
    return app


def in_a_starlette_mount(hooks: Webhooks) -> ASGIApp:
    return Starlette(routes=[Mount(PREFIX, app=hooks)])


def in_a_fastapi_mount(hooks: Webhooks) -> ASGIApp:
    app = FastAPI()
    app.mount(PREFIX, hooks)
    return app


def in_litestar(hooks: Webhooks) -> ASGIApp:
    # Litestar takes the mount's path off the path and tells nobody; the app below learns it here.
    @asgi(PREFIX, is_mount=True, copy_scope=True)
    async def bandwidth(scope: LitestarScope, receive: LitestarReceive, send: LitestarSend) -> None:
        root_path = scope["root_path"] + PREFIX
        await hooks({**scope, "root_path": root_path, "path": root_path + scope["path"]}, receive, send)  # type: ignore[arg-type]

    return Litestar(route_handlers=[bandwidth], openapi_config=None, logging_config=None)  # type: ignore[return-value]


async def greet(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello from Django.")


urlpatterns: list[URLPattern] = [path("greeting", greet)]


def prepare_django() -> None:
    """Give Django settings, once in a process."""
    if not settings.configured:
        settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="test", LOGGING_CONFIG=None)
    django.setup()


def _django() -> ASGIApp:
    prepare_django()
    return get_asgi_application()


def in_front_of_django(hooks: Webhooks) -> ASGIApp:
    application = Starlette(routes=[Mount("/", app=_django())])
    hooks.install(application, PREFIX)
    return application


def in_a_dispatcher_before_django(hooks: Webhooks) -> ASGIApp:
    django_application = _django()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["path"] + "/").startswith(PREFIX + "/"):
            await hooks({**scope, "root_path": scope.get("root_path", "") + PREFIX}, receive, send)
        else:
            await django_application(scope, receive, send)

    return application


HOSTS: dict[str, Host] = {
    "Starlette": in_starlette,
    "FastAPI": in_fastapi,
    "Starlette's Mount": in_a_starlette_mount,
    "FastAPI's mount": in_a_fastapi_mount,
    "Litestar": in_litestar,
    "before Django": in_front_of_django,
    "a dispatcher before Django": in_a_dispatcher_before_django,
}
