"""Verbs that send the audio of a call elsewhere while it goes on: streams to a WebSocket, and live transcriptions."""

from collections.abc import Mapping
from dataclasses import KW_ONLY
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, TypeAlias

from webhooks.bxml._limits import METHOD, WEB_SOCKET, Flag, OneOf, Text, Url
from webhooks.bxml._verb import Children, Element, Link, Method, Verb
from webhooks.events import (
    MediaStreamRejectedEvent,
    MediaStreamStartedEvent,
    MediaStreamStoppedEvent,
    RealTimeTranscriptionAvailableEvent,
    RealTimeTranscriptionRejectedEvent,
    RealTimeTranscriptionStartedEvent,
    RealTimeTranscriptionStoppedEvent,
)

__all__ = ["CustomParam", "StartStream", "StartTranscription", "StopStream", "StopTranscription", "StreamParam"]

_Tracks: TypeAlias = Literal["inbound", "outbound", "both"]
_TRACKS = OneOf.of("inbound", "outbound", "both")
_StreamLink: TypeAlias = Link[MediaStreamStartedEvent] | Link[MediaStreamRejectedEvent] | Link[MediaStreamStoppedEvent]
_TranscriptionLink: TypeAlias = (
    Link[RealTimeTranscriptionStartedEvent]
    | Link[RealTimeTranscriptionRejectedEvent]
    | Link[RealTimeTranscriptionStoppedEvent]
    | Link[RealTimeTranscriptionAvailableEvent]
)
_MAX_PARAMS = 12  # voice/bxml/startStream, voice/bxml/startTranscription


class StreamParam(Element):
    """A key and a value for the first message of a stream (voice/bxml/startStream).

    Args:
        name: at most 256 characters.
        value: at most 2048 characters.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/startStream"

    _: KW_ONLY
    name: Annotated[str, Text(256)]
    value: Annotated[str, Text(2048)]


class CustomParam(Element):
    """A key and a value for the first message of a live transcription (voice/bxml/startTranscription).

    Args:
        name: at most 256 characters.
        value: at most 2048 characters.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/startTranscription"

    _: KW_ONLY
    name: Annotated[str, Text(256)]
    value: Annotated[str, Text(2048)]


class StartStream(Verb):
    """Send the call's audio to a WebSocket while the next verbs run, until StopStream (voice/bxml/startStream).

    The call ends at once when this is the last verb. There are at most four tracks, of which "both" takes two.

    Args:
        params: at most twelve.
        destination: `ws:` or `wss:`, where the audio goes.
        name: for StopStream, once per call; Bandwidth makes one otherwise.
        mode: "bidirectional" to send audio back; default "unidirectional".
        tracks: default "inbound".
        destination_username: for the WebSocket.
        stream_event_url: URL or handler of the events mediaStreamStarted, mediaStreamRejected and mediaStreamStopped.
            One URL gets all, so the handler of any will do.
        username: for `stream_event_url`, which must then be https.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/startStream"
    content_name: ClassVar[str] = "params"
    children: ClassVar[Children | None] = Children("a parameter", "parameters", (StreamParam,), most=_MAX_PARAMS)
    secured: ClassVar[Mapping[str, tuple[str, ...]]] = {"username": ("stream_event_url",)}

    params: tuple[StreamParam, ...]
    _: KW_ONLY
    destination: Annotated[str, WEB_SOCKET]
    name: Annotated[str | None, Text()]
    mode: Annotated[
        Literal["unidirectional", "bidirectional"] | None,
        OneOf.of("unidirectional", "bidirectional"),
    ]
    tracks: Annotated[_Tracks | None, _TRACKS]
    destination_username: Annotated[str | None, Text()]
    destination_password: Annotated[str | None, Text()]
    stream_event_url: Annotated[
        _StreamLink | None, Url("mediaStreamStarted", "mediaStreamRejected", "mediaStreamStopped")
    ]
    stream_event_method: Annotated[Method | None, METHOD]
    username: Annotated[str | None, Text()]
    password: Annotated[str | None, Text()]

    if TYPE_CHECKING:

        def __init__(
            self,
            *params: StreamParam,
            destination: str,
            name: str | None = None,
            mode: Literal["unidirectional", "bidirectional"] | None = None,
            tracks: _Tracks | None = None,
            destination_username: str | None = None,
            destination_password: str | None = None,
            stream_event_url: _StreamLink | None = None,
            stream_event_method: Method | None = None,
            username: str | None = None,
            password: str | None = None,
        ) -> None: ...


class StopStream(Verb):
    """End a stream (voice/bxml/stopStream).

    Args:
        name: that of StartStream, or the id that Bandwidth made.
        wait: run the next verb only when the stream has ended.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/stopStream"

    _: KW_ONLY
    name: Annotated[str, Text()]
    wait: Annotated[bool | None, Flag()] = None


class StartTranscription(Verb):
    """Transcribe live while the next verbs run, until StopTranscription (voice/bxml/startTranscription).

    There are at most four tracks, of which "both" takes two.

    Args:
        params: at most twelve.
        name: for StopTranscription, once per call; Bandwidth makes one otherwise.
        tracks: default "inbound".
        transcription_event_url: URL or handler of the events realTimeTranscriptionStarted, -Rejected, -Stopped and
            -Available. One URL gets all, so the handler of any will do.
        username: for `transcription_event_url`, which must then be https.
        destination: `ws:` or `wss:`, where the text goes while it is spoken.
        stabilized: send only what will not change any more; default True.
        detect_language: find out which language is spoken, instead of English; default False (bandwidth-sdk 23.3.1).
        preferred_languages: such as "en-US,es-US", one dialect of each; not with `detect_language` (bandwidth-sdk
            23.3.1).
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/startTranscription"
    content_name: ClassVar[str] = "params"
    children: ClassVar[Children | None] = Children("a parameter", "parameters", (CustomParam,), most=_MAX_PARAMS)
    secured: ClassVar[Mapping[str, tuple[str, ...]]] = {"username": ("transcription_event_url",)}

    params: tuple[CustomParam, ...]
    _: KW_ONLY
    name: Annotated[str | None, Text()]
    tracks: Annotated[_Tracks | None, _TRACKS]
    transcription_event_url: Annotated[
        _TranscriptionLink | None,
        Url(
            "realTimeTranscriptionStarted",
            "realTimeTranscriptionRejected",
            "realTimeTranscriptionStopped",
            "realTimeTranscriptionAvailable",
        ),
    ]
    transcription_event_method: Annotated[Method | None, METHOD]
    username: Annotated[str | None, Text()]
    password: Annotated[str | None, Text()]
    destination: Annotated[str | None, WEB_SOCKET]
    stabilized: Annotated[bool | None, Flag()]
    detect_language: Annotated[bool | None, Flag()]
    preferred_languages: Annotated[str | None, Text()]

    if TYPE_CHECKING:

        def __init__(
            self,
            *params: CustomParam,
            name: str | None = None,
            tracks: _Tracks | None = None,
            transcription_event_url: _TranscriptionLink | None = None,
            transcription_event_method: Method | None = None,
            username: str | None = None,
            password: str | None = None,
            destination: str | None = None,
            stabilized: bool | None = None,
            detect_language: bool | None = None,
            preferred_languages: str | None = None,
        ) -> None: ...


class StopTranscription(Verb):
    """End live transcriptions (voice/bxml/stopTranscription).

    Args:
        name: that of StartTranscription, or the id that Bandwidth made; without it, all end.
    """

    __slots__ = ()

    page: ClassVar[str] = "voice/bxml/stopTranscription"

    _: KW_ONLY
    name: Annotated[str | None, Text()] = None
