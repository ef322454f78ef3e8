"""Events of recordings and of the transcriptions made from them."""

from typing import Annotated, Literal

from pydantic import Field

from webhooks.events._base import CallEvent, WireModel
from webhooks.events._fields import (
    CallNotification,
    Known,
    LegFields,
    ParentFields,
    QueuedFields,
    RecordingFields,
    RecordingStatus,
    Time,
    TransferFields,
)

__all__ = ["RecordCompleteEvent", "RecordingAvailableEvent", "Transcription", "TranscriptionAvailableEvent"]


class Transcription(WireModel):
    """A transcription in either published shape: a link to it (docs), or a clip of its text (OpenAPI document)."""

    id: str | None = Field(default=None, description="transcription id, prefix t-")
    url: str | None = Field(default=None, description="where to fetch the transcription")
    status: (
        Annotated[
            str,
            Known.of("none", "processing", "available", "error", "timeout", "file-size-too-big", "file-size-too-small"),
        ]
        | None
    ) = Field(default=None, description="state of the transcription")
    completed_time: Time | None = Field(default=None, description="when it was finished")
    text: str | None = Field(default=None, description="what was said")
    confidence: float | None = Field(default=None, description="0.0 to 1.0")
    speaker: int | None = Field(default=None, description="index of the speaker, from zero")


class RecordCompleteEvent(RecordingFields, LegFields, CallEvent):
    """A Record verb ended while the caller was still there; the media is not ready yet (voice/webhooks/recordComplete).

    The docs and samples say `recordComplete`, the SDKs `recordingComplete`, the AsyncAPI document `recording`.
    """

    event_type: Literal["recordComplete", "recordingComplete", "recording"]
    channels: int | None = Field(default=None, description="1 or 2 audio channels")
    status: RecordingStatus | None = Field(default=None, description="state of the recording")


class RecordingAvailableEvent(RecordingFields, ParentFields, TransferFields, QueuedFields, CallNotification):
    """The audio of a recording can be downloaded (voice/webhooks/recordingAvailable)."""

    event_type: Literal["recordingAvailable"]
    channels: int | None = Field(default=None, description="1 or 2 audio channels")
    status: RecordingStatus | None = Field(
        default=None, description="`partial` has gaps; with `error` there is nothing to download"
    )


class TranscriptionAvailableEvent(RecordingFields, ParentFields, TransferFields, QueuedFields, CallNotification):
    """The transcription of a recording is ready (voice/webhooks/transcriptionAvailable).

    The AsyncAPI document says `transcription`, and puts id and URL flat beside the call's fields.
    """

    event_type: Literal["transcriptionAvailable", "transcription"]
    transcription: Transcription | None = Field(default=None, description="the transcription, or a link to it")
    transcription_id: str | None = Field(default=None, description="the AsyncAPI document's `transcription.id`")
    transcription_url: str | None = Field(default=None, description="the AsyncAPI document's `transcription.url`")
