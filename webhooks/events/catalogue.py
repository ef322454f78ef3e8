"""The only list of events. Classes know their wire values; this says which classes there are.

Adding an event is one class in its module and its name here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from webhooks.events import call, conference, digits, messaging, recording, streaming, transfer
from webhooks.events._base import Event
from webhooks.events.unknown import InvalidEvent, UnknownEvent

__all__ = ["BY_TYPE", "EVENTS", "event_named", "members"]

EVENTS: tuple[type[Event], ...] = (
    call.InitiateEvent,
    call.AnswerEvent,
    call.RedirectEvent,
    digits.GatherEvent,
    recording.RecordCompleteEvent,
    transfer.TransferAnswerEvent,
    transfer.TransferCompleteEvent,
    transfer.BridgeCompleteEvent,
    transfer.BridgeTargetCompleteEvent,
    call.ReferCompleteEvent,
    call.DisconnectEvent,
    transfer.TransferDisconnectEvent,
    digits.DtmfEvent,
    recording.RecordingAvailableEvent,
    recording.TranscriptionAvailableEvent,
    call.MachineDetectionCompleteEvent,
    streaming.MediaStreamStartedEvent,
    streaming.MediaStreamRejectedEvent,
    streaming.MediaStreamStoppedEvent,
    streaming.RealTimeTranscriptionStartedEvent,
    streaming.RealTimeTranscriptionRejectedEvent,
    streaming.RealTimeTranscriptionStoppedEvent,
    streaming.RealTimeTranscriptionAvailableEvent,
    conference.ConferenceCreatedEvent,
    conference.ConferenceMemberJoinEvent,
    conference.ConferenceMemberExitEvent,
    conference.ConferenceRedirectEvent,
    conference.ConferenceCompletedEvent,
    conference.ConferenceRecordingAvailableEvent,
    messaging.MessageReceivedEvent,
    messaging.MessageSendingEvent,
    messaging.MessageSentEvent,
    messaging.MessageDeliveredEvent,
    messaging.MessageFailedEvent,
    messaging.MessageReadEvent,
    messaging.SuggestionResponseEvent,
    messaging.RequestedLocationResponseEvent,
)
"""Every event with a documented type, in the order of the documentation."""

BY_TYPE: Mapping[tuple[str, str], type[Event]] = MappingProxyType(
    {(event.family, event_type): event for event in EVENTS for event_type in event.event_types()}
)
"""(family, wire value) to class, aliases included."""


def members(base: type[Event]) -> tuple[type[Event], ...]:
    """The events that a handler for `base` gets: itself, or all of a base class.

    A raw event is named or not taken: whoever handles notifications would otherwise keep the fallback from a call whose
    event cannot be read.
    """
    return (base,) if base in (UnknownEvent, InvalidEvent) else tuple(e for e in EVENTS if issubclass(e, base))


def event_named(event_type: str) -> type[Event] | None:
    """The event with this wire value, whatever its family."""
    return next((event for (_, name), event in BY_TYPE.items() if name == event_type), None)
