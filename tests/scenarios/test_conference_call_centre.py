"""A call centre: a customer and an agent in a conference, a supervisor who coaches, and a recording of it."""

from __future__ import annotations

import pytest

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Conference, SpeakSentence, StartRecording
from webhooks.events import AnswerEvent, ConferenceCreatedEvent, ConferenceMemberJoinEvent, InitiateEvent
from webhooks.simulator import Phone

hooks = Webhooks(auth=AllowAll())
agents: list[str] = []


@hooks.on(InitiateEvent)
async def customer(call: InitiateEvent) -> Conference:
    return Conference("help", conference_event_url="/room", tag="vip")


@hooks.on(AnswerEvent, path="/agent")
async def agent(call: AnswerEvent) -> Conference:
    agents.append(call.call_id)
    return Conference("help")


@hooks.on(AnswerEvent, path="/coach")
async def coach(call: AnswerEvent) -> Conference:
    return Conference("help", call_ids_to_coach=agents[-1])


@hooks.on(ConferenceCreatedEvent, path="/room")
async def created(room: ConferenceCreatedEvent) -> StartRecording:
    return StartRecording(recording_available_url="/media")


@hooks.on(ConferenceMemberJoinEvent, path="/room")
async def joined(room: ConferenceMemberJoinEvent) -> SpeakSentence:
    return SpeakSentence("Somebody has joined.")


@pytest.mark.tells("Conference", "conferenceCreated", "conferenceMemberJoin", "conferenceMemberExit")
@pytest.mark.tells("conferenceCompleted", "conferenceRecordingAvailable", "StartRecording")
async def test_a_coach_is_heard_by_the_agent_alone(phone: Phone) -> None:
    caller = await phone.dial(hooks)
    desk = await phone.call_out(hooks, "/agent", to="+19195550150")
    boss = await phone.call_out(hooks, "/coach", to="+19195550160")
    await boss.speak("Offer a discount.")
    await caller.speak("That is expensive.")
    assert desk.heard("discount") and not caller.heard("discount")
    assert boss.heard("expensive") and desk.heard("expensive") and caller.heard("joined")
    room = phone.conference("help")
    assert room.members == [caller, desk, boss]
    for call in room.members:
        await call.hang_up()
    types = [event.event_types()[0] for event in room.events]
    assert types.count("conferenceMemberExit") == 3 and room.ended
    assert types[-2:] == ["conferenceCompleted", "conferenceRecordingAvailable"]
    assert {getattr(event, "tag", None) for event in room.events} == {"vip"}
