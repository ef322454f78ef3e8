from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.documents import EVERYTHING
from webhooks.bxml import (
    ELEMENTS,
    Bridge,
    Conference,
    ConferenceVerb,
    Forward,
    Gather,
    Hangup,
    Pause,
    PhoneNumber,
    PlayAudio,
    Record,
    Redirect,
    Refer,
    SipUri,
    SpeakSentence,
    Transfer,
    Verb,
)
from webhooks.events import (
    EVENTS,
    CallEvent,
    ConferenceCreatedEvent,
    ConferenceEvent,
    Event,
    GatherEvent,
    NotificationEvent,
    TransferAnswerEvent,
)
from webhooks.rules import ALLOWED, ENDS, check

SPEAK = SpeakSentence("Hello.")
TRANSFER = Transfer(PhoneNumber("+19195550100"))


def test_every_event_that_takes_bxml_has_a_row_and_no_other() -> None:
    assert set(ALLOWED) == {event for event in EVENTS if issubclass(event, (CallEvent, ConferenceEvent))}


def test_conference_rows_are_the_conference_verbs() -> None:
    marked = {element for element in ELEMENTS.values() if issubclass(element, ConferenceVerb)}
    for event, row in ALLOWED.items():
        assert issubclass(event, CallEvent) or row.verbs == marked


def test_every_verb_may_answer_some_event() -> None:
    verbs = {element for element in ELEMENTS.values() if issubclass(element, Verb)}
    assert frozenset[type[Verb]]().union(*(row.verbs for row in ALLOWED.values())) == verbs


def test_every_row_has_its_source() -> None:
    assert all(row.source.startswith("voice/") for row in ALLOWED.values())


def test_the_table_is_bandwidths(spec: Path) -> None:
    table = yaml.load((spec / "events.yaml").read_text(), Loader=yaml.CSafeLoader)
    current = [event for event in table["events"] if event["generation"] == "v2"]
    documented = {event["discriminator"]["value"]: event["delivery"]["reply"] for event in current}
    for event, row in ALLOWED.items():
        reply = documented[event.event_types()[0]]
        names = set(reply["verbs_allowed"]) | set(reply.get("verbs_undetermined", ()))
        assert {verb.element for verb in row.verbs} == names & ELEMENTS.keys()


@pytest.mark.parametrize("event", [event for event in EVENTS if not issubclass(event, NotificationEvent)])
@pytest.mark.parametrize("verb", EVERYTHING, ids=lambda verb: verb.element)
def test_a_verb_outside_of_its_row_is_an_error(event: type[Event], verb: Verb) -> None:
    errors = [violation for violation in check([verb], event) if violation.severity == "error"]
    assert bool(errors) == (type(verb) not in ALLOWED[event].verbs)


def test_an_error_names_verb_event_and_what_is_allowed() -> None:
    [violation] = check([Gather()], ConferenceCreatedEvent)
    assert violation.code == "verb-not-allowed"
    assert violation.sentence == (
        "Gather may not answer conferenceCreated; allowed are PauseRecording, PlayAudio, ResumeRecording, "
        "SpeakSentence, StartRecording, StopRecording"
    )
    assert violation.page == "voice/bxml/conference"


@pytest.mark.parametrize("verb", [TRANSFER, Forward(to="+12"), Bridge("c-1"), Conference("room")])
def test_the_called_party_of_a_transfer_cannot_go_elsewhere(verb: Verb) -> None:
    assert [violation.code for violation in check([verb], TransferAnswerEvent)] == ["verb-not-allowed"]


@pytest.mark.parametrize(
    "last",
    [
        Hangup(),
        Redirect(redirect_url="/a"),
        Forward(to="+12"),
        Bridge("c-1", bridge_complete_url="/a"),
        Refer(SipUri("sip:a"), refer_complete_url="/a"),
        Gather(gather_url="/a"),
        Record(record_complete_url="/a"),
        Transfer(PhoneNumber("+19195550100"), transfer_complete_url="/a"),
    ],
)
def test_a_verb_after_the_last_that_runs_is_dead_code(last: Verb) -> None:
    [violation] = check([SPEAK, last, SPEAK, SPEAK], GatherEvent)
    assert (violation.code, violation.severity) == ("dead-code", "warning")
    assert violation.sentence.startswith(f"SpeakSentence never runs: nothing does after {last.element}")
    assert not check([SPEAK, last], GatherEvent)


@pytest.mark.parametrize(
    "verb",
    [
        SPEAK,
        Gather(),
        Record(),
        TRANSFER,
        Pause(),
        Bridge("c-1", bridge_target_complete_url="/a"),
        Refer(SipUri("sip:a")),
        Conference("room", conference_event_url="/a"),
        PlayAudio("/a"),
    ],
)
def test_a_verb_after_one_without_a_completion_url_runs(verb: Verb) -> None:
    assert not check([verb, SPEAK], GatherEvent)


def test_every_attribute_that_ends_a_document_exists() -> None:
    for verb, attribute in ENDS.items():
        assert attribute is None or attribute in {known.name for known in verb.attributes}
