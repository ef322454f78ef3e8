"""Keys that are told one by one beside a call, and tones that are sent."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Document, Pause, SendDtmf, StartGather, StopGather, Verb
from webhooks.events import AnswerEvent, DtmfEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())
pressed: list[str | None] = []


@hooks.on(AnswerEvent)
async def answered(call: AnswerEvent) -> Document[Verb]:
    keys = StartGather(dtmf_url=key, tag="keys")
    return Document(keys, SendDtmf("12w34#"), Pause(duration=20), StopGather(), Pause(duration=600))


@hooks.on(DtmfEvent, path="/key")
async def key(event: DtmfEvent) -> None:
    pressed.append(event.digit)


@pytest.mark.tells("StartGather", "StopGather", "SendDtmf", "dtmf")
async def test_each_key_is_told_until_it_is_over(phone: Phone) -> None:
    pressed.clear()
    call = await phone.call_out(hooks, settle=False)
    await call.wait(10)
    await call.press("5*")
    assert pressed == ["5", "*"] and call.tones == "1234#" and call.tag == "keys"
    await call.wait(30)
    await call.press("9")
    assert pressed == ["5", "*"]
