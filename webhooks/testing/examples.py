"""Realistic payloads of every event, made from the models and one table of values.

1. A field is in the example when a delivery of the usual kind has it: a call that came in, an SMS, a picture that went
   out. What only some calls have (a tag, a diversion, an error) is left out, and can be given.
2. The same call gives the same payload, always. Numbers are of the range that nobody has (+1 919 555 01xx).
3. Values stand under the path of their Python names; a field with documented values needs none, it has the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any, cast

from pydantic import BaseModel, JsonValue
from pydantic_core import PydanticSerializationError, to_jsonable_python

from webhooks import events
from webhooks.errors import UsageError, did_you_mean
from webhooks.events import EVENTS, Event
from webhooks.testing.fields import Field, fields_of

__all__ = ["example"]

_Values = Mapping[str, JsonValue]

_OURS = "+19195550100"
_THEIRS = "+19195550123"
_THIRD = "+19195550150"
_DAY = "2026-03-02T15:04"
_CALL = "c-9f2d41b7-5c0a86e3-4b1d-4f7e-9a36-0d8c52e7f1a4"
_PARENT = "c-1b7e90c4-83f5d2a6-4d0e-4c39-8e17-6a2f9b04d5c8"
_RECORDING = "r-7c41e0d9-2b86-4f53-a1c8-90e6d37b54f2"
_TRANSCRIPTION = "t-3e9a6c05-d174-4b28-8f60-1c5b7a92e04d"
_API = "https://voice.bandwidth.com/api/v2/accounts/9900417"

_VALUES: _Values = MappingProxyType(
    {
        # Of whole seconds in all events: an app takes the same milliseconds for a repeated delivery.
        "event_time": f"{_DAY}:21.000Z",
        "account_id": "9900417",
        "application_id": "5f0e2c8a-7d3b-4a91-b6e4-2c9d81f7a035",
        "from_": _THEIRS,
        "to": _OURS,
        "call_id": _CALL,
        "call_url": f"{_API}/calls/{_CALL}",
        "start_time": f"{_DAY}:05.120Z",
        "answer_time": f"{_DAY}:07.846Z",
        "stir_shaken.originating_id": "490c4c0a-f64e-4be4-a38a-e9b1898bb057",
        "diversion": None,
        "sip_call_id": "4f1c70b2@pbx.example.net",
        "digits": "1",
        "terminating_digit": "",
        "digit": "1",
        "transfer_caller_id": _OURS,
        "transfer_to": _THIRD,
        "refer_sip_response_code": 202,
        "notify_sip_response_code": 200,
        "refer_to": "sip:agent@pbx.example.net",
        "machine_detection_result": None,
        "recording_id": _RECORDING,
        "media_url": f"{_API}/calls/{_CALL}/recordings/{_RECORDING}/media",
        "channels": 1,
        "duration": "PT12.5S",
        "conference_id": "conf-ea72b840-d371-41a5-a6f5-1e57413fe891",
        "name": "stand-up",
        "media_stream.id": "s-dca83e71-7b1f-44eb-a410-57a7415a330a",
        "media_stream.name": "coach",
        "media_stream.destination": "wss://listen.example.com/audio",
        "media_stream.start_time": f"{_DAY}:08.000Z",
        "media_stream.duration": "PT12.5S",
        "original_media_stream": None,
        "real_time_transcription.id": _TRANSCRIPTION,
        "real_time_transcription.name": "captions",
        "real_time_transcription.destination": "wss://listen.example.com/captions",
        "real_time_transcription.start_time": f"{_DAY}:08.000Z",
        "real_time_transcription.duration": "PT12.5S",
        "real_time_transcription.url": f"{_API}/calls/{_CALL}/transcriptions/{_TRANSCRIPTION}",
        "real_time_transcription.completed_time": f"{_DAY}:20.500Z",
        "transcription": None,
        "original_transcription": None,
        "time": f"{_DAY}:20.518204Z",
        "message.id": "177246386051849sdkqzt6vyhp4n2x",
        "message.owner": _OURS,
        "message.application_id": "c83a1f60-94be-4d27-8a05-7b1e6d2f904c",
        "message.time": f"{_DAY}:19.307113Z",
        "message.segment_count": 1,
        "message.priority": None,
        "message.channel": None,
        "message.suggestion_response.text": "Yes",
        "message.suggestion_response.postback_data": "eWVz",
        "message.suggestion_response.paired_message_id": "177246385912044tqmzr8wxkfb5c3v",
        "message.location_response.latitude": "35.7796",
        "message.location_response.longitude": "-78.6382",
    }
)

_QUEUED: _Values = {"direction": "outbound", "from_": _OURS, "to": _THEIRS, "enqueued_time": f"{_DAY}:04.700Z"}
_LEG: _Values = {
    "direction": "outbound",
    "from_": _OURS,
    "to": _THIRD,
    "enqueued_time": f"{_DAY}:04.700Z",
    "parent_call_id": _PARENT,
}
# Of recording events, the times of the recording; and a recording is of no leg unless somebody transfers.
_RECORDED: _Values = {
    "start_time": f"{_DAY}:09.000Z",
    "end_time": f"{_DAY}:21.500Z",
    "event_time": f"{_DAY}:22.000Z",
    "file_format": "wav",
    "transfer_caller_id": None,
    "transfer_to": None,
}
_NO_LEG: _Values = {"transfer_caller_id": None, "transfer_to": None}
_ENDED: _Values = {"end_time": f"{_DAY}:41.902Z", "event_time": f"{_DAY}:43.000Z"}
_IN: _Values = {"message.direction": "in", "message.to": [_OURS], "message.from_": _THEIRS}
_OUT: _Values = {
    "to": _THEIRS,
    "message.direction": "out",
    "message.to": [_THEIRS],
    "message.from_": _OURS,
    "message.text": "",
}
_MACHINE: _Values = {"machine_detection_result": {"value": "human", "duration": "PT1.204S"}}
_LATER = {"event_time": f"{_DAY}:31.000Z"}

_SPECIAL: Mapping[type[Event], _Values] = MappingProxyType(
    {
        events.InitiateEvent: {"event_time": f"{_DAY}:06.000Z"},
        events.AnswerEvent: {**_QUEUED, "event_time": f"{_DAY}:09.000Z"},
        events.RedirectEvent: _NO_LEG,
        events.GatherEvent: _NO_LEG,
        events.DtmfEvent: _NO_LEG,
        events.BridgeCompleteEvent: _NO_LEG,
        events.TransferAnswerEvent: _LEG,
        events.TransferDisconnectEvent: {**_LEG, **_ENDED},
        events.TransferCompleteEvent: {"event_time": f"{_DAY}:43.000Z"},
        events.DisconnectEvent: _ENDED,
        events.RecordCompleteEvent: _RECORDED,
        events.RecordingAvailableEvent: {**_RECORDED, **_LATER},
        events.TranscriptionAvailableEvent: {
            **_RECORDED,
            "event_time": f"{_DAY}:59.000Z",
            "transcription": {
                "id": _TRANSCRIPTION,
                "url": f"{_API}/calls/{_CALL}/recordings/{_RECORDING}/transcription",
                "status": "available",
                "completedTime": f"{_DAY}:58.400Z",
            },
        },
        events.MachineDetectionCompleteEvent: {**_QUEUED, **_MACHINE},
        events.MediaStreamRejectedEvent: {"error_message": "The connection could not be made."},
        events.RealTimeTranscriptionRejectedEvent: {"error_message": "The connection could not be made."},
        events.ConferenceRecordingAvailableEvent: {**_RECORDED, **_LATER},
        events.MessageReceivedEvent: {
            **_IN,
            "description": "Incoming message received",
            "message.text": "When do you open?",
            "message.content": None,
        },
        events.MessageSendingEvent: {
            **_OUT,
            "description": "Message is sending to carrier",
            "message.media": ["https://www.example.com/menu.png"],
        },
        events.MessageSentEvent: {**_OUT, "description": "Message has been sent"},
        events.MessageDeliveredEvent: {**_OUT, "description": "Message delivered to carrier."},
        events.MessageFailedEvent: {**_OUT, "description": "forbidden to country", "error_code": 4432},
        events.MessageReadEvent: {**_OUT, "description": "Message has been read", "message.channel": "RBM"},
        events.SuggestionResponseEvent: {
            **_IN,
            "description": "Suggestion response received",
            "message.text": "",
            "message.channel": "RBM",
        },
        events.RequestedLocationResponseEvent: {
            **_IN,
            "description": "Location response received",
            "message.text": "",
            "message.channel": "RBM",
        },
    }
)


def example(event: type[Event], /, **fields: object) -> dict[str, JsonValue]:
    """A payload as Bandwidth would send it: wire names, nested objects, times that fit together.

    `example(GatherEvent, digits="2")`, `example(MessageReceivedEvent, text="STOP")`.

    Args:
        event: one of `webhooks.events.EVENTS`.
        fields: values that differ from the usual, under their Python names. A mapping for an object changes what it
            names and keeps the rest. Fields of a message may be given as the event's.

    Raises:
        UsageError: no such event, no such field, or a value that is no JSON.
    """
    if event not in EVENTS:
        name = getattr(event, "__name__", repr(event))
        raise UsageError(f"{name} has no example: expected an event of webhooks.events.EVENTS, as GatherEvent.")
    return _changed(event, _object(event, event), fields, event.__name__)


def _object(event: type[Event], model: type[BaseModel], above: str = "") -> dict[str, JsonValue]:
    values = {field.wire: _value(event, field, above + field.name) for field in fields_of(model)}
    return {wire: value for wire, value in values.items() if value is not None}


def _value(event: type[Event], field: Field, path: str) -> JsonValue:
    """What stands at `path`; None for a field that is left out."""
    for table in (_SPECIAL.get(event, {}), _VALUES):
        if path in table:
            return deepcopy(table[path])
    if field.model is not None:
        return _object(event, field.model, f"{path}.") or None
    if not field.known:
        return None
    return list(field.known) if field.types[0].startswith("array") else field.known[0]


def _changed(
    model: type[BaseModel], payload: dict[str, JsonValue], given: Mapping[str, object], name: str
) -> dict[str, JsonValue]:
    own = {field.name: field for field in fields_of(model)}
    of_message = _names(own["message"].model) - set(own) if "message" in own else frozenset[str]()
    for key, value in _moved(given, of_message, name).items():
        if key not in own:
            raise UsageError(f'{name} has no field "{key}".{did_you_mean(key, {*own, *of_message})}')
        payload = {**payload, own[key].wire: _wire_value(own[key], payload, value, name)}
    return payload


def _names(model: type[BaseModel] | None) -> frozenset[str]:
    return frozenset() if model is None else frozenset(field.name for field in fields_of(model))


def _moved(given: Mapping[str, object], of_message: frozenset[str], name: str) -> Mapping[str, object]:
    """`given`, with what belongs to the message in it."""
    inside = {key: value for key, value in given.items() if key in of_message}
    if not inside:
        return given
    message = given.get("message", {})
    if not isinstance(message, Mapping):
        raise UsageError(f"{name}: {', '.join(inside)} and a whole message are given; put the one into the other.")
    outside = {key: value for key, value in given.items() if key not in of_message}
    return {**outside, "message": {**cast("Mapping[str, object]", message), **inside}}


def _wire_value(field: Field, payload: dict[str, JsonValue], value: object, name: str) -> JsonValue:
    if field.model is not None and isinstance(value, Mapping):
        usual = payload.get(field.wire)
        inside = cast("Mapping[str, object]", value)
        return _changed(field.model, usual if isinstance(usual, dict) else {}, inside, f"{name}.{field.name}")
    try:
        made: Any = to_jsonable_python(value, by_alias=True, exclude_none=True)
    except PydanticSerializationError:
        raise UsageError(f"{name}: {field.name} is of type {type(value).__name__}, which JSON does not have.") from None
    return cast("JsonValue", made)
