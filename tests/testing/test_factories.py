from __future__ import annotations

import json
from typing import Any, assert_type

import pytest

from tests.comparing import differences
from webhooks.errors import UsageError
from webhooks.events import EVENTS, Event, GatherEvent, MessageReceivedEvent
from webhooks.testing import delivery, example, make


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_can_be_made(event: type[Event]) -> None:
    made = make(event)
    assert type(made) is event
    assert made.correlation_id


def test_what_is_made_has_the_fields_that_were_given() -> None:
    call = make(GatherEvent, digits="1")
    assert_type(call, GatherEvent)
    assert (call.digits, call.tag) == ("1", None)
    assert make(MessageReceivedEvent, text="STOP", from_="+19195550177").text == "STOP"


def test_a_value_that_a_field_does_not_take_is_refused() -> None:
    with pytest.raises(UsageError, match=r"make\(GatherEvent\): digits: Input should be a valid string\."):
        make(GatherEvent, digits=1)
    with pytest.raises(UsageError, match=r"message\.id"):
        make(MessageReceivedEvent, id=None)
    with pytest.raises(UsageError, match='Did you mean "digits"'):
        make(GatherEvent, digts="1")


def sent(event: Any, **settings: Any) -> tuple[dict[str, str], Any]:
    made = delivery(event, **settings)
    return {name.decode(): value.decode() for name, value in made.headers}, json.loads(made.body)


def test_a_voice_event_is_one_object() -> None:
    headers, body = sent(make(GatherEvent))
    assert headers == {"content-type": "application/json; charset=utf-8"}
    assert not differences(body, example(GatherEvent))


@pytest.mark.parametrize(
    "event",
    [make(MessageReceivedEvent), example(MessageReceivedEvent), [example(MessageReceivedEvent)]],
    ids=["event", "payload", "array"],
)
def test_a_message_is_an_array(event: Any) -> None:
    headers, body = sent(event)
    assert headers["user-agent"] == "BandwidthAPI/v2"
    assert not differences(body, [example(MessageReceivedEvent)])


def test_a_delivery_has_the_credentials_and_the_path_that_were_given() -> None:
    made = delivery(make(GatherEvent), path="/menu?from=main", auth=("bandwidth", "s3cret"))
    assert (made.method, made.path, made.query) == ("POST", "/menu", b"from=main")
    assert made.header(b"authorization") == b"Basic YmFuZHdpZHRoOnMzY3JldA=="
