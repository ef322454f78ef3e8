from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks import Router, UsageError, digits, tag
from webhooks.bxml import Hangup
from webhooks.events import DtmfEvent, GatherEvent
from webhooks.routing import Table


async def one(event: Any) -> None: ...
async def two(event: Any) -> Any:
    return Hangup()


def test_an_include_that_was_refused_left_nothing_behind() -> None:
    hooks, refused, sound = app(), Router(), Router()
    hooks.on(GatherEvent)(one)
    for router in (refused, sound):
        router.on(GatherEvent, path="/menu")(two)
    refused.on(GatherEvent)(two)
    with pytest.raises(UsageError, match="can never be reached"):
        hooks.include(refused)
    hooks.include(sound)
    assert [route.path for route in hooks.routes()] == [None, "/menu"]


def test_a_router_with_routes_that_have_no_path_can_be_included_at_two_prefixes() -> None:
    hooks, router = app(), Router()
    router.on(DtmfEvent, tag("a"))(one)
    router.on(DtmfEvent)(two)
    router.on(GatherEvent, path="/menu")(one)
    hooks.include(router, prefix="/sales")
    hooks.include(router, prefix="/support")
    hooks.freeze()
    routes = Table(list(hooks.routes())).routes
    assert [route.path for route in routes] == [None, None, "/sales/menu", "/support/menu"]


def test_a_router_that_is_included_twice_at_one_prefix_is_there_once() -> None:
    hooks, router = app(), Router()
    router.on(GatherEvent, digits("1"), path="/menu")(one)
    router.on(GatherEvent, path="/menu")(two)
    for _ in range(2):
        hooks.include(router, prefix="/sales")
    assert len(Table(list(hooks.routes())).routes) == 2


async def test_what_comes_too_late_to_be_refused_costs_no_call(caplog: pytest.LogCaptureFixture) -> None:
    hooks, router = app(), Router()
    hooks.include(router)
    hooks.on(GatherEvent)(one)
    router.on(GatherEvent)(two)
    for _ in range(2):
        assert b"<Hangup/>" in (await answer(hooks, payload("gather"))).body
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "can never be reached" in errors[0].message
    with pytest.raises(UsageError, match="comes too late"):
        router.on(DtmfEvent)(one)
