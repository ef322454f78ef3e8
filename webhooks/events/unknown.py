"""Payloads that are no event of the catalogue, or cannot be read as theirs. Both can be handled like any event."""

from pydantic import JsonValue, model_serializer

from webhooks.errors import Problem
from webhooks.events._base import Event, NotificationEvent

__all__ = ["InvalidEvent", "UnknownEvent"]


class _RawEvent(NotificationEvent):
    """A payload that is kept whole; `model_dump` gives it back."""

    event_type: str | None = None
    """What the payload's discriminator says, if it says anything."""
    payload: JsonValue
    """The payload as it came; the text values of a query or form as they were decoded."""

    @model_serializer(mode="plain")
    def _whole(self) -> JsonValue:
        return self.payload


class UnknownEvent(_RawEvent):
    """An event type that nobody knows yet, or a family that has no models: v1, MFA, toll-free verification, ...."""


class InvalidEvent(_RawEvent):
    """An event of a known type whose required fields cannot be read."""

    problems: tuple[Problem, ...] = ()
    """What is wrong, and where."""
    expected: type[Event]
    """The event that it would have been."""
