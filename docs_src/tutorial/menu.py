from pydantic import BaseModel

from webhooks import BasicAuth, Context, Webhooks, digits
from webhooks.bxml import Document, Gather, Hangup, Record, SpeakSentence
from webhooks.events import GatherEvent, InitiateEvent, RecordCompleteEvent, RecordingAvailableEvent
from webhooks.state import SqliteState

hooks = Webhooks(
    auth=BasicAuth.from_env(),
    state=SqliteState("state.db"),
    fallback=Document(SpeakSentence("Sorry, something went wrong. Please call again."), Hangup()),
)


class Tries(BaseModel):
    count: int = 0


def ask(sentence: str) -> Gather:
    return Gather(SpeakSentence(sentence), gather_url=other, max_digits=1, first_digit_timeout=5)


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return ask("For our opening hours, press 1. To leave a message, press 2.")


@hooks.on(GatherEvent, digits("1"), path="/menu")
async def hours(call: GatherEvent) -> Gather:
    return ask("We are open from nine to five. To leave a message, press 2.")


@hooks.on(GatherEvent, digits("2"), path="/menu")
async def voicemail(call: GatherEvent) -> Document:
    record = Record(record_complete_url=thanks, recording_available_url=recorded, max_duration=120)
    return Document(SpeakSentence("Please speak after the tone."), record)


@hooks.on(GatherEvent, path="/menu")
async def other(call: GatherEvent, context: Context) -> Gather | Document:
    async with context.state(Tries) as tries:
        tries.count += 1
    if tries.count == 3:
        return Document(SpeakSentence("Please call again. Goodbye."), Hangup())
    return ask("Please press 1 or 2.")


@hooks.on(RecordCompleteEvent, path="/thanks")
async def thanks(call: RecordCompleteEvent) -> Document:
    return Document(SpeakSentence("Thank you. Goodbye."), Hangup())


@hooks.on(RecordingAvailableEvent, path="/recorded")
async def recorded(call: RecordingAvailableEvent) -> None:
    print("A message is at", call.media_url)
