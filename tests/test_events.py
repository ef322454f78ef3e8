from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tests.fields import fields_of
from webhooks import events
from webhooks.events import (
    EVENTS,
    AnswerEvent,
    CallEvent,
    ConferenceCompletedEvent,
    ConferenceCreatedEvent,
    ConferenceEvent,
    ConferenceMemberJoinEvent,
    ConferenceRecordingAvailableEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    InvalidEvent,
    MachineDetectionResult,
    MediaStreamStoppedEvent,
    Message,
    MessageDeliveredEvent,
    MessageEvent,
    MessageReceivedEvent,
    NotificationEvent,
    RealTimeTranscription,
    RealTimeTranscriptionRejectedEvent,
    RealTimeTranscriptionStoppedEvent,
    RecordCompleteEvent,
    RecordingAvailableEvent,
    StirShaken,
    TranscriptionAvailableEvent,
    UnknownEvent,
    event_named,
)
from webhooks.events._fields import Time, read_odd_time
from webhooks.events.catalogue import BY_TYPE, members

RECEIVED = {"id": "m-1", "owner": "+19195550100", "from": "+19195550117", "text": "two rolls", "tag": "menu"}
KINDS = (CallEvent, ConferenceEvent, NotificationEvent)

every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


def call(event: type[Event], **fields: Any) -> Any:
    return event.model_validate({"eventType": event.event_types()[0], "callId": "c-1", **fields})


def conference(event: type[Event], **fields: Any) -> Any:
    return event.model_validate({"eventType": event.event_types()[0], "conferenceId": "conf-1", **fields})


def message(event: type[Event], **fields: Any) -> Any:
    return event.model_validate({"type": event.event_types()[0], "message": RECEIVED, **fields})


def made(event: type[Event]) -> Any:
    """The least that an event of any kind can be made from."""
    required = {"callId": "c-1", "conferenceId": "conf-1", "message": RECEIVED}
    fields = {field.alias: required[field.alias or ""] for field in _required(event)}
    discriminator = event.model_fields["event_type"].alias or ""
    return event.model_validate({discriminator: event.event_types()[0], **fields})


def _required(event: type[Event]) -> list[Any]:
    return [field for name, field in event.model_fields.items() if field.is_required() and name != "event_type"]


# The catalogue


@every_event
def test_the_name_of_an_event_is_its_wire_value_in_pascal_case(event: type[Event]) -> None:
    words = event.event_types()[0].replace("-", " ").split()
    assert event.__name__ == "".join(word[0].upper() + word[1:] for word in words) + "Event"


@every_event
def test_an_event_is_of_exactly_one_kind(event: type[Event]) -> None:
    assert sum(issubclass(event, kind) for kind in KINDS) == 1


@every_event
def test_an_event_can_be_imported_from_webhooks_events(event: type[Event]) -> None:
    assert getattr(events, event.__name__) is event
    assert event.__name__ in events.__all__


@every_event
def test_an_event_and_its_fields_are_described(event: type[Event]) -> None:
    assert event.__doc__
    undescribed = [
        field.alias
        for name, field in event.model_fields.items()
        # The discriminator needs no words; the ids of the bases have docstrings.
        if not field.description and name not in {"event_type", "call_id", "conference_id"}
    ]
    assert undescribed == []


@every_event
def test_an_event_requires_only_what_routing_or_the_answer_needs(event: type[Event]) -> None:
    required = {path for path, field in fields_of(event).items() if field.required}
    identity = {("callId",), ("conferenceId",), ("message",), ("message", "id")}
    assert required - {("eventType",), ("type",)} <= identity
    assert made(event).correlation_id in {"c-1", "conf-1", "m-1"}


