from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.comparing import PAYLOADS, differences, dumped
from tests.fields import FieldType, Path, fields_of
from webhooks import Delivery, DeliveryError
from webhooks.errors import UnreadablePayload
from webhooks.events import (
    EVENTS,
    AnswerEvent,
    ConferenceCreatedEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    InvalidEvent,
    MediaStreamStartedEvent,
    MessageDeliveredEvent,
    MessageFailedEvent,
    MessageReceivedEvent,
    RecordCompleteEvent,
    TranscriptionAvailableEvent,
    UnknownEvent,
    event_named,
)
from webhooks.parsing import MAX_DEPTH, MAX_EVENTS, MAX_PARAMETERS, parse

GATHER = {"eventType": "gather", "eventTime": "2026-02-11T14:06:31.482Z", "callId": "c-1", "digits": "4"}
MESSAGE = {"type": "message-delivered", "message": {"id": "m-1", "owner": "+19195550100", "direction": "out"}}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

FIELDS = [(event, path, field) for event in EVENTS for path, field in fields_of(event).items()]


def main_payload(event: type[Event]) -> dict[str, Any]:
    """Our own payload with every field of an event."""
    read = json.loads((PAYLOADS / f"{event.event_types()[0]}.json").read_text(encoding="utf-8"))
    payload: dict[str, Any] = read[0] if isinstance(read, list) else read
    return payload


MAIN = {event: main_payload(event) for event in EVENTS}


def posted(payload: object, **others: Any) -> list[Event]:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return list(parse(Delivery.of(body, **others)))


def one(payload: object, **others: Any) -> Event:
    (event,) = posted(payload, **others)
    return event


def got(query: str | bytes) -> Event:
    raw = query.encode() if isinstance(query, str) else query
    (event,) = parse(Delivery("GET", "/", query=raw))
    return event


def refused(body: bytes, **others: Any) -> str:
    with pytest.raises(UnreadablePayload) as error:
        parse(Delivery.of(body, **others))
    return error.value.detail


def field_id(case: object) -> str:
    return case.__name__ if isinstance(case, type) else ".".join(case) if isinstance(case, tuple) else ""


# Fields that cannot be read


def wrong_values(field: FieldType) -> list[Any]:
    """Values that a field does not take."""
    among: dict[str, Any] = {"string": "word", "integer": 17, "number": 0.5, "boolean": True, "array": [[17]]}
    taken = field.kinds | ({"integer"} if "number" in field.kinds else set())
    objects = [] if field.model else [{"odd": [17]}]
    return [*objects, *(value for kind, value in among.items() if kind not in taken), [[17], "word"]]


def changed(payload: Any, path: Path, value: Any) -> dict[str, Any]:
    first, *rest = path
    return {**payload, first: changed(payload[first], tuple(rest), value) if rest else value}


def value_at(event: Any, path: Path) -> tuple[Any, dict[str, Any]]:
    """The value of a field, and what is kept aside beside it."""
    *above, last = path
    for part in above:
        event = getattr(event, name_of(event, part))
    return getattr(event, name_of(event, last)), event.model_extra


def name_of(model: BaseModel, wire: str) -> str:
    return next(name for name, field in type(model).model_fields.items() if field.alias == wire)


@pytest.mark.parametrize(("event", "path", "field"), [case for case in FIELDS if not case[2].required], ids=field_id)
def test_an_unreadable_optional_field_is_set_aside_and_the_event_arrives(
    event: type[Event], path: Path, field: FieldType
) -> None:
    for value in wrong_values(field):
        sent = changed(MAIN[event], path, value)
        told: list[tuple[type[Event], str]] = []
        (came,) = parse(
            Delivery.of(json.dumps([sent] if event.family == "messaging" else sent).encode()), collect(told)
        )
        assert type(came) is event
        read, aside = value_at(came, path)
        assert read is None
        assert aside == {path[-1]: value}
        assert differences(dumped(came), sent) == []
        assert told == [(event, ".".join(path))]


