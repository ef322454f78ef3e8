from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command, in_a_line
from webhooks.events import EVENTS


def test_all_events_are_listed_in_eighty_columns(command: Command) -> None:
    lines = command("events").output.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Call events, answered with BXML" in lines
    assert "Conference events, answered with conference BXML" in lines
    assert "Notification events, answered with nothing" in lines
    words = {word for line in lines for word in line.split()}
    assert {name for event in EVENTS for name in (event.__name__, event.event_types()[0])} <= words


def test_events_can_be_had_as_json_and_as_markdown(command: Command) -> None:
    rows = json.loads(command("events", "--json").output)
    assert [row["class"] for row in rows] == [event.__name__ for event in EVENTS]
    assert rows[0] == {
        "event_type": "initiate",
        "aliases": [],
        "class": "InitiateEvent",
        "kind": "call",
        "family": "voice",
        "answered_with": "BXML",
    }
    lines = command("events", "--markdown").output.splitlines()
    assert len(lines) == len(EVENTS) + 2
    assert lines[1] == "| --- | --- | --- | --- | --- |"
    assert "| conferenceCreated | ConferenceCreatedEvent | conference | voice | conference BXML |" in lines


@pytest.mark.parametrize("name", ["recordComplete", "RecordCompleteEvent", "recordingComplete", "recordcomplete"])
def test_an_event_is_shown_by_any_of_its_names(name: str, command: Command) -> None:
    output = command("events", name).output
    assert max(map(len, output.splitlines())) <= 80
    assert "RecordCompleteEvent: call event, voice, answered with BXML" in output
    assert 'Also seen as: "recordingComplete", "recording"' in output
    assert "documented: mp3, wav" in " ".join(output.split())
    assert "callId" in output


def test_the_objects_of_an_event_have_tables_of_their_own(command: Command) -> None:
    output = command("events", "message-received").output
    assert "In message\n" in output
    assert "In message.content.media\n" in output
    assert "Also seen as" not in output
    assert "array of strings" in output


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_can_be_shown(event: type[object], command: Command) -> None:
    result = command("events", event.__name__)
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80


def test_the_fields_of_an_event_can_be_had_as_json_and_as_markdown(command: Command) -> None:
    facts = json.loads(command("events", "gather", "--json").output)
    fields = {field["wire_name"]: field for field in facts["fields"]}
    assert facts["class"] == "GatherEvent"
    assert fields["direction"]["documented_values"] == ["inbound", "outbound"]
    assert fields["callId"] == fields["callId"] | {"name": "call_id", "types": ["string"], "required": True}
    nested = json.loads(command("events", "message-failed", "--json").output)["fields"]
    assert "message.segmentCount" in [field["wire_name"] for field in nested]
    assert "| `from` | `from_` | string | no |" in command("events", "gather", "--markdown").output


def test_a_wrong_event_is_told_with_the_right_one(command: Command) -> None:
    result = command("events", "gathr")
    assert result.exit_code == 2
    assert 'there is no event "gathr". Did you mean "gather"?' in in_a_line(result.stderr)
    assert command("events", "--json", "--markdown").exit_code == 2
