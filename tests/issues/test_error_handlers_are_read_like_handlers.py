from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks import UsageError
from webhooks.bxml import Hangup
from webhooks.events import GatherEvent


def needs_keyword(error: Exception, *, name: str) -> Hangup:
    return Hangup()


def needs_more(error: Exception, event: Any, third: int) -> Hangup:
    return Hangup()


def yields(error: Exception) -> Iterator[Hangup]:
    yield Hangup()


async def yields_later(error: Exception) -> AsyncIterator[Hangup]:
    yield Hangup()


class Yields:
    def __call__(self, error: Exception) -> Iterator[Hangup]:
        yield Hangup()


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (needs_keyword, "needs name: an error handler gets the error, and the event as its second parameter"),
        (needs_more, "needs third: an error handler gets"),
        (yields, "is a generator: return"),
        (yields_later, "is a generator: return"),
        (Yields(), "is a generator: return"),
        (int, "its signature cannot be read"),
        (lambda: None, "takes no error: write"),
        ("menu", "'menu' is no error handler: `on_error(...)` decorates"),
        (lru_cache(lambda error: Hangup()), "is cached"),
    ],
)
def test_an_error_handler_that_cannot_be_called_is_refused(handler: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        app().on_error(KeyError)(handler)
    assert message in str(error.value)


async def test_a_second_parameter_with_a_default_keeps_it() -> None:
    hooks, got = app(), list[object]()

    @hooks.on(GatherEvent)
    async def fails(call: GatherEvent) -> None:
        raise KeyError

    @hooks.on_error(KeyError)
    async def answers(error: KeyError, limit: int = 5) -> Hangup:
        got.append(limit)
        return Hangup()

    assert b"<Hangup/>" in (await answer(hooks, payload("gather"))).body
    assert got == [5]


async def test_an_event_that_may_be_left_out_is_given() -> None:
    hooks, got = app(), list[object]()

    @hooks.on(GatherEvent)
    async def fails(call: GatherEvent) -> None:
        raise KeyError

    @hooks.on_error(KeyError)
    async def answers(error: KeyError, event: GatherEvent | None = None) -> Hangup:
        got.append(type(event))
        return Hangup()

    assert b"<Hangup/>" in (await answer(hooks, payload("gather"))).body
    assert got == [GatherEvent]
