"""Messages that came in, the status of messages that went out, and what RBM recipients do.

Deliveries are JSON arrays (messaging/webhooks). The same event may come more than once, for 24 hours.
"""

from typing import Annotated, Literal

from pydantic import Field

from webhooks.events._base import MessageEvent, WireModel
from webhooks.events._fields import Known, Time

__all__ = [
    "LocationResponse",
    "Message",
    "MessageDeliveredEvent",
    "MessageFailedEvent",
    "MessageReadEvent",
    "MessageReceivedEvent",
    "MessageSendingEvent",
    "MessageSentEvent",
    "RbmContent",
    "RbmMedia",
    "RequestedLocationResponseEvent",
    "SuggestionResponse",
    "SuggestionResponseEvent",
]


class Message(WireModel):
    """The message that an event is about."""

    id: str = Field(description="message id; the same in every event of one message")
    owner: str | None = Field(default=None, description="your number that this copy belongs to")
    application_id: str | None = Field(default=None, description="messaging application id")
    time: Time | None = Field(default=None, description="when the message was made")
    segment_count: int | None = Field(default=None, description="SMS segments; 1 for MMS")
    direction: Annotated[str, Known.of("in", "out")] | None = Field(default=None, description="in or out")
    # One bad element is enough to know; all of a long list would cost seconds.
    to: tuple[str, ...] | None = Field(
        default=None, fail_fast=True, description="all recipients; more than ten in some inbound groups"
    )
    from_: str | None = Field(default=None, description="sender: a number, a short code or a name")
    text: str | None = Field(default=None, description="text of an inbound message; empty in status events")
    media: tuple[str, ...] | None = Field(
        default=None, fail_fast=True, description="URLs; fetch them within two days, authenticated"
    )
    tag: str | None = Field(default=None, description="text given when the message was sent, at most 1024 characters")
    priority: Annotated[str, Known.of("default", "high")] | None = Field(default=None, description="priority")
    channel: Annotated[str, Known.of("RBM", "SMS", "MMS")] | None = Field(default=None, description="channel")


class RbmMedia(WireModel):
    """A file that an RBM user sent."""

    file_url: str | None = Field(default=None, description="the file")
    thumbnail_url: str | None = Field(default=None, description="a small picture of it")


class RbmContent(WireModel):
    """What an RBM user sent."""

    text: str | None = Field(default=None, description="the text")
    media: RbmMedia | None = Field(default=None, description="the file")


class ReceivedMessage(Message):
    """An inbound message."""

    content: RbmContent | None = Field(default=None, description="what came over RBM")


class SuggestionResponse(WireModel):
    """The suggestion that an RBM user tapped."""

    text: str | None = Field(default=None, description="its label")
    postback_data: str | None = Field(default=None, description="base64, at most 2048 characters")
    paired_message_id: str | None = Field(default=None, description="id of the outbound message it answers")


class SuggestionResponseMessage(Message):
    """A tapped suggestion, as a message."""

    suggestion_response: SuggestionResponse | None = Field(default=None, description="the tapped suggestion")


class LocationResponse(WireModel):
    """Where an RBM user is. The document says text, one SDK's test data a number: either is kept as it came."""

    latitude: str | float | None = Field(default=None, description="decimal degrees")
    longitude: str | float | None = Field(default=None, description="decimal degrees")


class LocationResponseMessage(Message):
    """A shared location, as a message."""

    location_response: LocationResponse | None = Field(default=None, description="the location")


class _MessageFields(MessageEvent):
    """The fields of every message event."""

    time: Time | None = Field(default=None, description="time of the event")
    description: str | None = Field(default=None, description="Bandwidth's words; for failures a phrase or a slug")
    to: str | None = Field(default=None, description="the one recipient that this event is about")
    carrier_name: str | None = Field(default=None, description="the carrier; an account feature")
    message: Message = Field(description="the message")

    @property
    def correlation_id(self) -> str | None:
        """The message's id."""
        return self.message.id

    @property
    def from_(self) -> str | None:
        """`message.from_`: who sent it."""
        return self.message.from_

    @property
    def text(self) -> str | None:
        """`message.text`."""
        return self.message.text

    @property
    def tag(self) -> str | None:
        """`message.tag`."""
        return self.message.tag


class MessageReceivedEvent(_MessageFields):
    """A message came in (messaging/webhooks, "inbound message webhooks")."""

    event_type: Literal["message-received"] = Field(alias="type")
    # Frozen, so a narrower type is safe.
    message: ReceivedMessage = Field(  # pyright: ignore[reportIncompatibleVariableOverride]
        description="the message"
    )


class MessageSendingEvent(_MessageFields):
    """An MMS was handed to the carrier's sending stage; needs delivery receipts (messaging/webhooks)."""

    event_type: Literal["message-sending"] = Field(alias="type")


class MessageSentEvent(_MessageFields):
    """A message left Bandwidth's network (OpenAPI document of 2026)."""

    event_type: Literal["message-sent"] = Field(alias="type")


class MessageDeliveredEvent(_MessageFields):
    """A message was delivered: to the handset, or only handed over, depending on the carrier (messaging/webhooks)."""

    event_type: Literal["message-delivered"] = Field(alias="type")


class MessageFailedEvent(_MessageFields):
    """A message was not delivered (messaging/webhooks, messaging/errors)."""

    event_type: Literal["message-failed"] = Field(alias="type")
    error_code: int | None = Field(default=None, description="Bandwidth's code, 4432 or 9902; an open list")


class MessageReadEvent(_MessageFields):
    """An RBM message was read (OpenAPI document of 2026)."""

    event_type: Literal["message-read"] = Field(alias="type")
    event_time: Time | None = Field(default=None, description="when it was read")


class SuggestionResponseEvent(_MessageFields):
    """An RBM user tapped a suggestion (OpenAPI document of 2026)."""

    event_type: Literal["suggestion-response"] = Field(alias="type")
    # Frozen, so a narrower type is safe.
    message: SuggestionResponseMessage = Field(  # pyright: ignore[reportIncompatibleVariableOverride]
        description="the tapped suggestion, as a message"
    )


class RequestedLocationResponseEvent(_MessageFields):
    """An RBM user shared a location (OpenAPI document of 2026)."""

    event_type: Literal["requested-location-response"] = Field(alias="type")
    # Frozen, so a narrower type is safe.
    message: LocationResponseMessage = Field(  # pyright: ignore[reportIncompatibleVariableOverride]
        description="the shared location, as a message"
    )