def test_every_event_that_is_defined_is_in_the_catalogue() -> None:
    defined = set()
    for module in pkgutil.iter_modules(events.__path__):
        for value in vars(importlib.import_module(f"webhooks.events.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Event) and value.event_types():
                defined.add(value)
    assert defined == set(EVENTS)
    assert len(EVENTS) == len(defined)


def test_every_public_name_of_the_events_is_there() -> None:
    assert [name for name in events.__all__ if not hasattr(events, name)] == []
    assert len(set(events.__all__)) == len(events.__all__)


def test_no_wire_value_belongs_to_two_events() -> None:
    values = [event_type for event in EVENTS for event_type in event.event_types()]
    assert len(values) == len(set(values)) == len(BY_TYPE)


def test_the_types_of_an_event_start_with_the_documented_one() -> None:
    assert RecordCompleteEvent.event_types() == ("recordComplete", "recordingComplete", "recording")
    assert TranscriptionAvailableEvent.event_types() == ("transcriptionAvailable", "transcription")
    assert GatherEvent.event_types() == ("gather",)


@pytest.mark.parametrize("base", [Event, *KINDS, MessageEvent, UnknownEvent, InvalidEvent])
def test_what_is_no_single_event_has_no_type(base: type[Event]) -> None:
    assert base.event_types() == ()


def test_an_event_is_found_by_each_of_its_types() -> None:
    assert event_named("recording") is RecordCompleteEvent
    assert event_named("message-delivered") is MessageDeliveredEvent
    assert event_named("gahter") is None


def test_a_handler_of_a_base_class_gets_all_its_events() -> None:
    assert members(GatherEvent) == (GatherEvent,)
    assert members(UnknownEvent) == (UnknownEvent,)
    assert members(InvalidEvent) == (InvalidEvent,)
    assert members(Event) == EVENTS
    assert set(members(MessageEvent)) == {event for event in EVENTS if event.family == "messaging"}
    kinds = [event for kind in KINDS for event in members(kind)]
    assert len(kinds) == len(members(Event))
    assert set(kinds) == set(members(Event))


# The models


@every_event
def test_an_event_is_frozen(event: type[Event]) -> None:
    one = made(event)
    with pytest.raises(ValidationError, match="frozen"):
        one.event_type = "x"


def test_a_nested_value_is_frozen_too() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        message(MessageDeliveredEvent).message.text = "x"


def test_an_event_can_be_made_by_the_names_of_python() -> None:
    by_name = GatherEvent(event_type="gather", call_id="c-1", from_="+19195550117", digits="4")
    assert by_name == call(GatherEvent, **{"from": "+19195550117", "digits": "4"})
    assert by_name.model_dump(by_alias=True, exclude_unset=True) == {
        "eventType": "gather",
        "callId": "c-1",
        "from": "+19195550117",
        "digits": "4",
    }


def test_the_correlation_id_is_the_call_the_conference_or_the_message() -> None:
    assert call(AnswerEvent).correlation_id == "c-1"
    assert call(DisconnectEvent).correlation_id == "c-1"
    assert conference(ConferenceCreatedEvent).correlation_id == "conf-1"
    assert conference(ConferenceMemberJoinEvent, callId="c-1").correlation_id == "conf-1"
    assert conference(ConferenceCompletedEvent).correlation_id == "conf-1"
    assert message(MessageDeliveredEvent).correlation_id == "m-1"
    assert UnknownEvent(payload={"callId": "c-1"}).correlation_id is None


def test_a_message_event_shows_the_sender_the_text_and_the_tag_of_its_message() -> None:
    event = message(MessageReceivedEvent, to="+19195550100")
    assert (event.from_, event.text, event.tag, event.to) == ("+19195550117", "two rolls", "menu", "+19195550100")
    bare = message(MessageReceivedEvent, message={"id": "m-1"})
    assert (bare.from_, bare.text, bare.tag, bare.to) == (None, None, None, None)


def test_all_documented_values_of_a_message_are_open() -> None:
    assert Message.model_validate({"id": "m-1", "direction": "through", "channel": "FAX"}).channel == "FAX"


# Views of text


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT13.67S", timedelta(seconds=13.67)),
        ("PT1M14.25S", timedelta(minutes=1, seconds=14.25)),
        ("PT2H", timedelta(hours=2)),
        ("P1DT1S", timedelta(days=1, seconds=1)),
        ("PT0S", timedelta()),
        ("a while", None),
        ("", None),
        (None, None),
    ],
)
def test_a_length_is_the_duration_or_none(text: str | None, length: timedelta | None) -> None:
    assert call(RecordCompleteEvent, duration=text).length == length
    assert call(RecordingAvailableEvent, duration=text).length == length
    assert conference(ConferenceRecordingAvailableEvent, duration=text).length == length
    assert MachineDetectionResult(duration=text).length == length
    assert call(MediaStreamStoppedEvent, mediaStream={"duration": text}).media_stream.length == length
    stopped = call(RealTimeTranscriptionStoppedEvent, transcription={"duration": text})
    assert stopped.live_transcription.length == length


@pytest.mark.parametrize(
    ("verstat", "passed"),
    [
        ("TN-Verification-Passed", True),
        ("TN-Validation-Passed", True),
        ("Tn-Verification-Passed", True),
        ("tn-validation-passed", True),
        ("TN-Verification-Failed", False),
        ("TN-Validation-FAILED", False),
        ("No-TN-Validation", None),
        ("", None),
        (None, None),
    ],
)
def test_a_caller_id_passed_failed_or_was_not_judged(verstat: str | None, passed: bool | None) -> None:
    assert StirShaken(verstat=verstat).passed is passed


@pytest.mark.parametrize(
    ("text", "stabilized"),
    [("true", True), ("TRUE", True), ("false", False), ("maybe", None), ("", None), (None, None)],
)
def test_stabilized_is_true_false_or_unknown(text: str | None, stabilized: bool | None) -> None:
    assert RealTimeTranscription(stabilized=text).is_stabilized is stabilized


