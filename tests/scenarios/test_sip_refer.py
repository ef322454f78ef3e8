"""A SIP caller is referred elsewhere: it works, or it does not and the call goes on."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Refer, SipUri, SpeakSentence
from webhooks.events import InitiateEvent, ReferCompleteEvent
from webhooks.simulator import Callee, Phone

hooks = Webhooks(auth=AllowAll())
AGENT = "sip:agent@pbx.example"


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Refer:
    return Refer(SipUri(AGENT), refer_complete_url="/referred")


@hooks.on(ReferCompleteEvent)
async def referred(call: ReferCompleteEvent) -> SpeakSentence:
    return SpeakSentence(f"{call.refer_call_status} {call.refer_sip_response_code}")


@pytest.mark.tells("Refer", "referComplete")
async def test_it_works_and_the_answer_is_ignored(phone: Phone) -> None:
    call = await phone.dial(hooks, from_="sip:bob@pbx.example")
    assert call.cause == "hangup" and call.transcript == ()


async def test_it_fails_and_the_answer_runs(phone: Phone) -> None:
    phone.callees[AGENT] = Callee(refers=False)
    call = await phone.dial(hooks, from_="sip:bob@pbx.example")
    assert call.heard("failure 603")
