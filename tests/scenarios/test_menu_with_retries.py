"""A menu: a wrong key, then silence, then the right key."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks, digits
from webhooks.bxml import Document, Gather, Hangup, SpeakSentence
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())
causes: list[str | None] = []


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1 for sales."), gather_url=again, max_digits=1, repeat_count=2)


@hooks.on(GatherEvent, digits("1"), path="/menu")
async def sales(call: GatherEvent) -> Document:
    return Document(SpeakSentence("Sales is closed."), Hangup())


@hooks.on(GatherEvent, path="/menu")
async def again(call: GatherEvent) -> Gather:
    return Gather(SpeakSentence("Sorry, " + (call.digits or "nothing") + "?"), gather_url=again, max_digits=1)


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None:
    causes.append(call.cause)


@pytest.mark.tells("Gather", "SpeakSentence", "Hangup", "initiate", "gather", "disconnect")
async def test_a_caller_finds_the_way_in_the_end(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.press("7")
    call.expect("Press 1", "Sorry, 7?")
    await call.wait(5)
    call.expect("Sorry, 7?", "Sorry, nothing?")
    await call.press("1")
    assert call.heard("Sales is closed.") and call.ended and call.cause == "hangup" == causes[-1]
