"""Calls that the app places, with machine detection in both modes, and those that nobody answers."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Gather, Pause, SpeakSentence
from webhooks.events import AnswerEvent, MachineDetectionCompleteEvent
from webhooks.simulator import Callee, Phone

hooks = Webhooks(auth=AllowAll())
found: list[str | None] = []
THEM = "+19195550150"


@hooks.on(AnswerEvent)
async def answered(call: AnswerEvent) -> SpeakSentence | list[Pause | Gather]:
    if call.machine_detection_result is None:
        return [Pause(duration=10), Gather(SpeakSentence("Press 1."), gather_url="/menu")]
    return SpeakSentence(f"Hello, {call.machine_detection_result.value}.")


@hooks.on(MachineDetectionCompleteEvent)
async def detected(call: MachineDetectionCompleteEvent) -> None:
    found.append(call.machine_detection_result and call.machine_detection_result.value)


@pytest.mark.tells("answer")
async def test_the_answer_waits_for_the_verdict(phone: Phone) -> None:
    phone.callees[THEM] = Callee(machine="answering-machine", after=8)
    call = await phone.call_out(hooks, to=THEM, machine_detection="sync", tag="reminder")
    assert call.heard("Hello, answering-machine.") and call.events[0].model_dump()["tag"] == "reminder"


@pytest.mark.tells("machineDetectionComplete")
async def test_the_verdict_comes_beside_the_call(phone: Phone) -> None:
    call = await phone.call_out(hooks, to=THEM, machine_detection="async")
    assert found[-1] == "human" and call.heard("Press 1.")


@pytest.mark.parametrize("outcome", ["busy", "rejected", "timeout"])
async def test_nobody_answers(phone: Phone, outcome: str) -> None:
    phone.callees[THEM] = Callee(outcome=outcome)  # type: ignore[arg-type]
    call = await phone.call_out(hooks, to=THEM, call_timeout=20)
    assert call.cause == outcome and not call.answered and len(call.events) == 1
