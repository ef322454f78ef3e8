"""A call is connected with a web phone, until the caller hangs up."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Connect, Endpoint
from webhooks.events import InitiateEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Connect:
    return Connect(Endpoint("browser-7"))


@pytest.mark.tells("Connect")
async def test_the_call_lasts_until_the_caller_hangs_up(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.wait(600)
    assert not call.ended
    await call.hang_up()
    assert call.cause == "hangup"
