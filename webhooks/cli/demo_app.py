"""A phone menu with voicemail, and texts: the app of `webhooks demo`, to begin with."""

from __future__ import annotations

from webhooks import BasicAuth, Webhooks, digits, text
from webhooks.bxml import Document, Gather, Hangup, Record, SpeakSentence, Verb
from webhooks.events import (
    DisconnectEvent,
    GatherEvent,
    InitiateEvent,
    MessageDeliveredEvent,
    MessageFailedEvent,
    MessageReceivedEvent,
    RecordCompleteEvent,
)

hooks: Webhooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))  # in your app: BasicAuth.from_env()


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    """A call comes in."""
    return Gather(SpeakSentence("Press 1 for hours, 2 to leave a message."), gather_url=other, max_digits=1)


@hooks.on(GatherEvent, digits("1"), path="/menu")
async def hours(call: GatherEvent) -> Document[Verb]:
    """They pressed 1."""
    return Document(SpeakSentence("We are open from nine to five."), Hangup())


@hooks.on(GatherEvent, digits("2"), path="/menu")
async def voicemail(call: GatherEvent) -> Document[Verb]:
    """They pressed 2."""
    return Document(SpeakSentence("Speak after the tone."), Record(record_complete_url=thanks, max_duration=60))


@hooks.on(GatherEvent, path="/menu")
async def other(call: GatherEvent) -> Gather:
    """They pressed something else, or nothing."""
    return Gather(SpeakSentence("Please press 1 or 2."), gather_url=other, max_digits=1)


@hooks.on(RecordCompleteEvent, path="/recorded")
async def thanks(call: RecordCompleteEvent) -> Document[Verb]:
    """They left a message."""
    return Document(SpeakSentence("Thank you. Goodbye."), Hangup())


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None:
    """The call is over: `call.cause` says why."""


@hooks.on(MessageReceivedEvent, text("STOP", "UNSUBSCRIBE"))
async def unsubscribe(event: MessageReceivedEvent) -> None:
    """They want no more texts: forget `event.from_`."""


@hooks.on(MessageReceivedEvent)
async def texted(event: MessageReceivedEvent) -> None:
    """A text came in. Answer it with a REST call to Bandwidth, which ignores what a handler returns here."""


@hooks.on(MessageDeliveredEvent | MessageFailedEvent)
async def status(event: MessageDeliveredEvent | MessageFailedEvent) -> None:
    """What became of a text of ours."""
