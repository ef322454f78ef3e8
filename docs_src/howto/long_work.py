import asyncio

from webhooks import BasicAuth, Context, Webhooks
from webhooks.bxml import Document, Record, SpeakSentence
from webhooks.events import InitiateEvent, RecordingAvailableEvent
from webhooks.inbox import Background, Retry, SqliteInbox

hooks = Webhooks(
    auth=BasicAuth.from_env(),
    inbox=SqliteInbox("inbox.db"),
    background=Background(concurrency=4, deadline=600, retry=Retry(attempts=10)),
)


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document:
    return Document(SpeakSentence("Please speak after the tone."), Record(recording_available_url=store))


@hooks.on(RecordingAvailableEvent, path="/recorded", ordered=True)
async def store(call: RecordingAvailableEvent, context: Context) -> None:
    print("Attempt", context.attempt, "for recording", call.recording_id)
    await asyncio.sleep(0)  # fetch it, file it, tell somebody: as long as ten minutes
