"""A ring group of three: the first to answer gets the call, the others stop ringing."""

from __future__ import annotations

from webhooks import AllowAll, Webhooks
from webhooks.bxml import PhoneNumber, SipUri, SpeakSentence, Transfer
from webhooks.events import InitiateEvent, TransferCompleteEvent
from webhooks.simulator import Callee, Phone

hooks = Webhooks(auth=AllowAll())
DESK, MOBILE, SIP = "+19195550150", "+19195550160", "sip:agent@pbx.example"


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Transfer:
    return Transfer(PhoneNumber(DESK), PhoneNumber(MOBILE), SipUri(SIP), transfer_complete_url="/back")


@hooks.on(TransferCompleteEvent)
async def back(call: TransferCompleteEvent) -> SpeakSentence:
    return SpeakSentence(f"{call.cause}.")


async def test_the_quickest_gets_the_call(phone: Phone) -> None:
    phone.callees |= {DESK: Callee(outcome="rejected", after=1), MOBILE: Callee(after=9), SIP: Callee(after=4)}
    call = await phone.dial(hooks)
    assert call.peer.party == SIP
    assert [leg.cause for leg in call.legs] == ["rejected", "cancel", ""]


async def test_nobody_answers(phone: Phone) -> None:
    phone.callees |= {number: Callee(outcome="timeout") for number in (DESK, MOBILE, SIP)}
    call = await phone.dial(hooks)
    assert call.heard("timeout.") and phone.now > 30


async def test_who_gives_up_stops_all_phones(phone: Phone) -> None:
    phone.callees |= {number: Callee(outcome="timeout") for number in (DESK, MOBILE, SIP)}
    app = Webhooks(auth=AllowAll())
    app.on(InitiateEvent)(welcome)
    call = await phone.dial(app, settle=False)
    await call.wait(5)
    await call.hang_up()
    assert {leg.cause for leg in call.legs} == {"cancel"} and call.cause == "hangup"