def collect(told: list[tuple[type[Event], str]]) -> Any:
    return lambda event, path: told.append((event, path))


@pytest.mark.parametrize(
    ("event", "path", "field"),
    [case for case in FIELDS if case[2].required and case[1] not in {("eventType",), ("type",)}],
    ids=field_id,
)
def test_an_unreadable_required_field_makes_an_invalid_event(event: type[Event], path: Path, field: FieldType) -> None:
    for value in [None, *wrong_values(field)]:
        sent = changed(MAIN[event], path, value)
        came = one(sent)
        assert type(came) is InvalidEvent
        assert came.expected is event
        assert came.event_type == event.event_types()[0]
        assert came.payload == sent
        assert dumped(came) == sent
        assert {problem.field for problem in came.problems} == {".".join(path)}
        assert not any("17" in problem.message or "word" in problem.message for problem in came.problems)


def test_a_missing_required_field_is_named() -> None:
    came = one([{"type": "message-received", "message": {"owner": "+19195550100"}}])
    assert isinstance(came, InvalidEvent)
    assert [problem.field for problem in came.problems] == ["message.id"]


def test_problems_name_the_fields_that_are_wrong_beside_the_required_one() -> None:
    came = one({**GATHER, "callId": 5, "eventTime": 17, "digits": ["secret"]})
    assert isinstance(came, InvalidEvent)
    assert {problem.field for problem in came.problems} == {"callId", "eventTime", "digits"}
    assert "secret" not in str(came.problems)


def test_several_unreadable_fields_are_all_set_aside() -> None:
    sent = changed(changed(MAIN[InitiateEvent], ("diversion", "reason"), 5), ("stirShaken",), "A")
    sent = {**sent, "tag": 17, "eventTime": False}
    told: list[tuple[type[Event], str]] = []
    (came,) = parse(Delivery.of(json.dumps(sent).encode()), collect(told))
    assert isinstance(came, InitiateEvent)
    assert came.stir_shaken is None
    assert came.diversion is not None
    assert came.diversion.reason is None
    assert came.diversion.orig_to == "+19195550142"
    assert differences(dumped(came), sent) == []
    assert sorted(told) == [(InitiateEvent, path) for path in ("diversion.reason", "eventTime", "stirShaken", "tag")]


def test_one_wrong_element_sets_the_whole_array_aside() -> None:
    came = one([{**MESSAGE, "message": {**MESSAGE["message"], "to": ["+19195550117", 5]}}])  # type: ignore[dict-item]
    assert isinstance(came, MessageDeliveredEvent)
    assert came.message.to is None
    assert came.message.model_extra == {"to": ["+19195550117", 5]}


def test_numbers_are_not_read_from_text_nor_text_from_numbers() -> None:
    came = one([{**MESSAGE, "type": "message-failed", "errorCode": "4405", "description": 4405}])
    assert isinstance(came, MessageFailedEvent)
    assert came.error_code is None
    assert came.description is None
    assert came.model_extra == {"errorCode": "4405", "description": 4405}


def test_a_python_name_in_a_payload_is_an_unknown_field() -> None:
    came = one({**GATHER, "call_id": "c-2", "event_time": 5})
    assert isinstance(came, GatherEvent)
    assert came.call_id == "c-1"
    assert came.model_extra == {"call_id": "c-2", "event_time": 5}


# Telling families apart


@pytest.mark.parametrize(
    "key",
    [
        "callUri",
        "conferenceUri",
        "recordingUri",
        "transcriptionUri",
        "messageUri",
        "time",
        "callState",
        "state",
        "gatherId",
        "dtmfDigit",
    ],
)
def test_a_key_of_v1_makes_a_payload_without_event_time_unknown(key: str) -> None:
    bare = {"eventType": "gather", "callId": "c-1"}
    assert type(one({**bare, key: "x"})) is UnknownEvent
    assert type(one({**bare, "eventTime": "2026-02-11T14:06:31Z", key: "x"})) is GatherEvent
    assert type(one({**bare, "eventTime": None, key: "x"})) is GatherEvent


