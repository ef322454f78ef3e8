"""The models held to the fact table of webhook events, both ways. Skipped where the table is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fields import fields_of
from webhooks.events import EVENTS, CallEvent, ConferenceEvent, Event, NotificationEvent

FAMILIES = {
    "voice": "voice",
    "voice-media": "voice",
    "voice-transcription": "voice",
    "conference": "voice",
    "messaging-inbound": "messaging",
    "messaging-status": "messaging",
    "rbm": "messaging",
}
"""The families of the table that have models, and the family that their events have here."""

TWO_SOURCES = "the document of 2026 says text, one SDK's test data a number"
OTHER_KINDS = {
    "message.locationResponse.latitude": ({"string", "number"}, TWO_SOURCES),
    "message.locationResponse.longitude": ({"string", "number"}, TWO_SOURCES),
}
"""Fields that take more kinds than the table says, and why."""

Row = dict[str, Any]
every_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


@pytest.fixture(scope="module")
def rows(spec: Path) -> dict[str, Row]:
    """The rows of our families by the value of their discriminator."""
    with (spec / "events.yaml").open(encoding="utf-8") as file:
        table = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    found = [row for row in table["events"] if row["family"] in FAMILIES]
    assert len(found) == len({row["discriminator"]["value"] for row in found})
    return {row["discriminator"]["value"]: row for row in found}


def documented(row: Row) -> dict[str, Row]:
    fields = {field["name"]: field for field in row["fields"]}
    assert len(fields) == len(row["fields"])
    return fields


def modelled(event: type[Event]) -> dict[str, Any]:
    return {".".join(path): field for path, field in fields_of(event).items()}


def test_the_catalogue_has_exactly_the_events_of_the_table(rows: dict[str, Row]) -> None:
    assert {event.event_types()[0] for event in EVENTS} == set(rows)


@every_event
def test_an_event_has_the_family_the_discriminator_and_the_aliases_of_its_row(
    event: type[Event], rows: dict[str, Row]
) -> None:
    value, *aliases = event.event_types()
    row = rows[value]
    assert event.family == FAMILIES[row["family"]]
    assert event.model_fields["event_type"].alias == row["discriminator"]["field"]
    assert set(aliases) == {alias["value"] for alias in row["discriminator"]["aliases"]}


@every_event
def test_an_event_has_every_field_of_its_row_and_no_other(event: type[Event], rows: dict[str, Row]) -> None:
    names = set(documented(rows[event.event_types()[0]]))
    # `message.content.media.fileUrl` stands in the table without a row for `message.content.media`.
    above = {".".join(name.split(".")[:depth]) for name in names for depth in range(1, name.count(".") + 1)}
    assert set(modelled(event)) == names | above


@every_event
def test_the_fields_of_an_event_have_the_types_of_its_row(event: type[Event], rows: dict[str, Row]) -> None:
    fields = modelled(event)
    wrong = {
        name: (fields[name].kinds, field["type"])
        for name, field in documented(rows[event.event_types()[0]]).items()
        if fields[name].kinds != OTHER_KINDS.get(name, ({field["type"]}, ""))[0]
    }
    assert wrong == {}


@every_event
def test_the_times_of_an_event_are_those_of_its_row(event: type[Event], rows: dict[str, Row]) -> None:
    times = {name for name, field in documented(rows[event.event_types()[0]]).items() if _is_time(field)}
    assert {name for name, field in modelled(event).items() if field.is_time} == times


def _is_time(field: Row) -> bool:
    return field.get("format") == "date-time"


@every_event
def test_the_known_values_of_an_event_are_those_of_its_row(event: type[Event], rows: dict[str, Row]) -> None:
    row = documented(rows[event.event_types()[0]])
    values = {name: set(field["enum"]) for name, field in row.items() if "enum" in field}
    assert {name: set(field.known) for name, field in modelled(event).items() if field.known} == values


@every_event
def test_an_event_that_takes_bxml_is_a_call_or_conference_event(event: type[Event], rows: dict[str, Row]) -> None:
    row = rows[event.event_types()[0]]
    takes_bxml = row["delivery"]["reply"]["bxml_accepted"]
    kind = NotificationEvent if not takes_bxml else ConferenceEvent if row["family"] == "conference" else CallEvent
    assert [base for base in (CallEvent, ConferenceEvent, NotificationEvent) if issubclass(event, base)] == [kind]


@every_event
def test_what_an_event_requires_is_always_there(event: type[Event], rows: dict[str, Row]) -> None:
    row = documented(rows[event.event_types()[0]])
    required = [name for name, field in modelled(event).items() if field.required]
    assert {row[name]["presence"] for name in required} == {"always"}
    assert not any(row[name].get("nullable") for name in required)


def test_no_exception_is_stale(rows: dict[str, Row]) -> None:
    types = {field["name"]: field["type"] for row in rows.values() for field in row["fields"]}
    assert len(OTHER_KINDS) <= 10
    for name, (kinds, reason) in OTHER_KINDS.items():
        assert {types[name]} != kinds
        assert reason
