"""Record, and StartRecording with the verbs that pause, resume and stop it, on calls and in conferences.

1. The media is ready when recordingAvailable says so, some seconds after the end (voice/webhooks/recordingAvailable).
2. recordComplete is not sent when the caller hangs up meanwhile (voice/bxml/record); recordingAvailable is.
"""

from __future__ import annotations

from typing import Protocol

from webhooks.bxml import PauseRecording, Record, ResumeRecording, StartRecording, StopRecording
from webhooks.simulator.addresses import Ask
from webhooks.simulator.background import Recording
from webhooks.simulator.ids import duration, time_of
from webhooks.simulator.leg import Leg
from webhooks.simulator.platform import API, Platform

__all__ = ["Recorded", "pause", "pause_now", "record", "resume", "resume_now", "start", "stop", "stop_recording"]


class Recorded(Protocol):
    """What can be recorded: a call or a conference."""

    recording: Recording | None


async def record(platform: Platform, leg: Leg, verb: Record) -> Ask | None:
    """Record until a terminating key, silence, the longest duration or a hang-up (voice/bxml/record)."""
    made = Recording(
        platform.ids.new("r"),
        platform.clock.now,
        verb.file_format or "wav",
        1,
        platform.address(leg, verb, "recording_available_url"),
        platform.address(leg, verb, "transcription_available_url"),
        verb.transcribe is True,
    )
    leg.recorder = made
    leg.listens = True
    leg.keys.clear()
    try:
        await _until_over(platform, leg, verb)
    finally:
        leg.listens = False
        leg.recorder = None
        _finish(platform, leg, made)
    return platform.ask(leg, verb, "record_complete_url", "recordComplete", **_facts(platform, leg, made))


async def _until_over(platform: Platform, leg: Leg, verb: Record) -> None:
    clock = platform.clock
    began = clock.now
    latest = began + (60 if verb.max_duration is None else verb.max_duration)
    terminating = "#" if verb.terminating_digits is None else verb.terminating_digits
    while True:
        quiet_since = max(began, leg.spoke_at)
        over = min(latest, quiet_since + verb.silence_timeout) if verb.silence_timeout else latest
        key = await leg.keys.take_within(over - clock.now)
        if key is not None and key in terminating:
            return
        if key is None and (clock.now >= latest or leg.spoke_at <= quiet_since):
            return


async def start(platform: Platform, leg: Leg, verb: StartRecording) -> None:
    """Record beside the verbs that follow; a second one is ignored while one runs (voice/bxml/startRecording)."""
    if leg.recording is None:
        leg.recording = Recording(
            platform.ids.new("r"),
            platform.clock.now,
            verb.file_format or "wav",
            2 if verb.multi_channel else 1,
            platform.address(leg, verb, "recording_available_url"),
            platform.address(leg, verb, "transcription_available_url"),
            verb.transcribe is True,
        )


async def pause(platform: Platform, leg: Leg, verb: PauseRecording) -> None:
    """Leave out what comes now (voice/bxml/pauseRecording)."""
    pause_now(platform, leg)


async def resume(platform: Platform, leg: Leg, verb: ResumeRecording) -> None:
    """Go on (voice/bxml/resumeRecording)."""
    resume_now(platform, leg)


async def stop(platform: Platform, leg: Leg, verb: StopRecording) -> None:
    """End it (voice/bxml/stopRecording)."""
    stop_recording(platform, leg)


def pause_now(platform: Platform, recorded: Recorded) -> None:
    """Pause what is recorded, if it is and goes on."""
    recording = recorded.recording
    if recording is not None and recording.paused_at is None:
        recording.paused_at = platform.clock.now


def resume_now(platform: Platform, recorded: Recorded) -> None:
    """Go on with what is paused."""
    recording = recorded.recording
    if recording is not None and recording.paused_at is not None:
        recording.left_out += platform.clock.now - recording.paused_at
        recording.paused_at = None


def stop_recording(platform: Platform, leg: Leg) -> None:
    """End the recording of a call, if there is one."""
    recording, leg.recording = leg.recording, None
    if recording is not None:
        _finish(platform, leg, recording)


def _finish(platform: Platform, leg: Leg, recording: Recording) -> None:
    recording.ended_at = platform.clock.now
    platform.clock.spawn(_tell, platform, leg, recording)


async def _tell(platform: Platform, leg: Leg, recording: Recording) -> None:
    await platform.clock.sleep(platform.timing.media)
    # No source has the call's answer in these two events.
    facts: dict[str, object] = {**_facts(platform, leg, recording), "answerTime": None}
    platform.tell(leg, platform.payload(leg, "recordingAvailable", **facts, status="complete"), recording.available)
    # Shorter ones, and longer than four hours, are not transcribed (voice/bxml/record).
    if not recording.transcribe or not 0.5 <= recording.seconds(platform.clock.now) <= 4 * 3600:
        return
    await platform.clock.sleep(platform.timing.transcription)
    transcription = {
        "id": platform.ids.new("t"),
        "url": f"{_url(leg, recording)}/transcription",
        "status": "available",
        "completedTime": time_of(platform.clock.now),
    }
    del facts["channels"]
    payload = platform.payload(leg, "transcriptionAvailable", **facts, transcription=transcription)
    platform.log(leg, "note", f"the transcription reads: {' '.join(recording.said)}")
    platform.tell(leg, payload, recording.transcribed)


def _facts(platform: Platform, leg: Leg, recording: Recording) -> dict[str, object]:
    """What the three events say of a recording; start and end are its own, not the call's."""
    return {
        "recordingId": recording.id,
        "mediaUrl": f"{_url(leg, recording)}/media",
        "startTime": time_of(recording.started_at),
        "endTime": time_of(platform.clock.now if recording.ended_at is None else recording.ended_at),
        "duration": duration(recording.seconds(platform.clock.now)),
        "channels": recording.channels,
        "fileFormat": recording.file_format,
    }


def _url(leg: Leg, recording: Recording) -> str:
    return f"{API}/calls/{leg.id}/recordings/{recording.id}"
