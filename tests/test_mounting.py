from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Host, Mount, Route

from tests.apps import app
from webhooks.mounting import credentials_at, hooks_in


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


def test_a_plain_mount_is_served_below_its_slash_and_started_by_nobody() -> None:
    mounted, installed, whole = app(), app(), app()
    inner = Starlette(routes=[Mount("/calls", mounted)])
    installed.install(inner, "/bandwidth")
    outer = Starlette(routes=[Mount("/inner", inner), Mount("/", whole)])
    found = list(hooks_in(outer))
    assert [one.hooks for one in found] == [installed, mounted, whole]
    assert [one.path_of(None) for one in found] == ["/inner/bandwidth", "/inner/calls/", "/"]
    assert [one.path_of("/menu") for one in found] == ["/inner/bandwidth/menu", "/inner/calls/menu", "/menu"]
    assert [one.is_started for one in found] == [False] * 3
    assert [(one.path_of(""), one.is_started) for one in hooks_in(whole)] == [("/", True)]
    assert [(one.path_of(None), one.is_started) for one in hooks_in(inner)] == [
        ("/bandwidth", True),
        ("/calls/", False),
    ]


def test_in_an_app_whose_routes_are_a_method_none_is_found() -> None:
    class Foreign:
        def routes(self) -> list[object]:
            raise AssertionError

    assert list(hooks_in(Foreign())) == []
    assert credentials_at(Foreign(), "/") is None
