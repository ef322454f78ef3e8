"""The verb that records the caller."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import Annotated, ClassVar, Literal

from webhooks.bxml._limits import METHOD, TAG, Flag, Number, OneOf, Text, Url, Whole
from webhooks.bxml._verb import Link, Method, Verb
from webhooks.events import RecordCompleteEvent, RecordingAvailableEvent, TranscriptionAvailableEvent

__all__ = ["Record"]


class Record(Verb):
    """Record the caller, as a voicemail does (voice/bxml/record).

    A `recordComplete` event follows unless the caller hung up; the audio is ready at `recordingAvailable`.
    With `record_complete_url`, later verbs never run.

    Args:
        record_complete_url: URL or handler of the recordComplete event.
        recording_available_url: URL or handler of the recordingAvailable event.
        transcribe: make a transcription; the recording must last 0.5 s to 4 h.
        detect_language: English, French or Spanish; only with `transcribe`.
        transcription_available_url: URL or handler of the transcriptionAvailable event.
        username: for the URLs, which must then be https.
        terminating_digits: keys that end the recording, Bandwidth's default is "#"; "" for none.
        max_duration: seconds, at most 10800, default 60.
        silence_timeout: seconds of silence that end the recording, 0 to 10800; 0, the default, for none.
        file_format: default "wav".
        recording_name: comes back in the recordingAvailable event (bandwidth-sdk 23.3.1).
        tag: at most 256 characters, in this and later events of the call; "" clears.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/record"
    secured: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "username": ("record_complete_url", "recording_available_url", "transcription_available_url"),
        "fallback_username": ("record_complete_fallback_url",),
    }

    _: KW_ONLY
    record_complete_url: Annotated[Link[RecordCompleteEvent] | None, Url("recordComplete")] = None
    record_complete_method: Annotated[Method | None, METHOD] = None
    record_complete_fallback_url: Annotated[Link[RecordCompleteEvent] | None, Url("recordComplete")] = None
    record_complete_fallback_method: Annotated[Method | None, METHOD] = None
    recording_available_url: Annotated[Link[RecordingAvailableEvent] | None, Url("recordingAvailable")] = None
    recording_available_method: Annotated[Method | None, METHOD] = None
    transcribe: Annotated[bool | None, Flag()] = None
    detect_language: Annotated[bool | None, Flag()] = None
    transcription_available_url: Annotated[Link[TranscriptionAvailableEvent] | None, Url("transcriptionAvailable")] = (
        None
    )
    transcription_available_method: Annotated[Method | None, METHOD] = None
    username: Annotated[str | None, Text()] = None
    password: Annotated[str | None, Text()] = None
    fallback_username: Annotated[str | None, Text()] = None
    fallback_password: Annotated[str | None, Text()] = None
    tag: Annotated[str | None, TAG] = None
    terminating_digits: Annotated[str | None, Text()] = None
    max_duration: Annotated[int | None, Whole(0, 10800)] = None
    silence_timeout: Annotated[float | None, Number(0, 10800)] = None
    file_format: Annotated[Literal["mp3", "wav"] | None, OneOf.of("mp3", "wav")] = None
    recording_name: Annotated[str | None, Text()] = None
