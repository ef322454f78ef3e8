"""Voicemail, saved in this folder. Call-initiated callback URL of the voice application: https://YOUR-HOST/"""

from bandwidth_api import save

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Record, SendDtmf, SpeakSentence, Verb
from webhooks.events import InitiateEvent, RecordCompleteEvent, RecordingAvailableEvent

hooks = Webhooks(auth=BasicAuth.from_env())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> list[Verb]:
    record = Record(record_complete_url=thanks, recording_available_url=available, max_duration=120)
    return [SpeakSentence("Please leave a message after the beep."), SendDtmf("1"), record]


@hooks.on(RecordCompleteEvent, path="/recorded")
async def thanks(call: RecordCompleteEvent) -> SpeakSentence:
    return SpeakSentence("Thank you. Goodbye.")


@hooks.on(RecordingAvailableEvent, path="/available")
async def available(event: RecordingAvailableEvent) -> None:
    if event.status == "complete":
        await save(event.media_url, f"{event.recording_id}.{event.file_format}")