@pytest.mark.parametrize("event", [RealTimeTranscriptionRejectedEvent, RealTimeTranscriptionStoppedEvent])
def test_a_live_transcription_is_found_under_either_key(event: type[Event]) -> None:
    assert call(event, realTimeTranscription={"id": "t-1"}).live_transcription.id == "t-1"
    assert call(event, transcription={"id": "t-2"}).live_transcription.id == "t-2"
    both = call(event, realTimeTranscription={"id": "t-1"}, transcription={"id": "t-2"})
    assert both.live_transcription.id == "t-1"
    assert call(event).live_transcription is None


# Times

READ_TIME = TypeAdapter[Any](Time).validate_python


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-02-11T14:06:31.482Z", datetime(2026, 2, 11, 14, 6, 31, 482000, UTC)),
        ("2026-02-11T14:06:31Z", datetime(2026, 2, 11, 14, 6, 31, 0, UTC)),
        ("2026-02-11T14:06:31.482137Z", datetime(2026, 2, 11, 14, 6, 31, 482137, UTC)),
        ("2026-02-11T14:06Z", datetime(2026, 2, 11, 14, 6, tzinfo=UTC)),
        ("2026-02-11T14:06:31.500", datetime(2026, 2, 11, 14, 6, 31, 500000, UTC)),
        ("2026-02-11T14:06:31", datetime(2026, 2, 11, 14, 6, 31, 0, UTC)),
        ("2026-02-11T14:06", datetime(2026, 2, 11, 14, 6, tzinfo=UTC)),
        ("2026-02-11-14:06:31.198Z", datetime(2026, 2, 11, 14, 6, 31, 198000, UTC)),
        ("2026-02-11_14:06:31z", datetime(2026, 2, 11, 14, 6, 31, 0, UTC)),
        ("2026-02-11T14:06:31-03", datetime(2026, 2, 11, 17, 6, 31, 0, UTC)),
        ("2026-02-11T14:06:31-02:00", datetime(2026, 2, 11, 16, 6, 31, 0, UTC)),
        ("2026-02-11T14:06:31+0130", datetime(2026, 2, 11, 12, 36, 31, 0, UTC)),
        ("2026-02-11T14:06:31 02:00", datetime(2026, 2, 11, 12, 6, 31, 0, UTC)),
        ("2026-02-11T14:06:31 0200", datetime(2026, 2, 11, 12, 6, 31, 0, UTC)),
        ("2026-02-11 14:06:31 Z", datetime(2026, 2, 11, 14, 6, 31, 0, UTC)),
        ("2026-02-11T14:06:31,25", datetime(2026, 2, 11, 14, 6, 31, 250000, UTC)),
        ("2026-02-11T14:06:31.123456789", datetime(2026, 2, 11, 14, 6, 31, 123456, UTC)),
        (" 2026-02-11T14:06:31 ", datetime(2026, 2, 11, 14, 6, 31, 0, UTC)),
    ],
)
def test_a_time_in_any_known_form_is_aware(text: str, when: datetime) -> None:
    assert READ_TIME(text) == when
    assert READ_TIME(text).tzinfo is not None


def test_an_offset_is_kept() -> None:
    assert READ_TIME("2026-02-11T14:06:31-03").utcoffset() == timedelta(hours=-3)
    assert READ_TIME("2026-02-11T14:06:31.5-03:00").tzinfo.utcoffset(None) == timezone(timedelta(hours=-3)).utcoffset(
        None
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-11T14:05.101Z",
        "2026-13-11T14:06:31",
        "2026-02-30T14:06",
        "2026-02-11T24:61",
        "2026-02-11T14:06:31+25",
        "2026-02-11T14:06:3102:00",
        "2026-02-11",
        "yesterday",
        "{time}",
        "",
    ],
)
def test_a_time_that_nobody_can_read_stays_text(text: str) -> None:
    assert READ_TIME(text) == text
    assert read_odd_time(text) == text


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d[T _-]\d\d:\d\d(:\d\d([.,]\d+)?)?\s?(Z|[+-]?\d\d:?(\d\d)?)?"))
def test_any_text_is_an_aware_time_or_itself(text: str) -> None:
    read = read_odd_time(text)
    assert read == text or (isinstance(read, datetime) and read.tzinfo is not None)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_written_by_python_is_read_back(when: datetime) -> None:
    assert READ_TIME(when.isoformat()) == when
    assert read_odd_time(when.isoformat(" ")) == when


def test_text_that_is_a_number_is_read_as_the_seconds_or_milliseconds_since_1970() -> None:
    assert READ_TIME("1770818791") == READ_TIME("1770818791000") == datetime(2026, 2, 11, 14, 6, 31, 0, UTC)
