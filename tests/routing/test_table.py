from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps import app
from webhooks import UsageError, digits
from webhooks.events import AnswerEvent, GatherEvent, RedirectEvent
from webhooks.routing import Table

GATHER = GatherEvent(event_type="gather", call_id="c-1", digits="1")


async def one(event: Any) -> None: ...
async def two(event: Any) -> None: ...
async def three(event: Any) -> None: ...


def matched(hooks: Any, path: str = "/") -> Any:
    route = hooks.match(GATHER, path)
    return route and route.plan.handler


def test_a_route_with_the_path_comes_before_one_without() -> None:
    hooks = app()
    hooks.on(GatherEvent)(one)
    hooks.on(GatherEvent, path="/menu")(two)
    assert matched(hooks, "/menu") is two
    assert matched(hooks, "/menu/") is two
    assert matched(hooks, "/other") is one


def test_the_first_whose_conditions_hold_wins() -> None:
    hooks = app()
    hooks.on(GatherEvent, digits("2"), path="/menu")(one)
    hooks.on(GatherEvent, digits("1"), path="/menu")(two)
    hooks.on(GatherEvent, path="/menu")(three)
    assert matched(hooks, "/menu") is two


def test_where_no_route_with_the_path_takes_it_one_without_does() -> None:
    hooks = app()
    hooks.on(GatherEvent, digits("2"), path="/menu")(one)
    hooks.on(GatherEvent)(two)
    assert matched(hooks, "/menu") is two


def test_nothing_matches_another_event_or_path() -> None:
    hooks = app()
    hooks.on(AnswerEvent)(one)
    hooks.on(GatherEvent, path="/menu")(two)
    hooks.on(GatherEvent, digits("9"))(three)
    assert matched(hooks, "/other") is None


@given(st.lists(st.tuples(st.sampled_from([None, "/a", "/b"]), st.sampled_from("123")), max_size=6, unique=True))
def test_the_table_always_agrees_with_the_rule(given_routes: list[tuple[str | None, str]]) -> None:
    hooks = app()
    for path, digit in given_routes:
        hooks.on(GatherEvent, digits(digit), path=path)(one)
    at_path = [route for route in hooks.routes() if route.path == "/a" and route.accepts(GATHER)]
    anywhere = [route for route in hooks.routes() if route.path is None and route.accepts(GATHER)]
    expected = next(iter([*at_path, *anywhere]), None)
    found = hooks.match(GATHER, "/a")
    assert (found and str(found)) == (expected and str(expected))


def linked(hooks: Any, handler: Any, event_type: str = "") -> str:
    return Table(list(hooks.routes())).path_for(handler, event_type)


def test_a_handler_is_the_path_of_its_route() -> None:
    hooks = app()
    hooks.on(GatherEvent, path="/menu")(one)
    hooks.on(GatherEvent, path="/")(two)
    assert linked(hooks, one, "gather") == "/menu"
    assert linked(hooks, two, "gather") == "/"


def test_the_event_tells_routes_of_one_handler_apart() -> None:
    hooks = app()
    hooks.on(GatherEvent, path="/menu")(one)
    hooks.on(RedirectEvent, path="/again")(one)
    hooks.on(AnswerEvent)(one)
    assert linked(hooks, one, "gather") == "/menu"
    assert linked(hooks, one, "redirect") == "/again"


def test_a_handler_with_several_urls_is_an_error_that_names_them() -> None:
    hooks = app()
    hooks.on(GatherEvent, path="/a")(one)
    hooks.on(GatherEvent, path="/b")(one)
    with pytest.raises(UsageError, match=r'has several URLs: .*path="/a".*path="/b".*Write the one'):
        linked(hooks, one, "gather")


def test_a_handler_of_another_event_is_an_error_that_says_of_which() -> None:
    hooks = app()
    hooks.on(RedirectEvent, path="/again")(one)
    with pytest.raises(UsageError, match=r"the URL of GatherEvent belongs, but handles on\(RedirectEvent"):
        linked(hooks, one, "gather")


def test_a_handler_without_a_path_is_an_error_that_says_what_to_write() -> None:
    hooks = app()
    hooks.on(GatherEvent)(one)
    with pytest.raises(UsageError, match=r'no route with a path. Register .*@hooks.on\(GatherEvent, path="/one"\)'):
        linked(hooks, one, "gather")


def test_a_function_that_is_no_handler_is_an_error() -> None:
    hooks = app()
    hooks.on(GatherEvent, path="/menu")(one)
    with pytest.raises(UsageError, match="is no handler of this app"):
        linked(hooks, two, "gather")


def test_a_table_knows_its_paths_and_handlers() -> None:
    hooks = app()
    hooks.on(GatherEvent, path="/menu")(one)
    hooks.on(GatherEvent)(one)
    table = Table(list(hooks.routes()))
    assert table.known == {"/menu", "/menu/", "/", ""}
    assert len(table.handlers_of(GatherEvent)) == 1
    assert table.handlers_of(AnswerEvent) == []
