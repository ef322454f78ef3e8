"""The simulator held to the fact tables: published documents are played. Skipped where the tables are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.official.test_documents import documents as documents  # noqa: PLC0414 - a fixture
from webhooks import AllowAll, Reply, Webhooks
from webhooks.bxml import Element
from webhooks.events import AnswerEvent, Event, InitiateEvent
from webhooks.simulator import Call, Phone

Row = dict[str, Any]


@pytest.fixture(scope="module")
def verbs(spec: Path) -> dict[str, Row]:
    with (spec / "verbs.yaml").open(encoding="utf-8") as file:
        table = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {row["element"]: row for row in table["verbs_v2"]}


@pytest.fixture(scope="module")
def fields(spec: Path) -> dict[str, dict[str, str]]:
    """How often each field of an event comes, by event type."""
    with (spec / "events.yaml").open(encoding="utf-8") as file:
        table = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    v2 = [row for row in table["events"] if row["generation"] == "v2"]
    return {
        row["discriminator"]["value"]: {one["name"]: one.get("presence", "") for one in row["fields"]} for row in v2
    }


async def play(phone: Phone, document: bytes, *, answered: bool) -> Call:
    """One call that gets this document first and nothing to do after it; keys, words and time come by."""
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(InitiateEvent | AnswerEvent)
    async def first(call: InitiateEvent | AnswerEvent) -> Reply:
        return Reply(200, document, "application/xml")

    call = await (phone.call_out(hooks, tag="t") if answered else phone.dial(hooks))
    for step in (lambda: call.press("1#"), lambda: call.speak("Hello."), lambda: call.wait(90), call.hang_up):
        if not call.ended:
            await step()
    await phone.wait(30)
    return call


def triggers(elements: list[Element], verbs: dict[str, Row]) -> Iterator[str]:
    """The events that a document's verbs lead to, by the table."""
    for element in elements:
        for trigger in verbs[element.element].get("triggers") or []:
            yield from trigger["event"].split(" or ")
        yield from triggers([part for part in element.content() if isinstance(part, Element)], verbs)


def told(phone: Phone) -> list[Event]:
    return [event for call in phone.calls for event in call.events]


async def test_published_documents_lead_to_the_documented_events(
    documents: dict[str, bytes], verbs: dict[str, Row], fields: dict[str, dict[str, str]]
) -> None:
    played = 0
    for name, document in documents.items():
        phone = Phone()
        call = await play(phone, document, answered=b"<Forward" not in document)
        if call.cause == "callback-error":  # it has absolute URLs of the documentation
            assert "nobody answers" in str(phone.timeline), name
        assert call.cause != "invalid-bxml", (name, str(call.timeline))
        allowed = {"initiate", "answer", "disconnect", *triggers(list[Any](call.verbs), verbs)}
        types = [event.event_types()[0] for event in told(phone)]
        assert set(types) <= allowed, (name, set(types) - allowed)
        assert types[0] in ("initiate", "answer"), name
        for event in told(phone):
            complete(event, fields[event.event_types()[0]])
        played += 1
    assert played >= 59


# What the tables say is always there, and is not, with the reason.
ABSENT = {
    ("disconnect", "answerTime"): "of a call that was never answered",
    ("redirect", "answerTime"): "of a call that was not answered yet",
}


def complete(event: Event, documented: dict[str, str]) -> None:
    """An event has every field that always comes, and none that is not documented."""
    payload = json.loads(event.model_dump_json(by_alias=True, exclude_unset=True))
    event_type = event.event_types()[0]
    names = set(flat(payload))
    assert names <= documented.keys(), (event_type, names - documented.keys())
    always = {name for name, presence in documented.items() if presence == "always" and "." not in name}
    missing = always - payload.keys() - {name for kind, name in ABSENT if kind == event_type}
    assert not missing, (event_type, missing)


def flat(payload: dict[str, Any]) -> Iterator[str]:
    for name, value in payload.items():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in flat(value))


async def test_every_event_of_the_scenarios_verbs_has_its_fields(fields: dict[str, dict[str, str]]) -> None:
    """The events that no published document leads to."""
    from tests.scenarios import test_appointment_texts, test_conference_call_centre, test_rich_messages, test_sip_refer

    seen: set[str] = set()
    for module in (test_appointment_texts, test_conference_call_centre, test_rich_messages, test_sip_refer):
        for name, story in vars(module).items():
            if name.startswith("test_"):
                phone = Phone()
                await story(phone)
                rooms = phone._platform.rooms
                in_rooms = [event for room in rooms for event in room.told]
                events = [*told(phone), *in_rooms]
                for event in events:
                    complete(event, fields[event.event_types()[0]])
                    seen.add(type(event).__name__)
    assert seen >= {"ConferenceMemberExitEvent", "ConferenceCompletedEvent", "ReferCompleteEvent"}, seen
