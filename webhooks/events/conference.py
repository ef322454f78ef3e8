"""Events of a conference. In none of Bandwidth's sources do they carry an application or a call URL."""

from typing import Literal

from pydantic import Field

from webhooks.events._base import ConferenceEvent, NotificationEvent, WireModel
from webhooks.events._fields import RecordingFields, RecordingStatus, Time

__all__ = [
    "ConferenceCompletedEvent",
    "ConferenceCreatedEvent",
    "ConferenceMemberExitEvent",
    "ConferenceMemberJoinEvent",
    "ConferenceRecordingAvailableEvent",
    "ConferenceRedirectEvent",
]


class _ConferenceFields(WireModel):
    """The fields of every conference event, apart from its id."""

    event_time: Time | None = Field(default=None, description="approximate UTC time the event was produced")
    name: str | None = Field(default=None, description="the conference's name, at most 100 characters")
    tag: str | None = Field(default=None, description="tag of the call that created the conference")


class _ConferenceNotification(_ConferenceFields, NotificationEvent):
    """A notification about a conference."""

    conference_id: str = Field(description="conference id, prefix conf-")

    @property
    def correlation_id(self) -> str | None:
        """The conference's id."""
        return self.conference_id


class _MemberFields(WireModel):
    """The call that joined or left."""

    call_id: str | None = Field(default=None, description="call id of the member, prefix c-")
    from_: str | None = Field(default=None, description="caller of the member's call")
    to: str | None = Field(default=None, description="called party of the member's call")


class ConferenceCreatedEvent(_ConferenceFields, ConferenceEvent):
    """A conference name was used for the first time (voice/webhooks/conferenceCreated)."""

    event_type: Literal["conferenceCreated"]


class ConferenceMemberJoinEvent(_MemberFields, _ConferenceFields, ConferenceEvent):
    """A call joined (voice/webhooks/conferenceMemberJoin)."""

    event_type: Literal["conferenceMemberJoin"]


class ConferenceMemberExitEvent(_MemberFields, _ConferenceFields, ConferenceEvent):
    """A call left (voice/webhooks/conferenceMemberExit)."""

    event_type: Literal["conferenceMemberExit"]


class ConferenceRedirectEvent(_ConferenceFields, ConferenceEvent):
    """The conference was updated over REST and wants new BXML (voice/webhooks/conferenceRedirect)."""

    event_type: Literal["conferenceRedirect"]


class ConferenceCompletedEvent(_ConferenceNotification):
    """The last member left (voice/webhooks/conferenceCompleted)."""

    event_type: Literal["conferenceCompleted"]


class ConferenceRecordingAvailableEvent(RecordingFields, _ConferenceNotification):
    """The recording of a conference can be downloaded (voice/webhooks/conferenceRecordingAvailable)."""

    # The second value stands in one SDK's unit test only; it costs nothing to read it.
    event_type: Literal["conferenceRecordingAvailable", "conferenceMemberRecordingAvailable"]
    account_id: str | None = Field(default=None, description="account that owns the conference; digits as text")
    channels: int | None = Field(default=None, description="always 1")
    start_time: Time | None = Field(default=None, description="start of the recording")
    status: RecordingStatus | None = Field(default=None, description="state of the recording")
