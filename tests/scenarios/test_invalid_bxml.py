"""BXML that Bandwidth refuses ends the call, and the timeline says what is wrong with it."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Reply, Webhooks
from webhooks.events import InitiateEvent
from webhooks.simulator import Phone

DOCUMENTS = {
    "<Response><Gather maxDigits='99'/></Response>": "maxDigits",
    "<Response><Speak>Hi</Speak></Response>": "Speak",
    "<Response><Forward to='+19195550150'/><StartGather dtmfUrl='/d'/></Response>": "forward-with-start-gather",
    "<Response>": "XML",
    "<Response>" + " " * 66_000 + "</Response>": "65536",
}


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_call_ends_and_the_violation_is_shown(phone: Phone, document: str) -> None:
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Reply:
        return Reply(200, document.encode(), "application/xml")

    call = await phone.dial(hooks)
    assert call.cause == "invalid-bxml" and not call.verbs
    assert any(entry.what == "violation" and DOCUMENTS[document] in entry.text for entry in call.timeline)


async def test_an_empty_answer_is_a_hang_up(phone: Phone) -> None:
    hooks = Webhooks(auth=AllowAll())
    assert (await phone.dial(hooks)).cause == "rejected"
