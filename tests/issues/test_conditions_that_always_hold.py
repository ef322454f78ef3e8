from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks import UsageError, digits, tag
from webhooks.events import DtmfEvent, GatherEvent, InitiateEvent


async def never(call: InitiateEvent) -> bool:
    return False


class Never:
    async def __call__(self, call: InitiateEvent) -> bool:
        return False


@pytest.mark.parametrize("condition", [Never(), partial(never)], ids=["object", "partial"])
def test_a_condition_that_gives_an_awaitable_is_refused(condition: Any) -> None:
    with pytest.raises(UsageError):
        app().on(InitiateEvent, condition)


def yields(call: GatherEvent) -> Iterator[bool]:
    yield False


class Yields:
    def __call__(self, call: GatherEvent) -> Iterator[bool]:
        yield False


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (yields, "is a generator"),
        (Yields(), "is a generator"),
        (partial(yields), "is a generator"),
        (lambda: True, "is called with the event alone"),
        (lambda call, digits: True, "is called with the event alone"),
        (lambda call, *, digits: True, "is called with the event alone"),
        (DtmfEvent, r"several events are one union, as on\(GatherEvent \| DtmfEvent\)"),
        (bool, "is a class"),
        (digits, r'"digits" is not called: write digits\("..."\)'),
    ],
)
def test_what_cannot_be_asked_is_refused_where_it_is_registered(condition: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        app().on(GatherEvent, condition)
    with pytest.raises(UsageError, match=message):
        tag("a") & condition


@pytest.mark.parametrize("condition", ["1".__eq__, frozenset({"1"}).__contains__, max, lambda *given: True])
def test_any_callable_that_may_take_the_event_is_a_condition(condition: Any) -> None:
    hooks = app()

    @hooks.on(GatherEvent, condition)
    async def handler(call: GatherEvent) -> None: ...

    assert len(list(hooks.routes())) == 1


@pytest.mark.parametrize("combine", [lambda a, b: a and b, lambda a, b: a or b, lambda a, b: not a])
def test_and_or_and_not_would_drop_a_condition_and_are_refused(combine: Any) -> None:
    with pytest.raises(UsageError, match=r"combine conditions with `&`, `\|` and `~`"):
        combine(tag("a"), digits("1"))


async def test_a_condition_that_gives_a_condition_does_not_hold(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()
    hooks.on(GatherEvent, lambda call: digits("1"))(lambda call: None)  # type: ignore[arg-type, return-value]
    assert (await answer(hooks, payload("gather"))).status == 500
    assert "combine conditions with" in caplog.text
