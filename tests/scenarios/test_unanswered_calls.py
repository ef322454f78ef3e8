"""What happens before a call is answered: ringing, rejection, and a forward that lets go of it."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks, from_
from webhooks.bxml import Document, Forward, Hangup, Ring, SpeakSentence, Tag, Verb
from webhooks.events import InitiateEvent
from webhooks.simulator import Callee, Phone

hooks = Webhooks(auth=AllowAll())
SPAM, VIP, OUT = "+19195550666", "+19195550777", "+19195550150"


@hooks.on(InitiateEvent, from_(SPAM))
async def reject(call: InitiateEvent) -> Hangup:
    return Hangup()


@hooks.on(InitiateEvent, from_(VIP))
async def forward(call: InitiateEvent) -> Forward:
    return Forward(to=OUT)


@hooks.on(InitiateEvent)
async def ring(call: InitiateEvent) -> Document[Verb]:
    return Document(Tag("slow"), Ring(duration=8, answer_call=False), SpeakSentence("Hello."))


@pytest.mark.tells("Ring", "Tag")
async def test_a_call_rings_and_is_answered_then(phone: Phone) -> None:
    call = await phone.dial(hooks, settle=False)
    await call.wait(7)
    assert not call.answered
    await call.wait(2)
    assert call.answered and call.heard("Hello.") and call.tag == "slow"


@pytest.mark.tells("Hangup")
async def test_a_rejected_call_was_never_answered(phone: Phone) -> None:
    call = await phone.dial(hooks, from_=SPAM)
    assert call.cause == "rejected" and not call.answered


@pytest.mark.tells("Forward", "disconnect")
async def test_a_forwarded_call_is_only_heard_of_at_its_end(phone: Phone) -> None:
    call = await phone.dial(hooks, from_=VIP)
    assert call.answered and not call.ended
    await call.hang_up()
    assert [event.event_types()[0] for event in call.events] == ["initiate", "disconnect"]


async def test_a_forward_to_a_busy_number_ends_the_call(phone: Phone) -> None:
    phone.callees[OUT] = Callee(outcome="busy")
    assert (await phone.dial(hooks, from_=VIP)).cause == "busy"


async def test_a_caller_may_give_up_before(phone: Phone) -> None:
    call = await phone.dial(hooks, settle=False)
    await call.wait(1)
    await call.hang_up()
    assert call.cause == "cancel"
