"""RBM: a message is read, a suggestion tapped, a place shared."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.events import MessageReadEvent, RequestedLocationResponseEvent, SuggestionResponseEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())
seen: list[object] = []


@hooks.on(MessageReadEvent | SuggestionResponseEvent | RequestedLocationResponseEvent)
async def rich(event: MessageReadEvent | SuggestionResponseEvent | RequestedLocationResponseEvent) -> None:
    seen.append(event)


@pytest.mark.tells("message-read", "suggestion-response", "requested-location-response")
async def test_what_a_person_does_with_a_rich_message(phone: Phone) -> None:
    seen.clear()
    chat = phone.conversation(hooks)
    message = await chat.send("Coming?")
    await chat.read(message)
    await chat.tap(message, "Yes", postback_data="y")
    await chat.share_location(message, 35.77, -78.63)
    _, tapped, shared = seen
    assert isinstance(tapped, SuggestionResponseEvent) and tapped.message.suggestion_response is not None
    assert tapped.message.suggestion_response.text == "Yes"
    assert isinstance(shared, RequestedLocationResponseEvent) and shared.message.location_response is not None
