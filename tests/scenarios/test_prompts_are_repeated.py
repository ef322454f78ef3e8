"""Prompts come again after the first-digit timeout, and a key cuts them short."""

from __future__ import annotations

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Gather, PlayAudio, SpeakSentence
from webhooks.events import GatherEvent, InitiateEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    prompts = (SpeakSentence("Your code, please, then the pound key."), PlayAudio("/beep.wav"))
    return Gather(
        *prompts, gather_url=code, terminating_digits="#", repeat_count=3, first_digit_timeout=2, inter_digit_timeout=4
    )


@hooks.on(GatherEvent, path="/code")
async def code(call: GatherEvent) -> SpeakSentence:
    return SpeakSentence(f"You pressed {call.digits or 'nothing'} and {call.terminating_digit or 'no end'}.")


async def test_a_key_ends_the_prompt_and_the_pound_key_the_gather(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.wait(5)  # the first-digit timeout: it all comes again
    assert [said[:4] for said in call.transcript] == ["Your", "[/be", "Your", "[/be"]
    await call.press("42#")
    assert call.heard("You pressed 42 and #.")


async def test_the_inter_digit_timeout_ends_the_gather(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.press("4")
    assert not call.heard("You pressed")
    await call.wait(4)
    assert call.heard("You pressed 4 and no end.")


async def test_a_gather_without_keys_tells_that(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.wait(30)
    assert call.transcript.count("[/beep.wav]") == 3
    assert call.heard("You pressed nothing and no end.")
