"""What every event is, and the three kinds: call, conference and notification.

1. The three kinds are disjoint. What an event may be answered with depends on its kind alone.
2. Fields that kinds share come from the mixins of `_fields`, never from one kind inheriting another.
3. A payload is never changed: unknown fields, and fields that could not be read, stay in `model_extra` under their
   wire names, so that `model_dump(mode="json", by_alias=True, exclude_unset=True)` gives back what came in.
"""

from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from webhooks.naming import wire_name

__all__ = [
    "CallEvent",
    "ConferenceEvent",
    "Event",
    "MessageEvent",
    "NotificationEvent",
    "WireModel",
]


class WireModel(BaseModel):
    """A value read from a payload: frozen, open to fields nobody knows yet, named in snake_case."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        extra="allow",
        alias_generator=wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        ser_json_inf_nan="constants",
        defer_build=True,
    )

    @model_serializer(mode="wrap")
    def _as_it_came(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Unknown keys as they were spelled: pydantic would write one called `call_id`, as the field, `callId`."""
        extra = self.model_extra or {}
        spelled = {key: value for key, value in extra.items() if key in type(self).model_fields}
        if not spelled:
            return dump(self)  # type: ignore[no-any-return]
        bare = self.model_copy()
        for key in spelled:
            (bare.model_extra or {}).pop(key)
            if getattr(bare, key) is None:
                bare.model_fields_set.discard(key)
        return {**dump(bare), **spelled}


class Event(WireModel):
    """One typed thing that happened. Handlers are registered for subclasses, never for `Event` itself."""

    family: ClassVar[str] = "voice"
    """Decides how a payload is read: `voice` or `messaging`."""

    @classmethod
    def event_types(cls) -> tuple[str, ...]:
        """The values of the wire's discriminator that are this event; the documented one first. Empty for a base."""
        field = cls.model_fields.get("event_type")
        return get_args(field.annotation) if field and field.is_required() else ()

    @property
    def correlation_id(self) -> str | None:
        """What a log line or a store tells events apart by: the call's, conference's or message's id."""
        return None


class CallEvent(Event):
    """Waits on the line: its handlers return BXML (`Document | Verb | Sequence[Verb]`), or None for an empty 200.

    Bandwidth has nothing to execute after an empty 200 and hangs up (voice/bxml/hangup).
    """

    call_id: str = Field(description="call id, prefix c-")

    @property
    def correlation_id(self) -> str | None:
        """The call's id."""
        return self.call_id


class ConferenceEvent(Event):
    """Waits for conference BXML: its handlers return `ConferenceVerb`s only, or None.

    Any other verb makes Bandwidth reject the whole document (voice/bxml/conference, "conference BXML").
    """

    conference_id: str = Field(description="conference id, prefix conf-")

    @property
    def correlation_id(self) -> str | None:
        """The conference's id."""
        return self.conference_id


class NotificationEvent(Event):
    """Tells, and ignores the body of the answer: its handlers return None.

    `on(NotificationEvent)` takes every notification of the catalogue, and neither `UnknownEvent` nor `InvalidEvent`.
    """


class MessageEvent(NotificationEvent):
    """An inbound message or the status of an outbound one. Delivered at least once, so duplicates happen."""

    family: ClassVar[str] = "messaging"
