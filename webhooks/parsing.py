"""From a delivery to typed events. `parse` raises `DeliveryError` and nothing else, whatever the bytes are.

1. The fast lane is one pass in Rust: JSON text straight into the model that its discriminator names. Whatever it does
   not take as it is (other families, odd spellings, unreadable fields) goes down the slow lane, which decides.
2. Values are read strictly: a number is not text, text is not a number. What cannot be read is not guessed at but kept
   as it came (`model_extra`), so an event always dumps to the payload that came in. Queries and forms hold only text,
   so there, and only there, text is read as the number or the object that the field is, and of a field that comes
   several times, the last: all are in the delivery's query.
3. An unreadable optional field never costs the event; an unreadable required one makes it an `InvalidEvent`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Annotated, Any, Union, cast, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError, conlist
from pydantic.fields import FieldInfo
from pydantic_core import from_json, to_json
from typing_extensions import TypeIs

from webhooks.delivery import Delivery
from webhooks.errors import Problem, UnreadablePayload
from webhooks.events import Event, InvalidEvent, UnknownEvent
from webhooks.events.catalogue import BY_TYPE, EVENTS

__all__ = ["MAX_DEPTH", "MAX_EVENTS", "MAX_PARAMETERS", "Unreadable", "parse", "prepare"]

MAX_EVENTS = 1000
"""Most elements of one array; every array in Bandwidth's documentation holds one (messaging/webhooks)."""
MAX_DEPTH = 200
"""Most levels of nesting, the JSON parser's own limit; documented payloads have five."""
MAX_PARAMETERS = 1000
"""Most parameters of one query or form; documented events have thirty."""
# Of a whole number: what Python reads and writes however its own limit is set (`sys.set_int_max_str_digits`).
_MAX_DIGITS = 640

Unreadable = Callable[[type[Event], str], None]
"""Told of an optional field that could not be read: the event and the field's path in wire names."""

_Payload = dict[str, JsonValue]
_Path = tuple[str, ...]

# What tells a v1 (Catapult) payload from a v2 one that has no eventTime (api-docs and ap-docs samples).
_V1_KEYS = frozenset(
    [
        "callUri",
        "conferenceUri",
        "recordingUri",
        "transcriptionUri",
        "messageUri",
        "time",
        "callState",
        "state",
        "gatherId",
        "dtmfDigit",
    ]
)
# Values that v1 and the AsyncAPI document of v2 share; v1 never sends an applicationId with them.
_V1_TYPES = frozenset({"recording", "transcription"})
# Of a StartTranscription's websocket frames, the one type that webhooks have, too (voice/bxml/startTranscription).
_FRAME_TYPE = "transcription"
# MFA reuses these two types with another shape (mfa/webhooks).
_MFA_TYPES = frozenset({"message-delivered", "message-failed"})
# A bare "+" before a number, in a query whose sender did not encode it (as in v1's samples); and the fields that hold
# numbers. Anywhere else a space is a space.
_LOST_PLUS = re.compile(r" \d{7,15}")
_PARTIES = frozenset({"from", "to", "transferCallerId", "transferTo"})


class _Readers:
    """The validators of the fast lane. Made when they are first needed: that takes longer than importing all else."""

    @cached_property
    def voice(self) -> Callable[..., Any]:
        """Of one event."""
        return _reader(_union_of("voice"))

    @cached_property
    def messages(self) -> Callable[..., Any]:
        """Of an array."""
        return _reader(conlist(_union_of("messaging"), max_length=MAX_EVENTS))


def _union_of(family: str) -> Any:
    events = tuple(event for event in EVENTS if event.family == family)
    return Annotated[Union[events], Field(discriminator="event_type")]


def _reader(shape: Any) -> Callable[..., Any]:
    # The validator below the TypeAdapter: the wrapper costs a twelfth of a parse. Only keys are worth being remembered:
    # nearly every value is an id or a number of its own, and thousands of them would stay in memory.
    adapter: TypeAdapter[Any] = TypeAdapter(shape, config=ConfigDict(cache_strings="keys"))
    return adapter.validator.validate_json


_readers = _Readers()


def prepare(families: Collection[str]) -> None:
    """Make ready for the first delivery of these families, somewhere else than in it."""
    if "voice" in families:
        _ = _readers.voice
    if "messaging" in families:
        _ = _readers.messages


