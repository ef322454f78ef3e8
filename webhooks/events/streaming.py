"""Events of media streams and of real-time transcription."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from webhooks.events._base import WireModel
from webhooks.events._fields import AnsweredFields, CallNotification, Known, Time, read_duration

__all__ = [
    "MediaStream",
    "MediaStreamRejectedEvent",
    "MediaStreamStartedEvent",
    "MediaStreamStoppedEvent",
    "RealTimeTranscription",
    "RealTimeTranscriptionAvailableEvent",
    "RealTimeTranscriptionRejectedEvent",
    "RealTimeTranscriptionStartedEvent",
    "RealTimeTranscriptionStoppedEvent",
]

Tracks = Annotated[tuple[str, ...], Known.of("inbound", "outbound")]
RejectedCause = Annotated[str, Known.of("connection-error", "duplicate", "error", "track-limit")]
StoppedCause = Annotated[str, Known.of("closed", "connection-error", "error")]


class MediaStream(WireModel):
    """A stream of the call's audio to a websocket (voice/bxml/startStream)."""

    id: str | None = Field(default=None, description="stream id, prefix s-")
    name: str | None = Field(default=None, description="name of the stream; its id unless the verb named it")
    type: Annotated[str, Known.of("WebSocket")] | None = Field(default=None, description="transport")
    destination: str | None = Field(default=None, description="ws or wss URL")
    # One bad element is enough to know; all of a long list would cost seconds.
    tracks: Tracks | None = Field(default=None, fail_fast=True, description="which sides of the call are streamed")
    start_time: Time | None = Field(default=None, description="start of the stream")


class StoppedMediaStream(MediaStream):
    """A stream that ended."""

    duration: str | None = Field(default=None, description="length of the stream, ISO 8601 text; see `length`")

    @property
    def length(self) -> timedelta | None:
        """`duration` as a timedelta."""
        return read_duration(self.duration)


class RealTimeTranscription(WireModel):
    """A transcription that is made while the call goes on (voice/bxml/startTranscription)."""

    id: str | None = Field(default=None, description="transcription id, prefix t-")
    name: str | None = Field(default=None, description="name of the transcription; its id unless the verb named it")
    # One bad element is enough to know; all of a long list would cost seconds.
    tracks: Tracks | None = Field(default=None, fail_fast=True, description="which sides of the call are transcribed")
    start_time: Time | None = Field(default=None, description="start of the transcription")
    destination: str | None = Field(default=None, description="ws or wss URL")
    stabilized: Annotated[str, Known.of("true", "false")] | None = Field(
        default=None, description="text on the wire; see `is_stabilized`"
    )

    @property
    def is_stabilized(self) -> bool | None:
        """`stabilized` as a bool; None when it is absent or neither."""
        return {"true": True, "false": False}.get((self.stabilized or "").casefold())


class StoppedTranscription(RealTimeTranscription):
    """A real-time transcription that ended."""

    duration: str | None = Field(default=None, description="length, ISO 8601 text; see `length`")

    @property
    def length(self) -> timedelta | None:
        """`duration` as a timedelta."""
        return read_duration(self.duration)


class AvailableTranscription(RealTimeTranscription):
    """A real-time transcription that can be downloaded."""

    status: Annotated[str, Known.of("available", "failed")] | None = Field(default=None, description="its state")
    url: str | None = Field(default=None, description="where to fetch it")
    completed_time: Time | None = Field(default=None, description="when it was finished")


class _StreamedCall(AnsweredFields, CallNotification):
    """The call that is streamed."""


class _CallerFields(WireModel):
    """Two fields of the newest web docs."""

    privacy: bool | None = Field(default=None, description="whether the caller asked for privacy")
    caller_display_name: str | None = Field(default=None, description="display name, at most 256 characters")


class MediaStreamStartedEvent(_CallerFields, _StreamedCall):
    """A stream started (voice/webhooks/mediaStreamStarted)."""

    event_type: Literal["mediaStreamStarted"]
    media_stream: MediaStream | None = Field(default=None, description="the stream")


class MediaStreamRejectedEvent(_StreamedCall):
    """A stream could not start (voice/webhooks/mediaStreamRejected)."""

    event_type: Literal["mediaStreamRejected"]
    cause: RejectedCause | None = Field(default=None, description="why; an open list")
    error_message: str | None = Field(default=None, description="Bandwidth's text about the error")
    media_stream: MediaStream | None = Field(default=None, description="the stream that was refused")
    original_media_stream: MediaStream | None = Field(default=None, description="the running stream of the same name")


class MediaStreamStoppedEvent(_CallerFields, _StreamedCall):
    """A stream ended (voice/webhooks/mediaStreamStopped)."""

    event_type: Literal["mediaStreamStopped"]
    cause: StoppedCause | None = Field(default=None, description="why; an open list")
    error_message: str | None = Field(default=None, description="Bandwidth's text about the error")
    media_stream: StoppedMediaStream | None = Field(default=None, description="the stream")


class RealTimeTranscriptionStartedEvent(_StreamedCall):
    """A real-time transcription started (voice/webhooks/realTimeTranscriptionStarted)."""

    event_type: Literal["realTimeTranscriptionStarted"]
    real_time_transcription: RealTimeTranscription | None = Field(default=None, description="the transcription")


class RealTimeTranscriptionRejectedEvent(_StreamedCall):
    """A real-time transcription could not start (voice/webhooks/realTimeTranscriptionRejected).

    The docs' tables call the object `realTimeTranscription`, their samples `transcription`; read `live_transcription`.
    """

    event_type: Literal["realTimeTranscriptionRejected"]
    cause: RejectedCause | None = Field(default=None, description="why; an open list")
    error_message: str | None = Field(default=None, description="Bandwidth's text about the error")
    real_time_transcription: RealTimeTranscription | None = Field(default=None, description="see `live_transcription`")
    transcription: RealTimeTranscription | None = Field(default=None, description="see `live_transcription`")
    original_transcription: RealTimeTranscription | None = Field(
        default=None, description="the running transcription of the same name"
    )

    @property
    def live_transcription(self) -> RealTimeTranscription | None:
        """The transcription that was refused, under whichever key it came."""
        return self.real_time_transcription or self.transcription


class RealTimeTranscriptionStoppedEvent(_StreamedCall):
    """A real-time transcription ended (voice/webhooks/realTimeTranscriptionStopped).

    The docs' tables call the object `realTimeTranscription`, their samples `transcription`; read `live_transcription`.
    """

    event_type: Literal["realTimeTranscriptionStopped"]
    cause: StoppedCause | None = Field(default=None, description="why; an open list")
    error_message: str | None = Field(default=None, description="Bandwidth's text about the error")
    real_time_transcription: StoppedTranscription | None = Field(default=None, description="see `live_transcription`")
    transcription: StoppedTranscription | None = Field(default=None, description="see `live_transcription`")

    @property
    def live_transcription(self) -> StoppedTranscription | None:
        """The transcription that ended, under whichever key it came."""
        return self.real_time_transcription or self.transcription


class RealTimeTranscriptionAvailableEvent(_StreamedCall):
    """A real-time transcription can be downloaded (voice/webhooks/realTimeTranscriptionAvailable)."""

    event_type: Literal["realTimeTranscriptionAvailable"]
    real_time_transcription: AvailableTranscription | None = Field(default=None, description="the transcription")
