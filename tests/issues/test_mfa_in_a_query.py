from __future__ import annotations

from urllib.parse import urlencode

import pytest

from webhooks import Delivery
from webhooks.events import InvalidEvent, MessageFailedEvent, UnknownEvent
from webhooks.parsing import parse


@pytest.mark.parametrize("message", ["{}", '{"id": "m-1", "text": "482913"}'])
def test_an_mfa_message_is_told_by_what_its_json_text_lacks(message: str) -> None:
    query = urlencode({"type": "message-failed", "message": message})
    (event,) = parse(Delivery.of(method="GET", query=query))
    assert isinstance(event, UnknownEvent)


def test_of_a_message_that_comes_twice_the_last_tells() -> None:
    (event,) = parse(Delivery.of(method="GET", query="type=message-failed&message=x&message={}"))
    assert isinstance(event, UnknownEvent)
    (event,) = parse(Delivery.of(method="GET", query="type=message-failed&message={}&message=x"))
    assert isinstance(event, InvalidEvent)


def test_a_message_with_an_owner_is_ours() -> None:
    query = urlencode({"type": "message-failed", "message": '{"id": "m-1", "owner": "+19195550100"}'})
    (event,) = parse(Delivery.of(method="GET", query=query))
    assert isinstance(event, MessageFailedEvent)