def parse(delivery: Delivery, unreadable: Unreadable = lambda event, path: None) -> Sequence[Event]:
    """The events of a delivery: one, or as many as a messaging array has elements.

    Raises:
        UnreadablePayload: neither a JSON object or array, nor a query or form with parameters in it.
    """
    if delivery.method == "GET":
        return (_read(_parameters(delivery.query), unreadable, text=True),)
    body = delivery.body
    try:
        if body.startswith(b"["):
            events: list[Any] = _readers.messages(body, strict=True, by_name=False)
            if not any(_is_mfa(event.model_extra, event.message.owner, event.message.direction) for event in events):
                return events
        else:
            event: Any = _readers.voice(body, strict=True, by_name=False)
            # Without a time it may be v1, or a frame of a websocket.
            if event.event_time is not None:
                return (event,)
    except ValidationError:
        pass
    return _parse_slowly(delivery, unreadable)


def _parse_slowly(delivery: Delivery, unreadable: Unreadable) -> Sequence[Event]:
    body = delivery.body.removeprefix(b"\xef\xbb\xbf")
    content_type = delivery.header(b"content-type") or b""
    if content_type.lower().startswith(b"application/x-www-form-urlencoded") and body[:1] not in b"{[":
        return (_read(_parameters(body), unreadable, text=True),)
    payload = _decode(body)
    if isinstance(payload, dict):
        return (_read(payload, unreadable),)
    if not isinstance(payload, list):
        raise UnreadablePayload(
            f"the body is a JSON {_kind(payload)}; an event is an object, messages are an array of objects"
        )
    if len(payload) > MAX_EVENTS:
        raise UnreadablePayload(f"the array has {len(payload)} elements; at most {MAX_EVENTS} are taken")
    return [_read(element, unreadable, element=True) for element in payload]


def _decode(body: bytes) -> JsonValue:
    if not body:
        raise UnreadablePayload("the body is empty; a POST carries its event as JSON")
    try:
        return cast("JsonValue", from_json(body))
    except ValueError as error:
        reason = str(error)
    try:
        # Half of an emoji, where a text was cut in two, is legal JSON that the faster parser refuses; as is a number of
        # thousands of digits, which Python would not write again.
        return _mend(json.loads(body.decode(), parse_int=_whole), MAX_DEPTH)
    except (ValueError, RecursionError):
        raise UnreadablePayload(f"the body is not JSON: {reason}") from None


def _whole(digits: str) -> int | str:
    """A whole number, or its text where it is longer than any that Bandwidth could mean."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _mend(value: JsonValue, depth: int) -> JsonValue:
    """`value` with U+FFFD for each lone surrogate, which no text can carry."""
    if depth < 0:
        raise RecursionError
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mend(element, depth - 1) for element in value]
    if isinstance(value, dict):
        return {cast("str", _mend(key, 0)): _mend(element, depth - 1) for key, element in value.items()}
    return value


def _kind(value: str | float | bool | None) -> str:
    if value is None:
        return "null"
    return "string" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "number"


def _parameters(raw: bytes) -> _Payload:
    """The parameters of a query or form; the texts of a repeated one as a list."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS, errors="replace")
    except ValueError:
        raise UnreadablePayload(f"there are more than {MAX_PARAMETERS} parameters") from None
    if not pairs:
        raise UnreadablePayload("there are no parameters; a GET or form delivery carries its event in them")
    payload: dict[str, list[str] | str] = {}
    for key, value in pairs:
        mended = "+" + value[1:] if key in _PARTIES and _LOST_PLUS.fullmatch(value) else value
        payload[key] = mended if key not in payload else [*_listed(payload[key]), mended]
    return cast("_Payload", payload)


def _listed(value: list[str] | str) -> list[str]:
    return value if isinstance(value, list) else [value]


def _read(payload: JsonValue, unreadable: Unreadable, *, element: bool = False, text: bool = False) -> Event:
    """One event. `element`: of an array, so a message. `text`: from a query or form, so all values are text."""
    if not isinstance(payload, dict):
        return UnknownEvent(payload=payload)
    once = {key: _last(value) for key, value in payload.items()} if text else payload
    event_class = None if element else _voice_class(once)
    if event_class is None and (element or "message" in payload):
        event_class = _message_class(once, text=text)
    if event_class is None:
        return UnknownEvent(event_type=_discriminator(once), payload=payload)
    return _build(event_class, payload, unreadable, text=text)


def _discriminator(payload: _Payload) -> str | None:
    values = (payload.get(key) for key in ("eventType", "type", "event"))
    return next((value for value in values if isinstance(value, str)), None)


def _voice_class(payload: _Payload) -> type[Event] | None:
    """The voice event of a payload; None for v1, and for a frame of a websocket, which names no call."""
    event_type = payload.get("eventType")
    if not isinstance(event_type, str) or (event_type == _FRAME_TYPE and "callId" not in payload):
        return None
    if "eventTime" not in payload and not _V1_KEYS.isdisjoint(payload):
        return None
    if event_type in _V1_TYPES and "eventTime" not in payload and "applicationId" not in payload:
        return None
    return BY_TYPE.get(("voice", event_type))


