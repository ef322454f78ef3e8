"""A waiting caller is bridged with an agent's call; either side may leave first."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Context, Webhooks
from webhooks.bxml import Bridge, Document, PlayAudio, Redirect, SpeakSentence
from webhooks.events import AnswerEvent, BridgeCompleteEvent, BridgeTargetCompleteEvent, InitiateEvent, RedirectEvent
from webhooks.simulator import Call, Phone

hooks = Webhooks(auth=AllowAll())
waiting: list[str] = []


@hooks.on(InitiateEvent | RedirectEvent, path="/")
async def wait(call: InitiateEvent | RedirectEvent) -> Document:
    waiting[:] = [call.call_id]
    return Document(PlayAudio("/music.mp3"), Redirect(redirect_url="/"))


@hooks.on(AnswerEvent, path="/agent")
async def agent(call: AnswerEvent, context: Context) -> Bridge:
    return Bridge(waiting[0], bridge_complete_url="/left", bridge_target_complete_url="/alone")


@hooks.on(BridgeCompleteEvent | BridgeTargetCompleteEvent)
async def after(call: BridgeCompleteEvent | BridgeTargetCompleteEvent) -> SpeakSentence:
    return SpeakSentence(f"{call.event_type} {getattr(call, 'error_message', None) or ''}".strip())


async def bridged(phone: Phone) -> tuple[Call, Call]:
    caller = await phone.dial(hooks)
    desk = await phone.call_out(hooks, "/agent", to="+19195550150")
    assert caller.peer == desk and desk.peer == caller
    return caller, desk


@pytest.mark.tells("Bridge", "PlayAudio", "Redirect", "redirect", "answer", "bridgeComplete")
async def test_the_caller_leaves_first(phone: Phone) -> None:
    caller, desk = await bridged(phone)
    await caller.hang_up()
    assert desk.heard("bridgeComplete") and desk.ended


@pytest.mark.tells("bridgeTargetComplete")
async def test_the_agent_leaves_first(phone: Phone) -> None:
    caller, desk = await bridged(phone)
    await desk.hang_up()
    assert caller.heard("bridgeTargetComplete") and not desk.heard("bridge")


async def test_a_caller_who_has_gone_cannot_be_bridged(phone: Phone) -> None:
    caller = await phone.dial(hooks)
    await caller.hang_up()
    desk = await phone.call_out(hooks, "/agent", to="+19195550150")
    assert desk.heard("bridgeComplete the call has ended")
