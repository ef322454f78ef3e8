from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.elements import EVERYTHING
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
    Ring,
    SipUri,
    SpeakSentence,
    StartGather,
    StartRecording,
    Tag,
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
    InitiateEvent,
    NotificationEvent,
    RedirectEvent,
    TransferAnswerEvent,
)
from webhooks.rules import ALLOWED, ENDS, NON_BLOCKING, RULES, check
from webhooks.testing import make

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
    [violation] = check([Pause(), last, SPEAK, SPEAK], GatherEvent)
    assert (violation.code, violation.severity) == ("dead-code", "warning")
    assert violation.sentence.startswith(f"SpeakSentence never runs: nothing does after {last.element}")
    assert not check([Pause(), last], GatherEvent)


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


def codes(verbs: Sequence[Verb], event: Event | type[Event]) -> list[str]:
    return [violation.code for violation in check(verbs, event)]


def redirected(**fields: object) -> RedirectEvent:
    return make(RedirectEvent, answer_time=None, direction="inbound", **fields)


@pytest.mark.parametrize("last", sorted(NON_BLOCKING, key=lambda verb: verb.element))
def test_every_verb_that_does_not_wait_ends_a_call_when_it_is_last(last: type[Verb]) -> None:
    [verb] = [one for one in EVERYTHING if type(one) is last]
    assert codes([SPEAK, verb], GatherEvent) == ["ends-at-once"]
    assert codes([verb, SPEAK], GatherEvent) == []
    assert codes([SPEAK, verb], TransferAnswerEvent) == []


def test_a_conference_goes_on_when_its_document_is_over() -> None:
    assert codes([StartRecording()], ConferenceCreatedEvent) == []


def test_gathers_that_lose_their_keys_are_told() -> None:
    assert codes([Gather(), Gather(gather_url="/a")], GatherEvent) == ["two-gathers"]
    assert codes([Gather(), SPEAK], GatherEvent) == []
    assert codes([Gather(gather_url="/a"), Gather(gather_url="/b")], GatherEvent) == ["dead-code"]


@pytest.mark.parametrize(
    ("verbs", "code", "position"),
    [
        ([SPEAK, TRANSFER], "verb-not-allowed", 1),
        ([SPEAK, Gather(gather_url="/a"), SPEAK, SPEAK], "dead-code", 2),
        ([SPEAK, StartGather(dtmf_url="/a"), Gather(), SPEAK, Gather()], "two-gathers", 2),
        ([SPEAK, StartGather(dtmf_url="/a")], "ends-at-once", 1),
        ([SPEAK, StartGather(dtmf_url="/a"), Forward(to="+12")], "forward-with-start-gather", 1),
        ([SPEAK, Forward(to="+12")], "forward-answered", 1),
        ([SPEAK, Ring(), SPEAK], "ring-answered", 1),
        ([SPEAK, Refer(SipUri("sip:a"))], "refer-not-sip", 1),
    ],
)
def test_a_violation_names_the_verb_that_it_is_about(verbs: list[Verb], code: str, position: int) -> None:
    event: Event = make(TransferAnswerEvent) if code == "verb-not-allowed" else make(GatherEvent)
    assert (code, position) in [(found.code, found.position) for found in check(verbs, event)]


def test_forward_is_for_an_inbound_call_that_is_not_answered() -> None:
    forward = [Forward(to="+19195550100")]
    assert codes(forward, redirected()) == []
    assert codes(forward, make(InitiateEvent)) == []
    assert codes(forward, make(GatherEvent)) == ["forward-answered"]
    assert codes(forward, make(RedirectEvent, answer_time=None, direction="outbound")) == ["forward-answered"]
    assert codes(forward, GatherEvent) == []  # a class does not tell


@pytest.mark.parametrize("answering", [SPEAK, PlayAudio("https://a.example/b.wav"), Gather(), Record(), Ring()])
@pytest.mark.parametrize("event", [InitiateEvent, make(InitiateEvent), redirected()], ids=["class", "first", "later"])
def test_forward_is_for_a_call_that_no_verb_before_it_has_answered(answering: Verb, event: Any) -> None:
    forward = Forward(to="+19195550100")
    [found] = check([answering, forward], event)
    assert (found.code, found.position) == ("forward-answered", 1)
    assert found.sentence == f"Forward cannot run: {answering.element} answers the call before it"


def test_what_leaves_a_call_unanswered_may_stand_before_forward() -> None:
    verbs = [Ring(answer_call=False), Tag("a"), Pause(), Forward(to="+19195550100")]
    assert codes(verbs, make(InitiateEvent)) == []


def test_forward_does_not_go_with_start_gather() -> None:
    assert codes([StartGather(dtmf_url="/a"), Forward(to="+19195550100")], redirected()) == [
        "forward-with-start-gather"
    ]


def test_ring_is_for_a_call_that_is_not_answered() -> None:
    assert codes([Ring()], redirected()) == []
    assert codes([Ring()], make(GatherEvent)) == ["ring-answered"]


def test_refer_is_for_inbound_sip_calls() -> None:
    refer = [Refer(SipUri("sip:a@example.com"))]
    assert codes(refer, make(InitiateEvent, to="sip:b@example.com")) == []
    assert codes(refer, make(InitiateEvent)) == ["refer-not-sip"]
    assert codes(refer, redirected(from_=None)) == []
    assert codes(refer, make(RedirectEvent, to="sip:b@example.com", direction="outbound")) == ["refer-not-sip"]


def test_every_code_has_a_test_and_every_violation_a_code() -> None:
    source = Path(__file__).read_text()
    assert all(f'"{code}"' in source for code in RULES)
    assert {rule.severity for rule in RULES.values()} == {"error", "warning"}
