from __future__ import annotations

from typing import Any

import pytest

from tests.apps import answer, app, conference, message, payload
from webhooks import Webhooks, digits
from webhooks.bxml import SpeakSentence
from webhooks.events import EVENTS, CallEvent, ConferenceEvent, Event, GatherEvent, InvalidEvent, UnknownEvent
from webhooks.hints import Hints, handler_to_paste


def least(event: type[Event]) -> Any:
    if event is UnknownEvent:
        return {"new": "thing"}
    if event is InvalidEvent:
        return payload("gather", callId=5)
    name = event.event_types()[0]
    if event.family == "messaging":
        return [message(name)]
    return conference(name) if "conference_id" in event.model_fields else payload(name)


@pytest.mark.parametrize("event", [*EVENTS, UnknownEvent, InvalidEvent])
async def test_the_handler_that_is_printed_works_when_it_is_pasted(
    event: type[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    hooks = app()
    exec(handler_to_paste(event), {"hooks": hooks})
    reply = await answer(hooks, least(event))
    assert reply.status == 200
    assert bool(reply.body) == issubclass(event, (CallEvent, ConferenceEvent))
    assert capsys.readouterr().out


@pytest.mark.parametrize("event", EVENTS)
def test_the_handler_that_is_printed_shows_three_fields(event: type[Event]) -> None:
    assert handler_to_paste(event).partition("print(")[2].partition(")")[0].count(",") == 2


async def test_an_event_without_a_handler_is_told_once_per_type(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()
    hooks.freeze()
    caplog.clear()
    for _ in range(3):
        await answer(hooks, payload("gather"))
        await answer(hooks, {"eventType": "new", "callId": "c-1"})
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert 'No handler for "gather" at /: answered with an empty 200.' in caplog.text
    assert "async def on_gather(call: GatherEvent) -> SpeakSentence:" in caplog.text
    assert 'No handler for "new"' in caplog.text


async def test_handlers_that_ask_for_something_else_are_named(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()

    @hooks.on(GatherEvent, digits("1"))
    async def sales(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence("Sales.")

    await answer(hooks, payload("gather", digits="2"))
    assert "Its handlers ask for another path or other values: " in caplog.text
    assert "sales." in caplog.text


async def test_an_unreadable_field_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    hooks: Webhooks = app()
    for _ in range(2):
        await answer(hooks, payload("gather", digits=5))
    assert caplog.text.count('"digits" of GatherEvent could not be read') == 1


def test_what_was_told_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    hints = Hints()
    for number in range(1200):
        hints.unknown_path(f"/p{number % 1100}", frozenset())
    assert len(caplog.records) == 1000