def test_a_bare_event_type_with_a_call_id_is_v2() -> None:
    assert type(one({"eventType": "answer", "callId": "c-1"})) is AnswerEvent
    assert type(one({"eventType": "conferenceCreated", "conferenceId": "conf-1"})) is ConferenceCreatedEvent


@pytest.mark.parametrize(
    ("event_type", "event"), [("recording", RecordCompleteEvent), ("transcription", TranscriptionAvailableEvent)]
)
def test_what_v1_and_v2_both_send_is_v2_with_a_time_or_an_application(event_type: str, event: type[Event]) -> None:
    bare = {"eventType": event_type, "callId": "c-1", "recordingId": "r-1"}
    assert type(one(bare)) is UnknownEvent
    assert type(one({**bare, "applicationId": "a-1"})) is event
    assert type(one({**bare, "eventTime": "2026-02-11T14:06:31Z"})) is event
    assert type(one({**bare, "applicationId": "a-1", "state": "complete"})) is UnknownEvent


@pytest.mark.parametrize(
    ("event_type", "expected", "field"),
    [
        ("initiate", InitiateEvent, "callId"),
        ("gather", GatherEvent, "callId"),
        ("disconnect", DisconnectEvent, "callId"),
        ("conferenceCreated", ConferenceCreatedEvent, "conferenceId"),
    ],
)
@pytest.mark.parametrize("time", [{}, {"eventTime": "2026-02-11T14:06:31Z"}], ids=["without time", "with time"])
def test_what_names_neither_call_nor_conference_is_invalid(
    event_type: str, expected: type[Event], field: str, time: dict[str, str]
) -> None:
    came = one({"eventType": event_type, **time})
    assert isinstance(came, InvalidEvent)
    assert came.expected is expected
    assert [problem.field for problem in came.problems] == [field]


@pytest.mark.parametrize("event_type", ["start", "media", "stop", "transcription"])
def test_a_frame_of_a_websocket_is_unknown(event_type: str) -> None:
    came = one({"eventType": event_type, "eventTime": "2026-02-11T14:06:31Z", "metadata": {"callId": "c-1"}})
    assert type(came) is UnknownEvent
    assert came.event_type == event_type


@pytest.mark.parametrize("event_type", ["message-delivered", "message-failed"])
@pytest.mark.parametrize("wrap", [lambda payload: payload, lambda payload: [payload]], ids=["bare", "array"])
def test_the_messages_of_mfa_are_unknown(event_type: str, wrap: Any) -> None:
    ours = {**MESSAGE, "type": event_type}
    assert type(one(wrap(ours))) is event_named(event_type)
    assert type(one(wrap({**ours, "platform": "GlobalSMS"}))) is UnknownEvent
    assert type(one(wrap({**ours, "message": {"id": "m-1"}}))) is UnknownEvent
    assert type(one(wrap({**ours, "message": {"id": "m-1", "owner": None, "direction": None}}))) is UnknownEvent
    assert type(one(wrap({**ours, "message": {"id": "m-1", "owner": "+19195550100"}}))) is event_named(event_type)
    assert type(one(wrap({**ours, "message": {"id": "m-1", "direction": "out"}}))) is event_named(event_type)


def test_mfa_has_only_two_of_the_message_types() -> None:
    assert type(one([{"type": "message-received", "message": {"id": "m-1"}, "platform": "x"}])) is MessageReceivedEvent
    assert type(one([{"type": "message-received", "message": {"id": "m-1"}}])) is MessageReceivedEvent


def test_one_mfa_message_in_an_array_does_not_take_the_others_with_it() -> None:
    mfa = {**MESSAGE, "platform": "GlobalSMS"}
    assert [type(event) for event in posted([MESSAGE, mfa, MESSAGE])] == [
        MessageDeliveredEvent,
        UnknownEvent,
        MessageDeliveredEvent,
    ]


