"""Appointment texts: a reminder that arrives, HELP, STOP, and a number that is no mobile phone."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks, text
from webhooks.events import (
    MessageDeliveredEvent,
    MessageFailedEvent,
    MessageReceivedEvent,
    MessageSendingEvent,
    MessageSentEvent,
)
from webhooks.simulator import Callee, Phone

hooks = Webhooks(auth=AllowAll())
diary: list[str] = []


@hooks.on(MessageReceivedEvent, text("STOP", "UNSUBSCRIBE"))
async def stop(event: MessageReceivedEvent) -> None:
    diary.append(f"stop {event.from_}")


@hooks.on(MessageReceivedEvent)
async def other(event: MessageReceivedEvent) -> None:
    diary.append(f"help {event.message.text}")


@hooks.on(MessageSendingEvent | MessageSentEvent | MessageDeliveredEvent | MessageFailedEvent)
async def status(event: MessageSendingEvent | MessageSentEvent | MessageDeliveredEvent | MessageFailedEvent) -> None:
    diary.append(f"{event.event_type} {getattr(event, 'error_code', '')}".strip())


@pytest.mark.tells("message-received", "message-sending", "message-sent", "message-delivered")
async def test_a_reminder_and_what_is_written_back(phone: Phone) -> None:
    diary.clear()
    chat = phone.conversation(hooks)
    await chat.send(
        "Tomorrow at nine.", media=["https://x.example/map.png"], statuses=["message-sending", "message-sent"]
    )
    await chat.text("help")
    await chat.text(" Stop ")
    assert diary == ["message-sending", "message-sent", "message-delivered", "help help", "stop +19195550123"]
    assert [message.direction for message in chat.messages] == ["out", "in", "in"] and "Tomorrow" in str(chat.timeline)


@pytest.mark.tells("message-failed")
async def test_each_of_a_group_has_a_status_of_its_own(phone: Phone) -> None:
    diary.clear()
    phone.callees["+19195550160"] = Callee(error=4720)
    message = await phone.send(hooks, "Hello all.", to=["+19195550150", "+19195550160"], tag="group")
    assert sorted(diary) == ["message-delivered", "message-failed 4720"] and len(message.events) == 2
