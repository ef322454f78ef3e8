"""A blind transfer: busy first, then somebody answers, talks and hangs up."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Document, PhoneNumber, SpeakSentence, Transfer
from webhooks.events import InitiateEvent, TransferCompleteEvent, TransferDisconnectEvent
from webhooks.simulator import Callee, Phone

hooks = Webhooks(auth=AllowAll())
SALES, HELP = "+19195550150", "+19195550160"


def to(number: str) -> Transfer:
    leg = PhoneNumber(number, transfer_disconnect_url="/left")
    return Transfer(leg, transfer_complete_url="/back", call_timeout=10)


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Transfer:
    return to(SALES)


@hooks.on(TransferCompleteEvent, path="/back")
async def back(call: TransferCompleteEvent) -> Document | SpeakSentence:
    return Document(to(HELP)) if call.transfer_to == SALES else SpeakSentence(f"Over: {call.cause}")


@pytest.mark.tells("Transfer", "transferComplete", "transferDisconnect")
async def test_the_second_number_answers(phone: Phone) -> None:
    phone.callees[SALES] = Callee(outcome="busy")
    call = await phone.dial(hooks)
    assert call.peer.party == HELP
    await call.speak("Hello?")
    assert call.peer.heard("Hello?")
    await call.peer.hang_up()
    assert call.heard("Over: hangup")
    assert [leg.cause for leg in call.legs] == ["busy", "hangup"]
    assert [type(leg.events[-1]) for leg in call.legs] == [TransferDisconnectEvent] * 2