def test_a_type_without_a_message_is_a_message_in_an_array_only() -> None:
    bare = {"type": "message-received"}
    assert type(one(bare)) is UnknownEvent
    assert type(one([bare])) is InvalidEvent


def test_an_event_type_in_an_array_is_unknown() -> None:
    assert type(one([GATHER])) is UnknownEvent


@pytest.mark.parametrize(
    ("payload", "event_type"),
    [
        ({}, None),
        ({"eventType": "x", "type": "y", "event": "z"}, "x"),
        ({"type": "y", "event": "z"}, "y"),
        ({"event": "z"}, "z"),
        ({"eventType": 5, "type": None, "event": "z"}, "z"),
        ({"eventType": ["gather"], "callId": "c-1"}, None),
        ([{"type": 5}], None),
        ([{"type": "message-forwarded"}], "message-forwarded"),
    ],
)
def test_an_unknown_event_says_what_its_discriminator_says(payload: object, event_type: str | None) -> None:
    came = one(payload)
    assert type(came) is UnknownEvent
    assert came.event_type == event_type
    assert came.payload == (payload[0] if isinstance(payload, list) else payload)


@pytest.mark.parametrize("element", [None, True, 5, 0.5, "text", [], [[1]]])
def test_an_element_that_is_no_object_is_unknown(element: object) -> None:
    first, second = posted([element, MESSAGE])
    assert type(first) is UnknownEvent
    assert first.event_type is None
    assert dumped(first) == element
    assert type(second) is MessageDeliveredEvent


# Bodies


def test_an_empty_array_is_no_event() -> None:
    assert posted(b"[]") == []


def test_an_empty_body_is_refused() -> None:
    assert "empty" in refused(b"")
    assert "empty" in refused(b"", headers=FORM)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"null", "null"), (b'"x"', "string"), (b"true", "boolean"), (b"17", "number"), (b"-1.5", "number")],
)
def test_a_json_scalar_is_refused_and_not_repeated(body: bytes, kind: str) -> None:
    detail = refused(body)
    assert f"JSON {kind};" in detail
    assert "17" not in detail


@pytest.mark.parametrize("body", [b"{", b"<Response/>", b'{"eventType": "gather",}', b"[1,", b"\xff\xfe{}", b"\x00"])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    assert "the body is not JSON" in refused(body)


def test_a_byte_order_mark_and_white_space_are_skipped() -> None:
    for before in (b"\xef\xbb\xbf", b" \r\n\t", b"\xef\xbb\xbf\n"):
        assert type(one(before + json.dumps(GATHER).encode())) is GatherEvent
        assert type(one(before + json.dumps([MESSAGE]).encode())) is MessageDeliveredEvent


def test_half_of_an_emoji_becomes_a_replacement_character() -> None:
    sent = b'[{"type": "message-received", "a\\ud83d": [1, "\\ude00"], "message": {"id": "m-1", "text": "hi \\ud83d"}}]'
    came = one(sent)
    assert isinstance(came, MessageReceivedEvent)
    assert came.text == "hi \N{REPLACEMENT CHARACTER}"
    assert came.model_extra == {"a\N{REPLACEMENT CHARACTER}": [1, "\N{REPLACEMENT CHARACTER}"]}


def test_a_whole_emoji_stays_one() -> None:
    came = one(b'[{"type": "message-received", "message": {"id": "m-1", "text": "\\ud83d\\ude00", "x": "\\ud83d"}}]')
    assert isinstance(came, MessageReceivedEvent)
    assert came.text == "\N{GRINNING FACE}"


def test_numbers_that_json_does_not_have_are_kept() -> None:
    came = one(b'{"eventType": "gather", "callId": "c-1", "a": Infinity, "b": -Infinity, "digits": NaN}')
    assert isinstance(came, GatherEvent)
    extra = came.model_extra or {}
    assert (extra["a"], extra["b"], str(extra["digits"])) == (float("inf"), float("-inf"), "nan")


