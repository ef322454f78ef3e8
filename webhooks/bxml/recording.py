"""Verbs that record in the background, a call or a conference: StartRecording and what pauses, resumes and stops it."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal

from webhooks.bxml._limits import METHOD, TAG, Flag, OneOf, Text, Url
from webhooks.bxml._verb import ConferenceVerb, Link, Method
from webhooks.events import ConferenceRecordingAvailableEvent, RecordingAvailableEvent, TranscriptionAvailableEvent

__all__ = ["PauseRecording", "ResumeRecording", "StartRecording", "StopRecording"]


class StartRecording(ConferenceVerb):
    """Record while the next verbs run, until StopRecording or the end (voice/bxml/startRecording).

    There is one recording at a time; a second StartRecording is ignored.

    Args:
        recording_available_url: URL or handler of the recordingAvailable event, or of conferenceRecordingAvailable
            where the document answers a conference.
        transcribe: make a transcription; the recording must last 0.5 s to 4 h. Ignored in a conference.
        detect_language: English, French or Spanish; only with `transcribe`.
        transcription_available_url: URL or handler of the transcriptionAvailable event.
        username: for the URLs, which must then be https.
        tag: at most 256 characters, in this and later events of the call; "" clears. Ignored in a conference.
        file_format: default "wav".
        multi_channel: each side in its own channel. Ignored in a conference.
        recording_name: comes back in the recordingAvailable event (bandwidth-sdk 23.3.1).
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/startRecording"
    secured: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "username": ("recording_available_url", "transcription_available_url"),
    }

    _: KW_ONLY
    recording_available_url: Annotated[
        Link[RecordingAvailableEvent] | Link[ConferenceRecordingAvailableEvent] | None,
        Url("recordingAvailable", "conferenceRecordingAvailable"),
    ] = None
    recording_available_method: Annotated[Method | None, METHOD] = None
    transcribe: Annotated[bool | None, Flag()] = None
    detect_language: Annotated[bool | None, Flag()] = None
    transcription_available_url: Annotated[Link[TranscriptionAvailableEvent] | None, Url("transcriptionAvailable")] = (
        None
    )
    transcription_available_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None
    file_format: Annotated[Literal["mp3", "wav"] | None, OneOf.of("mp3", "wav")] = None
    multi_channel: Annotated[bool | None, Flag()] = None
    recording_name: Annotated[str | None, Text()] = None


class PauseRecording(ConferenceVerb):
    """Leave out what comes now, unbilled, until ResumeRecording (voice/bxml/pauseRecording)."""

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/pauseRecording"


class ResumeRecording(ConferenceVerb):
    """Go on with a paused recording (voice/bxml/resumeRecording)."""

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/resumeRecording"


class StopRecording(ConferenceVerb):
    """End the recording of StartRecording, paused or not (voice/bxml/stopRecording)."""

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/stopRecording"