def _message_class(payload: _Payload, *, text: bool) -> type[Event] | None:
    """The message event of a payload; None for MFA, whose messages have neither owner nor direction."""
    event_type = payload.get("type")
    if not isinstance(event_type, str):
        return None
    message = payload.get("message")
    found = _decoded(message) if text else message
    fields = found if isinstance(found, dict) else {"owner": "?"}
    if event_type in _MFA_TYPES and _is_mfa(payload, fields.get("owner"), fields.get("direction")):
        return None
    return BY_TYPE.get(("messaging", event_type))


def _is_mfa(fields: Any, owner: JsonValue, direction: JsonValue) -> bool:
    return (owner is None and direction is None) or "platform" in fields


def _build(event_class: type[Event], payload: _Payload, unreadable: Unreadable, *, text: bool) -> Event:
    """The event, without the optional fields that cannot be read: their raw values stay in `model_extra`."""
    readable: _Payload = _with_objects(event_class, payload) if text else payload
    aside: dict[_Path, JsonValue] = {}
    while True:
        try:
            event = _validate(event_class, readable, text=text)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            paths = [_optional_path(event_class, part["loc"]) for part in found]
            if None in paths:
                problems = tuple(
                    Problem(".".join(path or map(str, part["loc"])), part["msg"])
                    for path, part in zip(paths, found, strict=True)
                )
                return InvalidEvent(
                    event_type=_discriminator(payload), payload=payload, problems=problems, expected=event_class
                )
            for path in dict.fromkeys(cast("list[_Path]", paths)):
                readable = _without(readable, path, aside, path)
                unreadable(event_class, ".".join(path))
        else:
            for path, value in aside.items():
                _restore(event, path, value)
            return event


def _validate(event_class: type[Event], payload: _Payload, *, text: bool) -> Event:
    if text:
        return event_class.model_validate(payload, strict=False, by_name=False)
    # Back to JSON, because strict reading takes a time from JSON text only.
    return event_class.model_validate_json(to_json(payload, inf_nan_mode="constants"), strict=True, by_name=False)


def _with_objects(event_class: type[Event], payload: _Payload) -> _Payload:
    """`payload` with JSON text read where the field is an object. How v2 encodes them is undocumented; v1 did this.

    Of a field that comes several times, the last is taken: the first ones are the URL's own, as in `/menu?tag=a`.
    """
    texts = dict(payload)
    for field in event_class.model_fields.values():
        name = field.alias or ""
        if name in texts:
            value = _last(texts[name])
            texts[name] = value if _nested(field.annotation) is None else _decoded(value)
    return texts


def _last(value: JsonValue) -> JsonValue:
    return value[-1] if isinstance(value, list) else value


def _decoded(value: JsonValue) -> JsonValue:
    """The object that a text of a query is the JSON of; any other text stays what it is."""
    with suppress(ValueError):
        read = cast("JsonValue", from_json(cast("str", value)))
        return read if isinstance(read, dict) else value
    return value


def _nested(annotation: Any) -> Any:
    """The model or dict that a field holds, or None for plain values."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if _is_model(kind) or get_origin(kind) is dict), None)


def _is_model(kind: Any) -> TypeIs[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _optional_path(model: Any, loc: Sequence[int | str]) -> _Path | None:
    """The path of the innermost optional field around `loc`, in wire names; None when only required ones hold it."""
    path: list[str] = []
    found: _Path | None = None
    for part in loc:
        field = _field(model, part)
        if field is None:
            break
        path.append(str(part))
        if not field.is_required():
            found = tuple(path)
        model = _nested(field.annotation)
    return found


def _field(model: Any, wire: int | str) -> FieldInfo | None:
    """The field of a model with this wire name; None below the values that are no models."""
    fields = model.model_fields.values() if _is_model(model) else ()
    return next((field for field in fields if field.alias == wire), None)


def _without(payload: _Payload, path: _Path, aside: dict[_Path, JsonValue], whole: _Path) -> _Payload:
    """A copy of `payload` without the value at `path`, which moves to `aside`."""
    first, *rest = path
    if rest:
        inner = _without(cast("_Payload", payload[first]), tuple(rest), aside, whole)
        return {**payload, first: cast("JsonValue", inner)}
    aside[whole] = payload[first]
    return {key: value for key, value in payload.items() if key != first}


def _restore(event: Event, path: _Path, value: JsonValue) -> None:
    target: Any = event
    for part in path[:-1]:
        fields = cast("BaseModel", target).__class__.model_fields
        target = getattr(target, next(name for name, field in fields.items() if field.alias == part))
    target.__pydantic_extra__[path[-1]] = value
