"""What goes wrong on the way, on request: the same faults with the same seed."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, UsageError, Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.events import DisconnectEvent, InitiateEvent, MessageReceivedEvent
from webhooks.simulator import Phone


def app(seen: list[str]) -> Webhooks:
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> SpeakSentence:
        seen.append("initiate")
        return SpeakSentence("Hello.")

    @hooks.on(DisconnectEvent)
    async def ended(call: DisconnectEvent) -> None:
        seen.append("disconnect")

    @hooks.on(MessageReceivedEvent)
    async def texted(event: MessageReceivedEvent) -> None:
        seen.append(event.message.text or "")

    return hooks


def faulty(*, seed: int = 0, **rates: float) -> Phone:
    phone = Phone()
    phone.faults(seed=seed, **rates)
    return phone


async def test_duplicates_come_right_after_the_first() -> None:
    seen: list[str] = []
    await faulty(duplicate=1).dial(app(seen))
    # Who waits for an answer gets the same one again, and the handler does not run.
    assert seen == ["initiate", "disconnect", "disconnect"]


async def test_a_notification_is_tried_once_more_after_a_broken_connection() -> None:
    seen: list[str] = []
    call = await faulty(drop_connection=1).dial(app(seen))
    assert call.cause == "callback-error"
    assert seen == ["initiate", "disconnect", "disconnect"]
    assert "the connection broke: once more" in str(call.timeline)


async def test_late_notifications_are_overtaken() -> None:
    seen: list[str] = []
    hooks, phone = app(seen), faulty(reorder=1, slow=1, seed=3)
    for number in range(8):
        await phone.text(hooks, str(number))
    await phone.wait(3600)
    assert sorted(seen) == list("01234567")
    assert seen != list("01234567")


async def test_half_a_delivery_is_no_event_and_no_500() -> None:
    seen: list[str] = []
    phone = faulty(malformed=1)
    call = await phone.dial(app(seen))
    assert call.heard("Hello.")
    assert seen == ["initiate", "disconnect"]


async def test_the_same_seed_gives_the_same_faults() -> None:
    async def soak(seed: int) -> list[str]:
        seen: list[str] = []
        hooks, phone = app(seen), faulty(duplicate=0.3, reorder=0.3, drop_connection=0.3, seed=seed)
        for number in range(20):
            await phone.text(hooks, str(number))
        return seen

    assert await soak(1) == await soak(1) != await soak(2)


def test_a_rate_is_from_0_to_1() -> None:
    with pytest.raises(UsageError, match="duplicate=2, expected a rate from 0 to 1"):
        Phone().faults(duplicate=2)
