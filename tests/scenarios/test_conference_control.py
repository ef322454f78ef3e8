"""A conference run from outside: mute, hold, an announcement by REST, and its end."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import (
    Conference,
    ConferenceVerb,
    Document,
    PauseRecording,
    PlayAudio,
    ResumeRecording,
    SpeakSentence,
    StopRecording,
)
from webhooks.events import ConferenceRedirectEvent, InitiateEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def caller(call: InitiateEvent) -> Document:
    return Document(Conference("town-hall", conference_event_url="/room"), SpeakSentence("That was it."))


@hooks.on(ConferenceRedirectEvent)
async def announce(room: ConferenceRedirectEvent) -> list[ConferenceVerb]:
    return [
        SpeakSentence("Five minutes."),
        PlayAudio("/gong.wav"),
        PauseRecording(),
        ResumeRecording(),
        StopRecording(),
    ]


@pytest.mark.tells("conferenceRedirect", "Conference", "PlayAudio")
async def test_members_are_muted_held_and_sent_on(phone: Phone) -> None:
    ann, ben = await phone.dial(hooks, from_="+19195550121"), await phone.dial(hooks, from_="+19195550122")
    room = phone.conference("town-hall")
    await room.update(ann, mute=True)
    await ann.speak("Nobody hears this.")
    await room.update(ann, mute=False)
    await room.update(ben, hold=True)
    await room.redirect("/announce")
    await ann.speak("Nor does Ben.")
    assert room.heard("Five minutes.") and ann.heard("Five minutes.") and ann.heard("/gong.wav")
    assert ben.transcript == ()
    await room.end()
    assert ann.heard("That was it.") and ben.ended and room.ended


async def test_only_twenty_fit_in(phone: Phone) -> None:
    calls = [await phone.dial(hooks) for _ in range(21)]
    assert [call.cause for call in calls if call.ended] == ["application-error"]
