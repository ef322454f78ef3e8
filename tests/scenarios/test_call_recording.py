"""A whole call is recorded, except for the card number."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import (
    Document,
    Pause,
    PauseRecording,
    ResumeRecording,
    SpeakSentence,
    StartRecording,
    StopRecording,
)
from webhooks.events import InitiateEvent, RecordingAvailableEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document:
    return Document(
        StartRecording(recording_available_url="/media", multi_channel=True),
        Pause(duration=3),
        PauseRecording(),
        Pause(duration=10),
        ResumeRecording(),
        Pause(duration=2),
        StopRecording(),
        SpeakSentence("That was off the record."),
    )


@pytest.mark.tells(
    "StartRecording", "PauseRecording", "ResumeRecording", "StopRecording", "Pause", "recordingAvailable"
)
async def test_what_was_paused_is_not_in_the_recording(phone: Phone) -> None:
    call = await phone.dial(hooks)
    (media,) = (event for event in call.events if isinstance(event, RecordingAvailableEvent))
    assert (media.duration, media.channels) == ("PT5S", 2)
