"""What tells deliveries apart, since Bandwidth gives an event no id of its own; and what keeps them in order.

A messaging event is its message's id, its type and its recipient (messaging/webhooks: delivered at least once). A voice
event is the id of its call or conference, its type, what it is about (a recording, a transcription, a stream, a key
pressed, a conference's member) and its time. Whatever has no such facts is its whole payload.

Keys are digests: a file of keys tells nobody's number.
"""

from __future__ import annotations

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
    if isinstance(event, (UnknownEvent, InvalidEvent)):
        return digest("payload", to_json(event.payload, inf_nan_mode="constants").decode())
    found: Any = event
    if isinstance(event, MessageEvent):
        return digest("message", found.message.id, found.event_type, found.to)
    if found.event_time is None:
        return digest("payload", event.model_dump_json(by_alias=True, exclude_unset=True))
    event_type, names = _read(type(event))
    about = [getattr(event, name) for name in names]
    facts = [one if one is None or isinstance(one, str) else one.id for one in about]
    return digest("voice", event.correlation_id, event_type, str(found.event_time), *facts)


@cache
def _read(event: type[Event]) -> tuple[str, list[str]]:
    """The type of a voice event, and which of its fields say what it is about. Asking each for all costs more than the
    rest of a delivery.
    """
    return event.event_types()[0], [name for name in (*_ABOUT, *_OBJECTS) if name in event.model_fields]


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
