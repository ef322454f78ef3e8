from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.apps import message, payload
from tests.comparing import differences
from webhooks import Delivery
from webhooks.events import AnswerEvent, Event, InitiateEvent, InvalidEvent, MessageReceivedEvent, UnknownEvent
from webhooks.parsing import parse


def read(body: object) -> Any:
    raw = body if isinstance(body, str) else json.dumps(body)
    (event,) = parse(Delivery.of(raw.encode()))
    return event


def queried(**fields: str) -> Any:
    (event,) = parse(Delivery.of(method="GET", query=urlencode(fields)))
    return event


def dumped(event: Event) -> Any:
    return json.loads(event.model_dump_json(by_alias=True, exclude_unset=True))


@pytest.mark.parametrize("more", [{}, {"accountId": "9900000"}, {"tag": 5}])
def test_an_unknown_key_that_python_calls_a_field_comes_back_as_it_was_spelled(more: dict[str, Any]) -> None:
    body = payload("initiate", account_id="5500000", from_="somebody", diversion={"orig_to": "x"}, **more)
    event = read(body)
    assert differences(dumped(event), body) == []
    assert differences(event.model_dump(mode="json", by_alias=True, exclude_unset=True), body) == []
    assert event.account_id == more.get("accountId")


def test_an_unknown_key_is_told_apart_in_python_names_too() -> None:
    event = read(message(application_id=7))
    assert event.message.model_extra == {"application_id": 7}
    assert dumped(event) == message(application_id=7)
    assert event.model_dump()["message"]["application_id"] == 7


@pytest.mark.parametrize("text", ["2026", "20260617", "0", "-5", "20260617123456", "1e3", "19195550100123"])
def test_digits_in_a_time_field_are_text(text: str) -> None:
    body = payload("answer", startTime=text)
    event = read(body)
    assert type(event) is AnswerEvent
    assert event.start_time == text
    assert differences(dumped(event), body) == []
    assert queried(**payload("answer", startTime=text)).start_time == text


@pytest.mark.parametrize(
    "text", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "2600-01-01T00:00Z"]
)
def test_times_of_any_year_are_times(text: str) -> None:
    assert read(payload("answer", startTime=text)).start_time == datetime.fromisoformat(text)


def test_a_number_as_text_that_can_only_be_an_epoch_is_that_instant() -> None:
    expected = datetime(2025, 6, 15, 15, 6, 40, tzinfo=UTC)
    assert read(payload("answer", startTime="1750000000")).start_time == expected


@pytest.mark.parametrize("key", ["from", "to", "transferCallerId", "transferTo"])
def test_a_plus_that_a_query_lost_comes_back_in_parties(key: str) -> None:
    event = queried(**payload("redirect", **{key: " 19195550100"}))
    assert dumped(event)[key] == "+19195550100"


@pytest.mark.parametrize("key", ["tag", "digits", "accountId", "somethingNew"])
def test_a_space_in_other_fields_is_a_space(key: str) -> None:
    event = queried(**payload("gather", **{key: " 1234567"}))
    assert dumped(event)[key] == " 1234567"


LONG = "9" * 4301


@pytest.mark.parametrize("number", [LONG, "-" + LONG])
def test_a_number_longer_than_python_reads_costs_no_event(number: str) -> None:
    body = json.dumps(payload("initiate", extra="?")).replace('"?"', number)
    event = read(body)
    assert type(event) is InitiateEvent
    assert event.model_extra == {"extra": number}
    assert dumped(event)["extra"] == number


def test_nor_in_a_message_nor_where_a_field_is_required() -> None:
    body = json.dumps([message(extra="?")]).replace('"?"', LONG)
    assert type(read(body)) is MessageReceivedEvent
    assert type(read(f'{{"hello": [{LONG}]}}')) is UnknownEvent
    assert type(read(f'{{"eventType": "initiate", "eventTime": "2026-11-20T10:00:00Z", "callId": {LONG}}}')) in {
        InitiateEvent,
        InvalidEvent,
    }
