"""StartStream, StartTranscription, and what stops them. No audio flows: the events that tell of it do.

1. A call has at most four tracks of streams and four of transcriptions; "both" counts two (voice/bxml/startStream).
2. Names are unique on a call; a second stream of a name is rejected (voice/bxml/startStream).
"""

from __future__ import annotations

from collections.abc import Callable

from webhooks.bxml import StartStream, StartTranscription, StopStream, StopTranscription
from webhooks.simulator.background import Stream
from webhooks.simulator.ids import duration, time_of
from webhooks.simulator.leg import Leg
from webhooks.simulator.platform import API, Platform

__all__ = ["start_stream", "start_transcription", "stop_stream", "stop_streams", "stop_transcription"]

_MOST_TRACKS = 4


async def start_stream(platform: Platform, leg: Leg, verb: StartStream) -> None:
    """Begin a media stream (voice/bxml/startStream)."""
    stream = _stream(platform, leg, verb, "s", "stream_event_url")
    refused = _refused(stream, leg.streams, "stream")
    if refused is None:
        leg.streams[stream.name] = stream
        _tell(platform, leg, stream, "mediaStreamStarted", mediaStream=_media(stream))
        return
    cause, message, original = refused
    more = {"originalMediaStream": _media(original)} if original else {}
    _tell(
        platform,
        leg,
        stream,
        "mediaStreamRejected",
        mediaStream=_media(stream),
        cause=cause,
        errorMessage=message,
        **more,
    )


async def stop_stream(platform: Platform, leg: Leg, verb: StopStream) -> None:
    """End a stream, by name or id; an unknown one has no effect (voice/bxml/stopStream)."""
    stream = _find(leg.streams, verb.name)
    if stream is not None:
        _stop_stream(platform, leg, stream)
        if verb.wait:
            await platform.clock.sleep(platform.timing.stream)


async def start_transcription(platform: Platform, leg: Leg, verb: StartTranscription) -> None:
    """Begin a live transcription (voice/bxml/startTranscription)."""
    stream = _stream(platform, leg, verb, "t", "transcription_event_url")
    stream.stabilized = verb.stabilized
    refused = _refused(stream, leg.transcriptions, "transcription")
    if refused is not None:
        cause, message, original = refused
        more = {"originalTranscription": _live(original)} if original else {}
        _tell(
            platform,
            leg,
            stream,
            "realTimeTranscriptionRejected",
            realTimeTranscription=_live(stream),
            cause=cause,
            errorMessage=message,
            **more,
        )
        return
    leg.transcriptions[stream.name] = stream
    # Start and end are told only where a destination gets the words (voice/bxml/startTranscription).
    if stream.destination is not None:
        _tell(platform, leg, stream, "realTimeTranscriptionStarted", realTimeTranscription=_live(stream))


async def stop_transcription(platform: Platform, leg: Leg, verb: StopTranscription) -> None:
    """End a transcription by name or id, or all; an unknown one has no effect (voice/bxml/stopTranscription)."""
    for stream in list(leg.transcriptions.values()):
        if verb.name is None or verb.name in (stream.name, stream.id):
            _stop_transcription(platform, leg, stream)


def stop_streams(platform: Platform, leg: Leg) -> None:
    """End all streams and transcriptions, with their call."""
    for stream in list(leg.streams.values()):
        _stop_stream(platform, leg, stream)
    for stream in list(leg.transcriptions.values()):
        _stop_transcription(platform, leg, stream)


def _stream(
    platform: Platform, leg: Leg, verb: StartStream | StartTranscription, prefix: str, attribute: str
) -> Stream:
    identity = platform.ids.new(prefix)
    return Stream(
        identity,
        verb.name or identity,
        verb.destination,
        ("inbound", "outbound") if verb.tracks == "both" else (verb.tracks or "inbound",),
        platform.clock.now,
        platform.address(leg, verb, attribute),
    )


def _refused(stream: Stream, others: dict[str, Stream], kind: str) -> tuple[str, str, Stream | None] | None:
    """Cause, message, and the one that is in the way; None when it may begin."""
    if stream.name in others:
        return "duplicate", f"the name of the {kind} is taken", others[stream.name]
    if sum(len(other.tracks) for other in others.values()) + len(stream.tracks) > _MOST_TRACKS:
        return "track-limit", f"at most {_MOST_TRACKS} tracks of a call", None
    return None


def _find(streams: dict[str, Stream], name: str) -> Stream | None:
    return next((stream for stream in streams.values() if name in (stream.name, stream.id)), None)


def _stop_stream(platform: Platform, leg: Leg, stream: Stream) -> None:
    del leg.streams[stream.name]
    _tell(platform, leg, stream, "mediaStreamStopped", mediaStream=_ended(platform, stream, _media), cause="closed")


def _stop_transcription(platform: Platform, leg: Leg, stream: Stream) -> None:
    del leg.transcriptions[stream.name]
    if stream.destination is not None:
        ended = _ended(platform, stream, _live)
        _tell(platform, leg, stream, "realTimeTranscriptionStopped", realTimeTranscription=ended, cause="closed")
    ready = {
        **_live(stream),
        "status": "available",
        "url": f"{API}/calls/{leg.id}/transcriptions/{stream.id}",
        "completedTime": time_of(platform.clock.now),
    }
    _tell(platform, leg, stream, "realTimeTranscriptionAvailable", realTimeTranscription=ready)


def _tell(platform: Platform, leg: Leg, stream: Stream, event_type: str, **more: object) -> None:
    platform.tell(leg, platform.payload(leg, event_type, **more), stream.events)


def _media(stream: Stream) -> dict[str, object]:
    return {
        "id": stream.id,
        "name": stream.name,
        "type": "WebSocket",
        "destination": stream.destination,
        "tracks": list(stream.tracks),
        "startTime": time_of(stream.started_at),
    }


def _live(stream: Stream) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": stream.id,
        "name": stream.name,
        "tracks": list(stream.tracks),
        "startTime": time_of(stream.started_at),
    }
    if stream.destination is not None:
        fields["destination"] = stream.destination
        # Text, as all samples have it, and stable unless told otherwise.
        fields["stabilized"] = "false" if stream.stabilized is False else "true"
    return fields


def _ended(platform: Platform, stream: Stream, facts: Callable[[Stream], dict[str, object]]) -> dict[str, object]:
    return {**facts(stream), "duration": duration(platform.clock.now - stream.started_at)}
