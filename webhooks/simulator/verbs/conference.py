"""Conference: calls that hear each other, and a queue of the documents that answer its events.

1. The document that created it decides where its events go, and their tag (voice/bxml/conference).
2. Answers are run in order, without overlap; one that fails does not stop the next (voice/bxml/conference).
"""

from __future__ import annotations

from functools import partial

from webhooks.bxml import (
    Conference,
    PauseRecording,
    PlayAudio,
    ResumeRecording,
    SpeakSentence,
    StartRecording,
    Verb,
)
from webhooks.simulator.addresses import Address, Ask
from webhooks.simulator.background import Recording
from webhooks.simulator.clock import Signal
from webhooks.simulator.ids import duration, time_of
from webhooks.simulator.leg import Ended, Leg
from webhooks.simulator.platform import ACCOUNT, API, Platform
from webhooks.simulator.reading import read
from webhooks.simulator.room import Happening, Member, Room
from webhooks.simulator.sender import Served, typed
from webhooks.simulator.timeline import Entry
from webhooks.simulator.verbs.recording import pause_now, resume_now
from webhooks.simulator.verbs.speaking import seconds, text_of

__all__ = ["close", "conference", "redirect"]

# Calls in one conference, and its seconds (voice/bxml/conference).
_MOST_MEMBERS = 20
_LONGEST = 24 * 3600.0


async def conference(platform: Platform, leg: Leg, verb: Conference) -> None:
    """Be in a conference until it is over, or the call is."""
    open_rooms = (room for room in platform.rooms if room.name == verb.name and not room.over)
    room = next(open_rooms, None) or _create(platform, leg, verb)
    if len(room.members) >= _MOST_MEMBERS:
        raise Ended("application-error", f"a conference has at most {_MOST_MEMBERS} calls")
    coaches = tuple(one.strip() for one in (verb.call_ids_to_coach or "").split(",") if one.strip())
    member = Member(leg, Signal(platform.clock), verb.mute is True, verb.hold is True, coaches)
    room.members[leg.id] = member
    leg.audience = partial(room.listeners, leg)
    _happens(platform, room, "conferenceMemberJoin", leg)
    try:
        await member.left.take_within(_LONGEST)
    finally:
        leg.audience = None
        del room.members[leg.id]
        _happens(platform, room, "conferenceMemberExit", leg)
        if not room.members:
            close(platform, room)


def _create(platform: Platform, leg: Leg, verb: Conference) -> Room:
    room = Room(
        platform.ids.new("conf"),
        verb.name,
        leg.application,
        leg.base,
        leg.tag,
        platform.address(leg, verb, "conference_event_url"),
        platform.address(leg, verb, "conference_event_fallback_url"),
        Signal(platform.clock),
    )
    platform.rooms.append(room)
    platform.clock.spawn(_serve, platform, room)
    _happens(platform, room, "conferenceCreated")
    return room


def close(platform: Platform, room: Room) -> None:
    """End a conference; its members, if there are any, go on with their next verb."""
    if room.over:
        return
    room.over = True
    for member in list(room.members.values()):
        member.left.send(True)
    _stop_recording(platform, room)
    _happens(platform, room, "conferenceCompleted")
    room.happenings.send(None)


def redirect(platform: Platform, room: Room, address: Address) -> None:
    """What the REST call that updates a conference does: ask for a document (voice/webhooks/conferenceRedirect)."""
    room.happenings.send(Happening(_payload(platform, room, "conferenceRedirect"), address))


def _happens(platform: Platform, room: Room, event_type: str, leg: Leg | None = None) -> None:
    asks = event_type != "conferenceCompleted"
    payload = _payload(platform, room, event_type, leg)
    room.happenings.send(Happening(payload, room.events, room.fallback if asks else None, asks))


def _payload(platform: Platform, room: Room, event_type: str, leg: Leg | None = None) -> dict[str, object]:
    member = {} if leg is None else {"callId": leg.id, "from": leg.from_, "to": leg.to}
    tag = {"tag": room.tag} if room.tag else {}
    facts = {"conferenceId": room.id, "name": room.name, "eventType": event_type}
    return {**facts, "eventTime": platform.ids.moment(platform.clock.now), **member, **tag}


def _log(platform: Platform, room: Room, what: str, text: str, body: bytes = b"") -> None:
    platform.timeline.add(Entry(platform.clock.now, room.name, what, text, room.id, body))


async def _serve(platform: Platform, room: Room) -> None:
    """Tell what happens, in order, and run what is answered."""
    log = partial(_log, platform, room)
    while (happening := await room.happenings.take()) is not None:
        if happening.to is None:
            continue
        room.told.append(typed(happening.payload))
        if not happening.asks:
            await platform.sender.tell(happening.payload, happening.to, log)
            continue
        try:
            served = await platform.sender.ask(Ask(happening.payload, happening.to, happening.fallback), log)
            await _run(platform, room, served)
        except Ended as failed:
            # The conference goes on; that is what "a failing verb does not stop the rest" leaves us with.
            log("note", str(failed))


async def _run(platform: Platform, room: Room, served: Served) -> None:
    room.base = served.url
    for verb in read(served, partial(_log, platform, room)):
        _log(platform, room, "verb", verb.element)
        await _perform(platform, room, verb)


async def _perform(platform: Platform, room: Room, verb: Verb) -> None:
    match verb:
        case SpeakSentence() | PlayAudio():
            room.heard.append(text_of(verb))
            for member in room.members.values():
                if not member.hold:
                    platform.hear(member.leg, text_of(verb))
            await platform.clock.sleep(seconds(platform, verb))
        case StartRecording():
            _start_recording(platform, room, verb)
        case PauseRecording():
            pause_now(platform, room)
        case ResumeRecording():
            resume_now(platform, room)
        case _:  # StopRecording: the rules let nothing else in
            _stop_recording(platform, room)


def _start_recording(platform: Platform, room: Room, verb: StartRecording) -> None:
    """Transcription, tag and channels are ignored in a conference (voice/bxml/startRecording)."""
    if room.recording is None:
        available = platform.address(room, verb, "recording_available_url")
        file_format = verb.file_format or "wav"
        room.recording = Recording(platform.ids.new("r"), platform.clock.now, file_format, 1, available)


def _stop_recording(platform: Platform, room: Room) -> None:
    recording, room.recording = room.recording, None
    if recording is not None:
        recording.ended_at = platform.clock.now
        platform.clock.spawn(_tell_recording, platform, room, recording)


async def _tell_recording(platform: Platform, room: Room, recording: Recording) -> None:
    await platform.clock.sleep(platform.timing.media)
    if recording.available is None:
        return
    payload = {
        **_payload(platform, room, "conferenceRecordingAvailable"),
        "accountId": ACCOUNT,
        "recordingId": recording.id,
        "channels": 1,
        "startTime": time_of(recording.started_at),
        "endTime": time_of(platform.clock.now if recording.ended_at is None else recording.ended_at),
        "duration": duration(recording.seconds(platform.clock.now)),
        "fileFormat": recording.file_format,
        "mediaUrl": f"{API}/conferences/{room.id}/recordings/{recording.id}/media",
        "status": "complete",
    }
    room.told.append(typed(payload))
    await platform.sender.tell(payload, recording.available, partial(_log, platform, room))