def test_an_array_has_at_most_so_many_elements() -> None:
    assert len(posted([MESSAGE] * MAX_EVENTS)) == MAX_EVENTS
    assert str(MAX_EVENTS + 1) in refused(json.dumps([MESSAGE] * (MAX_EVENTS + 1)).encode())
    assert str(MAX_EVENTS + 1) in refused(json.dumps([1] * (MAX_EVENTS + 1)).encode())


@pytest.mark.parametrize("leaf", ["x", "\\ud83d"], ids=["fast parser", "slow parser"])
def test_nesting_has_an_end(leaf: str) -> None:
    def nested(depth: int) -> bytes:
        return b'{"eventType": "gather", "callId": "c-1", "x": %b"%b"%b}' % (
            b"[" * depth,
            leaf.encode(),
            b"]" * depth,
        )

    assert type(one(nested(MAX_DEPTH - 1))) is GatherEvent
    assert "not JSON" in refused(nested(MAX_DEPTH + 1))
    assert "not JSON" in refused(nested(100_000))


# Queries and forms


def test_a_get_carries_its_event_in_the_query() -> None:
    came = got("eventType=gather&eventTime=2026-02-11T14%3A06%3A31.482Z&callId=c-1&from=%2B19195550117&digits=4&tag=")
    assert isinstance(came, GatherEvent)
    assert came.event_time == datetime(2026, 2, 11, 14, 6, 31, 482000, tzinfo=UTC)
    assert came.from_ == "+19195550117"
    assert came.digits == "4"
    assert came.tag == ""


@pytest.mark.parametrize("event", [event for event in EVENTS if event.family == "voice"], ids=field_id)
@pytest.mark.parametrize("as_form", [False, True], ids=["query", "form"])
def test_every_voice_event_arrives_in_a_query_and_a_form(event: type[Event], as_form: bool) -> None:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in MAIN[event].items()}
    encoded = urlencode(texts)
    came = one(encoded.encode(), headers=FORM) if as_form else got(encoded)
    assert type(came) is event
    assert came == one(MAIN[event])
    assert differences(dumped(came), texts, text=True) == []


def test_a_form_that_holds_json_is_read_as_json() -> None:
    assert one(json.dumps(GATHER).encode(), headers=FORM) == one(GATHER)
    assert one(json.dumps([MESSAGE]).encode(), headers=FORM) == one([MESSAGE])


@pytest.mark.parametrize("query", ["", "&", "&&"])
def test_a_query_without_parameters_is_refused(query: str) -> None:
    with pytest.raises(UnreadablePayload, match="no parameters"):
        got(query)


def test_a_query_has_at_most_so_many_parameters() -> None:
    fitting = "&".join(f"k{n}=" for n in range(MAX_PARAMETERS))
    assert isinstance(got(fitting), UnknownEvent)
    with pytest.raises(UnreadablePayload, match=str(MAX_PARAMETERS)):
        got(fitting + "&one=more")
    assert str(MAX_PARAMETERS) in refused(fitting.encode() + b"&one=more", headers=FORM)


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("+19195550117", "+19195550117"),
        ("%2B19195550117", "+19195550117"),
        ("+1919555", "+1919555"),
        ("+191955", " 191955"),
        ("+19195550117+", " 19195550117 "),
        ("a+b", "a b"),
        ("+", " "),
    ],
)
def test_a_bare_plus_before_a_number_is_a_plus(raw: str, read: str) -> None:
    came = got(f"eventType=gather&callId=c-1&from={raw}")
    assert isinstance(came, GatherEvent)
    assert came.from_ == read


