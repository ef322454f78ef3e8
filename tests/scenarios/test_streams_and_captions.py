"""Audio that is streamed and transcribed live, with what is refused."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import (
    Document,
    Pause,
    StartStream,
    StartTranscription,
    StopStream,
    StopTranscription,
    Verb,
)
from webhooks.events import InitiateEvent
from webhooks.simulator import Call, Phone

hooks = Webhooks(auth=AllowAll())
SOCKET = "wss://listen.example/audio"


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document[Verb]:
    def stream(name: str) -> StartStream:
        return StartStream(destination=SOCKET, name=name, tracks="both", stream_event_url="/streams")

    def captions(name: str | None, destination: str | None = SOCKET) -> StartTranscription:
        return StartTranscription(
            name=name, destination=destination, tracks="both", transcription_event_url="/captions", stabilized=False
        )

    return Document(
        *(stream("a"), stream("a"), stream("b"), stream("c"), StopStream(name="a", wait=True), StopStream(name="?")),
        *(captions("x"), captions("x"), captions(None, None), captions("z"), Pause(duration=5)),
        *(StopTranscription(name="x"), StopTranscription(name="?"), StopTranscription()),
    )


def causes(call: Call, event_type: str) -> list[str]:
    return [getattr(event, "cause", "") for event in call.events if event_type in event.event_types()]


@pytest.mark.tells("StartStream", "StopStream", "mediaStreamStarted", "mediaStreamRejected", "mediaStreamStopped")
@pytest.mark.tells("StartTranscription", "StopTranscription", "realTimeTranscriptionStarted")
@pytest.mark.tells("realTimeTranscriptionRejected", "realTimeTranscriptionStopped", "realTimeTranscriptionAvailable")
async def test_names_are_unique_and_tracks_are_counted(phone: Phone) -> None:
    call = await phone.dial(hooks)
    assert len(causes(call, "mediaStreamStarted")) == 2
    assert causes(call, "mediaStreamRejected") == ["duplicate", "track-limit"]
    assert causes(call, "mediaStreamStopped") == ["closed", "closed"]
    assert len(causes(call, "realTimeTranscriptionStarted")) == 1
    assert causes(call, "realTimeTranscriptionRejected") == ["duplicate", "track-limit"]
    assert len(causes(call, "realTimeTranscriptionStopped")) == 1
    assert len(causes(call, "realTimeTranscriptionAvailable")) == 2
