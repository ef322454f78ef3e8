"""What tells deliveries apart, since Bandwidth gives an event no id of its own; and what keeps them in order.

A messaging event is its message's id, its type and its recipient (messaging/webhooks: delivered at least once). A voice
event is the id of its call or conference, its type, what it is about (a recording, a transcription, a stream, a key
pressed, a conference's member) and its time. Whatever has no such facts is its whole payload; so is a voice event whose
time has no milliseconds, since another of the same second may be like it in all of them.

Keys are digests: a file of keys tells nobody's number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from webhooks.delivery import Delivery
from webhooks.events import Event, InvalidEvent, MessageEvent, UnknownEvent

__all__ = ["delivery_key", "digest", "order_key"]

# Of what an event is about, besides its call or conference.
_ABOUT = ("recording_id", "transcription_id", "parent_call_id", "call_id", "digit")
_OBJECTS = ("transcription", "media_stream", "real_time_transcription")


def delivery_key(event: Event, delivery: Delivery) -> str:
    """The same for the same event, however often and by whatever way it is delivered."""
    return _reader_of(event.__class__)(event)


# To ask each event what it is costs more than to read it.
@cache
def _reader_of(event: type[Event]) -> Callable[[Any], str]:
    """What gives the key of the events of a class."""
    if issubclass(event, (UnknownEvent, InvalidEvent)):
        return lambda found: digest("payload", to_json(found.payload, inf_nan_mode="constants").decode())
    if issubclass(event, MessageEvent):
        return lambda found: digest("message", found.message.id, found.event_type, found.to)
    event_type = event.event_types()[0]
    names = [name for name in _ABOUT if name in event.model_fields]
    objects = [name for name in _OBJECTS if name in event.model_fields]

    def read(found: Any) -> str:
        # It is text, when nobody can read it.
        if not getattr(found.event_time, "microsecond", 0):
            return digest("payload", found.model_dump_json(by_alias=True, exclude_unset=True))
        facts = [getattr(found, name) for name in names]
        if objects:
            facts += [one and one.id for one in (getattr(found, name) for name in objects)]
        return digest("voice", found.correlation_id, event_type, str(found.event_time), *facts)

    return read


def order_key(event: Event) -> str | None:
    """The same for all events of a call, a conference, or a conversation of two numbers; None for what has neither."""
    if isinstance(event, MessageEvent):
        found: Any = event
        message = found.message
        other = message.from_ if message.direction == "in" else found.to
        return digest("conversation", message.owner, other)
    return None if event.correlation_id is None else digest("order", event.correlation_id)


def digest(*parts: str | None) -> str:
    """24 hexadecimal digits for a list of texts; different ones for different lists."""
    try:
        text = to_json(parts)
    except PydanticSerializationError:
        # Half a character of a payload, which JSON text cannot carry, is as good as any other.
        text = to_json([part if part is None else part.encode("utf-8", "replace").decode() for part in parts])
    return blake2b(text, digest_size=12).hexdigest()
