"""Our own payloads: every event of the catalogue, as documented and in the shapes that deliveries really have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.comparing import PAYLOADS, differences, dumped
from tests.fields import fields_of
from webhooks import Delivery
from webhooks.events import EVENTS, Event, UnknownEvent, event_named
from webhooks.parsing import parse

KNOWN = sorted(PAYLOADS.glob("*.json"))
UNKNOWN = sorted((PAYLOADS / "unknown").glob("*.json"))


def stem(path: Path) -> str:
    return path.stem


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def elements(payload: Any) -> list[Any]:
    return payload if isinstance(payload, list) else [payload]


def refuse(event: type[Event], path: str) -> None:
    raise AssertionError(f"{event.__name__}.{path} was not read")


def parsed(path: Path) -> list[Event]:
    return list(parse(Delivery.of(path.read_bytes()), refuse))


def models(event: BaseModel) -> Iterator[BaseModel]:
    yield event
    for value in event.__dict__.values():
        if isinstance(value, BaseModel):
            yield from models(value)


def test_comparing_sees_what_differs() -> None:
    assert differences({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}) == []
    assert differences({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}) == [".a[1].b"]
    assert sorted(differences({"a": 1}, {"b": 1})) == [".a", ".b"]
    assert differences(["a"], ["a", "b"]) == ["the whole"]
    assert differences(True, 1) == ["the whole"]
    assert differences("5", 5) == ["the whole"]
    assert differences("2026-01-01T00:00:00Z", "2025-12-31T21:00:00.000-03") == []
    assert differences("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z") == ["the whole"]
    assert differences({"n": 5}, {"n": "5"}, text=True) == []
    assert differences({"n": 5}, {"n": "x"}, text=True) == [".n"]


@pytest.mark.parametrize("path", KNOWN, ids=stem)
def test_a_payload_arrives_as_its_event_and_comes_back_whole(path: Path) -> None:
    payload = elements(read(path))
    events = parsed(path)
    assert len(events) == len(payload)
    assert type(events[0]) is event_named(path.stem.split("__")[0])
    for event, sent in zip(events, payload, strict=True):
        wire = sent.get("eventType", sent.get("type"))
        assert type(event) is event_named(wire)
        assert differences(dumped(event), sent) == []


@pytest.mark.parametrize("path", [path for path in KNOWN if "unknown" not in path.stem], ids=stem)
def test_a_payload_has_no_field_that_its_event_lacks(path: Path) -> None:
    strangers = [name for event in parsed(path) for model in models(event) for name in model.model_extra or {}]
    # Two SDK tests have an errorCode on a delivered message; no document does.
    assert strangers == (["errorCode"] if path.stem == "message-delivered__error_code" else [])


@pytest.mark.parametrize("path", UNKNOWN, ids=stem)
def test_a_payload_of_another_family_arrives_unknown_and_whole(path: Path) -> None:
    payload = elements(read(path))
    events = parsed(path)
    assert [type(event) for event in events] == [UnknownEvent] * len(payload)
    for event, sent in zip(events, payload, strict=True):
        assert isinstance(event, UnknownEvent)
        assert event.payload == sent
        assert dumped(event) == sent


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_main_payload_of_an_event_sets_every_field(event: type[Event]) -> None:
    wire = event.event_types()[0]
    sent = elements(read(PAYLOADS / f"{wire}.json"))[0]
    absent = []
    for path in fields_of(event):
        value: Any = sent
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            absent.append(".".join(path))
    assert absent == []


@pytest.mark.parametrize(
    ("event_type", "event"), [(event_type, event) for event in EVENTS for event_type in event.event_types()]
)
def test_every_value_of_a_discriminator_has_a_payload(event_type: str, event: type[Event]) -> None:
    stems = [path for path in KNOWN if path.stem.split("__")[0] == event.event_types()[0]]
    wires = {sent.get("eventType", sent.get("type")) for path in stems for sent in elements(read(path))}
    assert event_type in wires


@pytest.mark.parametrize("path", [path for path in KNOWN if path.stem.startswith("message-")], ids=stem)
def test_a_message_arrives_alike_in_an_array_and_bare(path: Path) -> None:
    in_array, alone = elements(read(path)), parsed(path)
    for sent, event in zip(in_array, alone, strict=True):
        assert list(parse(Delivery.of(json.dumps(sent).encode()), refuse)) == [event]
        assert list(parse(Delivery.of(json.dumps([sent]).encode()), refuse)) == [event]
