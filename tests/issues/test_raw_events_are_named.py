from __future__ import annotations

from typing import Any

import pytest

from tests.apps import answer, app, payload
from webhooks import Reply, Webhooks
from webhooks.bxml import Document, Hangup
from webhooks.events import InvalidEvent, NotificationEvent, UnknownEvent

UNREADABLE = payload("initiate", callId=5)


def notified(event: Any, **settings: Any) -> tuple[Webhooks, list[Any]]:
    hooks, got = app(**settings), list[Any]()
    hooks.on(event)(got.append)
    return hooks, got


async def test_a_call_that_cannot_be_read_falls_back_whatever_handles_notifications() -> None:
    hooks, got = notified(NotificationEvent, fallback=Document(Hangup()))
    reply = await answer(hooks, UNREADABLE)
    assert b"<Hangup/>" in reply.body
    assert got == []


async def test_without_a_fallback_it_is_refused_with_its_problems() -> None:
    hooks, got = notified(NotificationEvent)
    reply = await answer(hooks, UNREADABLE)
    assert reply.status == 400
    assert b'"callId"' in reply.body
    assert got == []


@pytest.mark.parametrize("event", [InvalidEvent, NotificationEvent | InvalidEvent])
async def test_a_route_that_names_them_gets_them(event: Any) -> None:
    hooks, got = notified(event, fallback=Document(Hangup()))
    assert await answer(hooks, UNREADABLE) == Reply()
    assert [type(one) for one in got] == [InvalidEvent]


async def test_an_unknown_event_goes_to_the_routes_that_name_it_alone() -> None:
    hooks, got = notified(NotificationEvent)
    named: list[Any] = []
    hooks.on(UnknownEvent)(named.append)
    assert await answer(hooks, {"hello": "world"}) == Reply()
    assert got == []
    assert [type(one) for one in named] == [UnknownEvent]