def test_an_offset_whose_plus_was_lost_is_an_offset() -> None:
    came = got("eventType=gather&callId=c-1&startTime=2026-02-11T14:06:31.482+02:00")
    assert isinstance(came, GatherEvent)
    assert came.start_time == datetime(2026, 2, 11, 12, 6, 31, 482000, tzinfo=UTC)


def test_a_query_in_latin_1_is_read() -> None:
    came = got(b"eventType=gather&callId=c-1&tag=Caf\xe9")
    assert isinstance(came, GatherEvent)
    assert came.tag == "Café"


def test_of_a_field_that_comes_several_times_the_last_is_bandwidths() -> None:
    # Those before it are parameters of the URL, to which Bandwidth adds its own.
    came = got("tag=a&callId=mine&eventType=mine&eventType=gather&callId=c-1&tag=b&tag=%2B1&x=1&x=2")
    assert isinstance(came, GatherEvent)
    assert (came.call_id, came.tag) == ("c-1", "+1")
    assert came.model_extra == {"x": ["1", "2"]}


def test_of_an_unknown_event_all_parameters_are_kept() -> None:
    came = got("eventType=mine&eventType=new&callId=a&callId=c-1")
    assert isinstance(came, UnknownEvent)
    assert came.payload == {"eventType": ["mine", "new"], "callId": ["a", "c-1"]}
    assert came.event_type == "new"


@pytest.mark.parametrize("text", ["word", "5", "null", "[1]", '"x"', '{"a":', '{"a": "\\ud83d"}', "[" * 500])
def test_text_that_is_no_object_is_kept_as_text(text: str) -> None:
    came = got(f"eventType=initiate&callId=c-1&diversion={quote(text)}")
    assert isinstance(came, InitiateEvent)
    assert came.diversion is None
    assert came.model_extra == {"diversion": text}


def test_json_text_of_an_object_is_read_deeply() -> None:
    stream = quote('{"id": "s-1", "tracks": ["inbound", "outbound"], "startTime": "2026-02-11T14:06:31Z", "name": 5}')
    came = got(f"eventType=mediaStreamStarted&callId=c-1&mediaStream={stream}&privacy=true")
    assert isinstance(came, MediaStreamStartedEvent)
    assert came.privacy is True
    assert came.media_stream is not None
    assert came.media_stream.tracks == ("inbound", "outbound")
    assert came.media_stream.start_time == datetime(2026, 2, 11, 14, 6, 31, tzinfo=UTC)
    assert came.media_stream.name is None
    assert came.media_stream.model_extra == {"name": 5}


def test_text_is_read_as_the_number_or_truth_that_a_field_is() -> None:
    came = got("eventType=disconnect&callId=c-1&sipResponseCode=486&unknown=486")
    assert isinstance(came, DisconnectEvent)
    assert came.sip_response_code == 486
    assert came.model_extra == {"unknown": "486"}
    odd = got("eventType=disconnect&callId=c-1&sipResponseCode=many")
    assert isinstance(odd, DisconnectEvent)
    assert odd.sip_response_code is None
    assert odd.model_extra == {"sipResponseCode": "many"}
    assert getattr(got("eventType=answer&callId=c-1&privacy=maybe"), "privacy", "") is None


def test_a_query_of_v1_is_unknown_and_whole() -> None:
    came = got("eventType=hangup&callId=c-1&callUri=https://catapult.example.com/c-1&from=+19195550117&cause=X")
    assert type(came) is UnknownEvent
    assert dumped(came) == {
        "eventType": "hangup",
        "callId": "c-1",
        "callUri": "https://catapult.example.com/c-1",
        "from": "+19195550117",
        "cause": "X",
    }


def test_a_message_in_a_query_is_read_from_its_json_text() -> None:
    message = quote(json.dumps(MESSAGE["message"]))
    assert type(got(f"type=message-delivered&message={message}")) is MessageDeliveredEvent
    assert type(got("type=message-delivered&message=word")) is InvalidEvent


