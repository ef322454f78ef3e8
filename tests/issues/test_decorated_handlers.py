from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks import Context, UsageError
from webhooks.bxml import Hangup, Pause
from webhooks.events import InitiateEvent


async def plain(call: InitiateEvent) -> Hangup:
    return Hangup()


async def with_database(call: InitiateEvent, database: str) -> Hangup:
    return Hangup()


async def with_context(call: InitiateEvent, context: Context) -> Hangup:
    return Hangup()


async def maybe_context(call: InitiateEvent, context: Context | None = None) -> Hangup | Pause:
    return Pause() if context is None else Hangup()


def traced(handler: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(handler)
    def traced(*args: Any, **named: Any) -> Any:
        return handler(*args, **named)

    return traced


def given(value: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        async def given(call: InitiateEvent) -> Any:
            return await handler(call, value)

        return given

    return decorate


HANDLERS = {
    "a def around an async def": traced(plain),
    "a decorator that gives a parameter": given("db")(with_database),
    "a decorator that gives the context": given(None)(with_context),
    "a context or None": maybe_context,
    "a static method in its class body": staticmethod(plain),
}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS.keys())
async def test_a_decorated_handler_answers(handler: Any) -> None:
    hooks = app()
    hooks.on(InitiateEvent)(handler)
    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body


def yields(call: InitiateEvent) -> Iterator[Hangup]:
    yield Hangup()


async def yields_later(call: InitiateEvent) -> AsyncIterator[Hangup]:
    yield Hangup()


@pytest.mark.parametrize("handler", [yields, yields_later])
def test_a_generator_is_refused_where_it_is_registered(handler: Any) -> None:
    with pytest.raises(UsageError):
        app().on(InitiateEvent)(handler)


def test_registering_an_object_that_has_every_attribute_ends() -> None:
    class Forwards:
        """As `unittest.mock.Mock` does: every attribute is there."""

        left = 10_000

        @property
        def func(self) -> Forwards:
            Forwards.left -= 1
            assert Forwards.left
            return self

        def __call__(self, call: InitiateEvent) -> None: ...

    app().on(InitiateEvent)(Forwards())
