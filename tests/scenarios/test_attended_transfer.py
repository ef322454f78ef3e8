"""An attended transfer: the agent hears who it is, and accepts with a key; the caller hangs up in the end."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Document, Gather, Hangup, PhoneNumber, SpeakSentence, Transfer
from webhooks.events import GatherEvent, InitiateEvent, TransferAnswerEvent, TransferCompleteEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Transfer:
    return Transfer(PhoneNumber("+19195550150", transfer_answer_url=whisper), transfer_complete_url=sorry)


@hooks.on(TransferAnswerEvent, path="/whisper")
async def whisper(call: TransferAnswerEvent) -> Gather:
    return Gather(SpeakSentence("A customer. Press 1 to accept."), gather_url=accepted, max_digits=1)


@hooks.on(GatherEvent, path="/accepted")
async def accepted(call: GatherEvent) -> Document:
    return Document() if call.digits == "1" else Document(Hangup())


@hooks.on(TransferCompleteEvent, path="/sorry")
async def sorry(call: TransferCompleteEvent) -> SpeakSentence:
    return SpeakSentence("Nobody is free.")


@pytest.mark.tells("transferAnswer")
async def test_the_agent_accepts(phone: Phone) -> None:
    call = await phone.dial(hooks)
    (agent,) = call.legs
    assert agent.heard("A customer.") and not call.heard("A customer.") and not call.connected
    await agent.press("1")
    assert call.peer == agent
    await call.hang_up()
    assert agent.ended and not any(isinstance(event, TransferCompleteEvent) for event in call.events)


async def test_the_agent_declines(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.legs[0].press("2")
    assert call.heard("Nobody is free.")
