from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import cache, lru_cache, partial, singledispatch
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

from tests.apps import answer, app, payload
from webhooks import Context, UsageError
from webhooks.bxml import Hangup, Pause
from webhooks.events import CallEvent, GatherEvent
from webhooks.routing import name_of

if TYPE_CHECKING:
    from webhooks import Context as Told
    from webhooks.events import GatherEvent as Gathered


class Unhashable:
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable)

    async def __call__(self, call: GatherEvent, context: Context) -> Hangup:
        return Hangup()

    async def method(self, call: GatherEvent) -> Hangup:
        return Hangup()


@singledispatch
def by_class(call: CallEvent) -> Pause | Hangup:
    return Pause()


@by_class.register
def _(call: GatherEvent) -> Hangup:
    return Hangup()


async def annotated(call: GatherEvent, context: "Annotated[Context, 1]") -> Hangup:  # noqa: UP037
    return Hangup()


async def beside_a_name_not_known(call: Gathered, context: Optional[Context]) -> Hangup:  # noqa: UP045
    return Hangup()


async def in_text_that_cannot_be_read(call: GatherEvent, context: Annotated[Context, Gathered]) -> Hangup:
    return Hangup()


HANDLERS = {
    "an object without a hash": Unhashable(),
    "its method": Unhashable().method,
    "a partial of it": partial(Unhashable()),
    "singledispatch": by_class,
    "text with a mark": annotated,
    "an event that only a type checker knows": beside_a_name_not_known,
    "a mark that only a type checker knows": in_text_that_cannot_be_read,
}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS.keys())
async def test_an_unusual_handler_answers_and_stands_for_its_url(handler: Any) -> None:
    hooks = app()
    hooks.on(GatherEvent, path="/menu")(handler)
    for _ in range(2):
        assert b"<Hangup/>" in (await answer(hooks, payload("gather"), "/menu")).body
    assert hooks.url_for(handler) == "/menu"


async def alias(call: GatherEvent, context: Told) -> Hangup:
    return Hangup()


@lru_cache
def cached(call: GatherEvent) -> Hangup:
    return Hangup()


@cache
async def cached_later(call: GatherEvent) -> Hangup:
    return Hangup()


class Cached:
    @lru_cache  # noqa: B019
    def method(self, call: GatherEvent) -> Hangup:
        return Hangup()


class Yields:
    def __call__(self, call: GatherEvent) -> Iterator[Hangup]:
        yield Hangup()


class YieldsLater:
    async def __call__(self, call: GatherEvent) -> AsyncIterator[Hangup]:
        yield Hangup()


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        (alias, 'annotated "Told", a name that only a type checker knows: import it outside of `if TYPE_CHECKING`'),
        (cached, "is cached: it would keep events, and answer one with what another was answered with"),
        (cached_later, "is cached"),
        (Cached().method, "is cached"),
        (Yields(), "is a generator"),
        (YieldsLater(), "is a generator"),
        (partial(Yields()), "is a generator"),
    ],
)
def test_what_cannot_be_a_handler_is_refused_where_it_is_registered(handler: Any, message: str) -> None:
    with pytest.raises(UsageError) as error:
        app().on(GatherEvent)(handler)
    assert message in str(error.value)


def test_a_method_of_a_builtin_object_has_a_name() -> None:
    assert name_of([].append) == "builtins.list.append"
