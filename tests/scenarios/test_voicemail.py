"""Voicemail: a message with its recording and transcription, and a caller who hangs up meanwhile."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Document, Record, SpeakSentence
from webhooks.events import InitiateEvent, RecordCompleteEvent, RecordingAvailableEvent, TranscriptionAvailableEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document:
    record = Record(
        record_complete_url=thanks,
        recording_available_url="/media",
        transcribe=True,
        transcription_available_url="/words",
    )
    return Document(SpeakSentence("Speak after the tone."), record)


@hooks.on(RecordCompleteEvent, path="/recorded")
async def thanks(call: RecordCompleteEvent) -> SpeakSentence:
    return SpeakSentence(f"Thank you for {call.duration}.")


@pytest.mark.tells("Record", "recordComplete", "recordingAvailable", "transcriptionAvailable")
async def test_a_message_is_recorded_and_transcribed(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.speak("Please call me back.", seconds=4)
    await call.press("#")
    assert call.heard("Thank you for PT4S.")
    done, media, words = (call.events[index] for index in (1, -2, -1))
    assert isinstance(done, RecordCompleteEvent) and isinstance(media, RecordingAvailableEvent)
    assert media.recording_id == done.recording_id and media.status == "complete"
    assert isinstance(words, TranscriptionAvailableEvent) and words.transcription is not None


async def test_who_hangs_up_meanwhile_leaves_a_recording_but_no_record_complete(phone: Phone) -> None:
    call = await phone.dial(hooks)
    await call.speak("Oh, wait")
    await call.hang_up()
    assert [type(event).__name__ for event in call.events[1:3]] == ["DisconnectEvent", "RecordingAvailableEvent"]
