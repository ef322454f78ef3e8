from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Host, Mount, Route

from tests.apps import app
from webhooks.mounting import hooks_in


async def page(request: Request) -> Response:
    return Response()


def test_what_is_mounted_or_installed_is_found_with_its_path_and_other_routes_are_passed_by() -> None:
    installed, mounted = app(), app()
    inner = Starlette(routes=[Mount("/calls", mounted)])
    outer = Starlette(routes=[Route("/page", page), Host("other.example", Starlette()), Mount("/inner", inner)])
    installed.install(outer, "/bandwidth")
    assert [(one.prefix, one.hooks) for one in hooks_in(outer)] == [
        ("/bandwidth", installed),
        ("/inner/calls", mounted),
    ]
