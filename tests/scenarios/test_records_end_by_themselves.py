"""A Record ends after its longest duration, or after silence."""

from __future__ import annotations

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Record, SpeakSentence
from webhooks.events import InitiateEvent, RecordCompleteEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Record:
    return Record(record_complete_url="/recorded", max_duration=20, silence_timeout=3, terminating_digits="")


@hooks.on(RecordCompleteEvent)
async def recorded(call: RecordCompleteEvent) -> SpeakSentence:
    return SpeakSentence(call.duration or "")


async def test_silence_ends_it(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.speak("One.", seconds=2)
    await call.wait(3)
    assert call.heard("PT5S")


async def test_the_longest_duration_ends_it(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.press("1")  # no key ends it
    for _ in range(10):
        await call.speak("Blah.", seconds=2)
    assert call.heard("PT20S")
