"""Types and mixins that events share: lenient times, documented values, and the fields of a call, a leg, a recording.

Required is only what routing or the answer needs. Everything else may be absent or null: a field that Bandwidth
leaves out, renames or fills with something new must never cost the call.

Pydantic looks for each field in each base of a class: with two or three bases, an event takes a quarter less to make
than with six.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema

from webhooks.events._base import NotificationEvent, WireModel

__all__ = [
    "AnsweredFields",
    "CallFields",
    "CallNotification",
    "EndedFields",
    "FileFormat",
    "Known",
    "LegFields",
    "ParentFields",
    "QueuedFields",
    "RecordingFields",
    "RecordingStatus",
    "Time",
    "TransferFields",
    "read_duration",
]


@dataclass(frozen=True, slots=True)
class Known:
    """The documented values of an open set: any other text is accepted too."""

    values: tuple[str, ...]

    @classmethod
    def of(cls, *values: str) -> "Known":
        """`Annotated[str, Known.of("mp3", "wav")]`."""
        return cls(values)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Examples, since other values are accepted too."""
        return {**handler(schema), "examples": list(self.values)}


# Forms seen in Bandwidth's own samples (no zone, `-03`, a hyphen for the T) and a `+` that a query turned into a space.
_ODD_TIME = (
    r"(?P<day>\d{4}-\d\d-\d\d)[T _-](?P<clock>\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s?"
    r"(?P<zone>Z|z|[+-]\d\d(?::?\d\d)?|(?<=\s)\d\d:?\d\d)?"
)


def read_odd_time(text: str) -> datetime | str:
    """An aware time from a form that is not RFC 3339; UTC is assumed where no zone is given. Else the text itself."""
    match = re.fullmatch(_ODD_TIME, text.strip())
    if match is None:
        return text
    zone = (match["zone"] or "Z").upper()
    zone = "+" + zone if zone[0].isdigit() else zone
    try:
        return datetime.fromisoformat(f"{match['day']}T{match['clock']}{zone}")
    except ValueError:
        return text


# Pydantic reads text of digits as seconds or milliseconds since 1970. "2026" and "20260617" are no such time; a number
# that falls into this century can be nothing else. RFC 3339 of other years is read by `read_odd_time`.
_CENTURY = Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))

Time = Annotated[
    Annotated[AwareDatetime, _CENTURY] | Annotated[str, AfterValidator(read_odd_time)],
    Field(union_mode="left_to_right"),
]
"""An aware datetime, or the text as it came when nobody can read it. RFC 3339 never leaves pydantic's fast path."""

_DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta, config=ConfigDict(defer_build=True))


def read_duration(text: str | None) -> timedelta | None:
    """A timedelta from an ISO 8601 duration such as `PT13.67S`; None when there is none or it cannot be read."""
    try:
        return _DURATION.validate_python(text)
    except ValidationError:
        return None


Direction = Annotated[str, Known.of("inbound", "outbound")]
FileFormat = Annotated[str, Known.of("mp3", "wav")]
RecordingStatus = Annotated[str, Known.of("complete", "partial", "error", "processing", "deleted")]
Cause = Annotated[
    str,
    Known.of(
        "hangup",
        "busy",
        "timeout",
        "cancel",
        "rejected",
        "callback-error",
        "invalid-bxml",
        "application-error",
        "account-limit",
        "node-capacity-exceeded",
        "error",
        "unknown",
    ),
]


class CallFields(WireModel):
    """The fields of every event of a call, apart from its id, which stands on the class of its kind."""

    event_time: Time | None = Field(default=None, description="approximate UTC time the event was produced")
    account_id: str | None = Field(default=None, description="account that owns the call; digits as text")
    application_id: str | None = Field(default=None, description="voice application id")
    from_: str | None = Field(
        default=None,
        description="caller: E.164, Restricted, Anonymous, Private, Unavailable, a SIP URI, or what the caller sent",
    )
    to: str | None = Field(default=None, description="called party: E.164 or a SIP URI")
    direction: Direction | None = Field(default=None, description="direction of the call, the same all through it")
    call_url: str | None = Field(default=None, description="REST URL of the call; a placeholder in some samples")
    start_time: Time | None = Field(default=None, description="start of the call; of the recording in recording events")
    tag: str | None = Field(default=None, description="text set by an earlier `tag` attribute, at most 256 characters")


class CallNotification(CallFields, NotificationEvent):
    """A notification about a call."""

    call_id: str = Field(description="call id, prefix c-")

    @property
    def correlation_id(self) -> str | None:
        """The call's id."""
        return self.call_id


class QueuedFields(CallFields):
    """A call that may have waited in the outbound queue."""

    enqueued_time: Time | None = Field(default=None, description="when a queued outbound call entered the queue")


class AnsweredFields(QueuedFields):
    """One that may have been answered, too."""

    answer_time: Time | None = Field(default=None, description="when the call was answered")


class ParentFields(WireModel):
    """A leg that another call dialled."""

    parent_call_id: str | None = Field(default=None, description="id of the call whose Transfer dialled this leg")


class TransferFields(WireModel):
    """A leg of a Transfer, or a call that has one."""

    transfer_caller_id: str | None = Field(
        default=None, description="caller id shown to the leg: E.164, Restricted, Anonymous, Private or Unavailable"
    )
    transfer_to: str | None = Field(default=None, description="destination of the leg: E.164 or a SIP URI")


class LegFields(ParentFields, TransferFields, AnsweredFields):
    """A call that may be a leg of a Transfer."""


class EndedFields(WireModel):
    """Why a call or a leg ended."""

    cause: Cause | None = Field(default=None, description="why the call or leg ended; an open list")
    error_message: str | None = Field(default=None, description="Bandwidth's text about the error")
    error_id: str | None = Field(default=None, description="Bandwidth's reference for the error; support asks for it")


class RecordingFields(WireModel):
    """What a recording is; the media is ready at recordingAvailable, not at recordComplete (voice/bxml/record)."""

    recording_id: str | None = Field(default=None, description="recording id, prefix r-")
    media_url: str | None = Field(default=None, description="where the audio is; kept 30 days")
    end_time: Time | None = Field(default=None, description="end of the recording")
    duration: str | None = Field(default=None, description="length as ISO 8601 text, `PT13.67S`; see `length`")
    file_format: FileFormat | None = Field(default=None, description="audio container")

    @property
    def length(self) -> timedelta | None:
        """`duration` as a timedelta."""
        return read_duration(self.duration)