# Whatever comes in

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSONS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)
WIRE_NAMES = sorted({part for _, path, _ in FIELDS for part in path})
TYPES = sorted({event_type for event in EVENTS for event_type in event.event_types()})
# Objects with the keys of events, so that the search does not end at the first check.
ALIKE = st.fixed_dictionaries(
    {},
    optional={
        "eventType": st.sampled_from(TYPES) | JSONS,
        "type": st.sampled_from(TYPES) | JSONS,
        "callId": st.just("c-1") | JSONS,
        "conferenceId": st.just("conf-1") | JSONS,
        "message": st.dictionaries(st.sampled_from(WIRE_NAMES), JSONS, max_size=3) | JSONS,
        "diversion": st.dictionaries(st.sampled_from(WIRE_NAMES), JSONS, max_size=3) | JSONS,
        "eventTime": st.text("0123456789-:TZ. +") | JSONS,
        "time": JSONS,
    },
)
CONTENT_TYPES = st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain"])


def events_or_refusal(delivery: Delivery) -> Sequence[Event]:
    """The events of a delivery, none when it is refused; any other error goes on."""
    try:
        return parse(delivery)
    except DeliveryError:
        return ()


def check_all(events: Sequence[Event]) -> None:
    for event in events:
        assert isinstance(event, (*EVENTS, UnknownEvent, InvalidEvent))
        dumped(event)


@given(st.binary() | st.text().map(str.encode), CONTENT_TYPES, st.sampled_from([b"", b"[", b'{"', b"\xef\xbb\xbf{"]))
def test_any_bytes_are_events_or_refused(body: bytes, content_type: str, before: bytes) -> None:
    check_all(events_or_refusal(Delivery.of(before + body, headers={"Content-Type": content_type})))


@given(JSONS | ALIKE | st.lists(ALIKE, max_size=3), CONTENT_TYPES)
def test_any_json_is_events_or_refused(payload: object, content_type: str) -> None:
    body = json.dumps(payload).encode()
    check_all(events_or_refusal(Delivery.of(body, headers={"Content-Type": content_type})))


@given(st.binary() | ALIKE.map(lambda payload: urlencode(payload).encode()))
def test_any_query_is_an_event_or_refused(query: bytes) -> None:
    check_all(events_or_refusal(Delivery("GET", "/", query=query)))


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEPT = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
).filter(lambda value: not isinstance(value, str) or not value.strip().lstrip("+-").replace(".", "").isdigit())


@given(st.sampled_from([case for case in FIELDS if not case[2].required]), KEPT)
def test_whatever_an_optional_field_holds_comes_back(case: tuple[type[Event], Path, FieldType], value: object) -> None:
    event, path, _ = case
    sent = changed(MAIN[event], path, value)
    came = one(sent)
    assert type(came) is event
    assert differences(dumped(came), sent) == []


@given(st.dictionaries(TEXT.filter(lambda key: key not in WIRE_NAMES), KEPT, max_size=4), st.sampled_from(EVENTS))
def test_unknown_fields_come_back(extra: dict[str, object], event: type[Event]) -> None:
    sent = {**MAIN[event], **{key: value for key, value in extra.items() if key != "platform"}}
    came = one(sent)
    assert type(came) is event
    assert differences(dumped(came), sent) == []


@pytest.mark.parametrize("event", EVENTS, ids=field_id)
def test_both_lanes_read_the_same(event: type[Event]) -> None:
    body = json.dumps([MAIN[event]] if event.family == "messaging" else MAIN[event]).encode()
    # The fast lane does not know the mark.
    assert posted(b"\xef\xbb\xbf" + body) == posted(body)


def test_of_a_message_that_a_query_has_twice_the_last_is_taken() -> None:
    query = f"type=message-delivered&message=a&message={quote(json.dumps(MESSAGE['message']))}"
    event = parse(Delivery.of(method="GET", query=query))[0]
    assert isinstance(event, MessageDeliveredEvent)
    assert event.message.id == MESSAGE["message"]["id"]
