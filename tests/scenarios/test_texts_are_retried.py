"""A text that the app does not take is delivered again, for a day; then it is lost."""

from __future__ import annotations

from webhooks import AllowAll, Webhooks
from webhooks.events import MessageReceivedEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())
broken = [True]


@hooks.on(MessageReceivedEvent)
async def received(event: MessageReceivedEvent) -> None:
    if broken[0]:
        raise OSError("the database is down")


async def test_it_arrives_when_the_app_is_well_again(phone: Phone) -> None:
    broken[0] = True
    message = await phone.text(hooks, "Hello?")
    await phone.wait(3600)
    tries = message.tries
    assert not message.taken and tries > 3
    broken[0] = False
    await phone.wait(3600)
    assert message.taken and message.tries == tries + 1


async def test_it_is_lost_after_a_day(phone: Phone) -> None:
    broken[0] = True
    message = await phone.text(hooks, "Hello?")
    await phone.wait(48 * 3600)
    assert not message.taken and "given up after 24 hours" in str(phone.timeline)
