from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.comparing import differences, dumped
from tests.fields import fields_of as paths_of
from webhooks.errors import UsageError
from webhooks.events import (
    EVENTS,
    AnswerEvent,
    CallEvent,
    Diversion,
    Event,
    GatherEvent,
    InitiateEvent,
    Message,
    MessageReceivedEvent,
    RecordCompleteEvent,
    UnknownEvent,
)
from webhooks.parsing import parse
from webhooks.testing import delivery, example, fields_of

every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


def leaves(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*above, key))
    else:
        yield above, value


@every_event
def test_an_example_is_read_as_its_event_with_nothing_left_over(event: type[Event]) -> None:
    (read,) = parse(delivery(example(event)))
    assert type(read) is event
    assert not read.model_extra
    assert not differences(dumped(read), example(event))


@every_event
def test_an_example_begins_with_its_discriminator_and_is_the_same_every_time(event: type[Event]) -> None:
    assert next(iter(example(event).values())) == event.event_types()[0]
    assert json.dumps(example(event)) == json.dumps(example(event))


@every_event
def test_the_numbers_of_an_example_are_nobodys(event: type[Event]) -> None:
    for _, value in leaves(example(event)):
        for text in value if isinstance(value, list) else [value]:
            assert not str(text).startswith("+") or str(text).startswith("+191955501")


@every_event
def test_the_times_of_an_example_fit_together(event: type[Event]) -> None:
    kinds = paths_of(event)
    times = {path: datetime.fromisoformat(value) for path, value in leaves(example(event)) if kinds[path].is_time}
    assert max(times.values()) == max(times[path] for path in times if path in {("eventTime",), ("time",)})
    order = [times[name,] for name in ("enqueuedTime", "answerTime", "endTime", "eventTime") if (name,) in times]
    assert order == sorted(order)
    if ("endTime",) in times:
        assert times["startTime",] < times["endTime",]


@every_event
def test_the_sides_of_an_example_fit_together(event: type[Event]) -> None:
    payload = example(event)
    if payload.get("direction") == "outbound":
        assert payload["from"] == "+19195550100"
    if event.family == "messaging":
        message: Any = payload["message"]
        assert message["to"] == [payload["to"]]
        assert message["owner"] == (payload["to"] if message["direction"] == "in" else message["from"])


def test_what_only_some_calls_have_is_left_out() -> None:
    left_out = {
        ".".join(path)
        for event in EVENTS
        for path in paths_of(event)
        if path not in dict(leaves(example(event))) and not paths_of(event)[path].model
    }
    everywhere = {".".join(path) for event in EVENTS for path, _ in leaves(example(event))}
    assert {name for name in left_out - everywhere if "." not in name} == {
        "callerDisplayName",
        "carrierName",
        "errorId",
        "privacy",
        "sipHeaders",
        "sipResponseCode",
        "tag",
        "transcriptionId",
        "transcriptionUrl",
        "transferCallId",
        "uui",
    }


def test_fields_are_changed_by_their_python_names() -> None:
    payload = example(GatherEvent, digits="2", from_="+19195550177", event_time=datetime(2026, 1, 1, tzinfo=UTC))
    assert (payload["digits"], payload["from"]) == ("2", "+19195550177")
    assert payload["eventTime"] == "2026-01-01T00:00:00Z"
    assert example(GatherEvent, tag=None)["tag"] is None


def test_a_mapping_changes_what_it_names_in_an_object_and_makes_one_where_there_is_none() -> None:
    payload: Any = example(InitiateEvent, stir_shaken={"verstat": "No-TN"}, diversion={"orig_to": "+19195550155"})
    assert payload["stirShaken"]["verstat"] == "No-TN"
    assert payload["stirShaken"]["attestationIndicator"] == "A"
    assert payload["diversion"] == {"origTo": "+19195550155"}


def test_an_object_may_be_given_as_its_model_or_as_plain_json() -> None:
    payload = example(InitiateEvent, diversion=Diversion(orig_to="+19195550155"), sip_headers={"x-queue": "sales"})
    assert payload["diversion"] == {"origTo": "+19195550155"}
    assert payload["sipHeaders"] == {"x-queue": "sales"}


def test_fields_of_a_message_may_be_given_as_the_events() -> None:
    payload: Any = example(MessageReceivedEvent, text="STOP", message={"from_": "+19195550177"})
    assert payload["message"]["text"] == "STOP"
    assert payload["message"]["from"] == "+19195550177"
    assert payload["message"]["owner"] == "+19195550100"


def test_an_example_can_be_changed_without_changing_the_next() -> None:
    payload: Any = example(MessageReceivedEvent)
    payload["message"]["to"].append("+19195550199")
    assert example(MessageReceivedEvent) != payload


@pytest.mark.parametrize(
    ("event", "fields", "told"),
    [
        (GatherEvent, {"digts": "1"}, 'GatherEvent has no field "digts". Did you mean "digits"?'),
        (MessageReceivedEvent, {"txt": "1"}, 'MessageReceivedEvent has no field "txt". Did you mean "text"?'),
        (InitiateEvent, {"diversion": {"origTo": "1"}}, "InitiateEvent.diversion has no field"),
        (AnswerEvent, {"tag": object()}, "AnswerEvent: tag is of type object, which JSON does not have."),
        (MessageReceivedEvent, {"text": "1", "message": Message(id="1")}, "text and a whole message are given"),
        (CallEvent, {}, "CallEvent has no example: expected an event of webhooks.events.EVENTS"),
        (UnknownEvent, {}, "UnknownEvent has no example"),
        ("gather", {}, "'gather' has no example"),
    ],
)
def test_what_there_is_no_example_of_is_told(event: Any, fields: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        example(event, **fields)
    assert told in str(caught.value)


@every_event
def test_the_fields_of_an_event_are_all_told(event: type[Event]) -> None:
    assert {(field.wire,) for field in fields_of(event)} == {path for path in paths_of(event) if len(path) == 1}


def test_a_field_says_what_it_takes() -> None:
    fields = {field.name: field for field in fields_of(RecordCompleteEvent)}
    assert fields["event_type"].known == ("recordComplete", "recordingComplete", "recording")
    assert (fields["file_format"].types, fields["file_format"].known) == (("string",), ("mp3", "wav"))
    assert (fields["channels"].types, fields["event_time"].types) == (("integer",), ("time",))
    assert (fields["call_id"].required, fields["tag"].required) == (True, False)
    message = next(field for field in fields_of(MessageReceivedEvent) if field.name == "message")
    assert message.types == ("object",)
    assert message.model is not None
    inner = {field.name: field for field in fields_of(message.model)}
    assert inner["to"].types == ("array of strings",)
    headers = next(field for field in fields_of(InitiateEvent) if field.name == "sip_headers")
    assert (headers.types, headers.model) == (("object",), None)
