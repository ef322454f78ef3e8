"""For each rule a document that keeps it and one that breaks it, so that no rule is there without being met."""

from __future__ import annotations

import pytest

from webhooks.bxml import parse
from webhooks.events import (
    ConferenceCreatedEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    RedirectEvent,
    TransferAnswerEvent,
)
from webhooks.rules import ALLOWED, RULES, check
from webhooks.testing import make

SPEAK = "<SpeakSentence>Hello.</SpeakSentence>"
REFER = "<Refer><SipUri>sip:desk@example.com</SipUri></Refer>"
FORWARD = '<Forward to="+19195550100"/>'

PAIRS: dict[str, tuple[Event, str, Event, str]] = {
    "verb-not-allowed": (make(ConferenceCreatedEvent), SPEAK, make(ConferenceCreatedEvent), "<Hangup/>"),
    "forward-answered": (make(InitiateEvent), FORWARD, make(GatherEvent), FORWARD),
    "forward-with-start-gather": (
        make(InitiateEvent),
        FORWARD,
        make(InitiateEvent),
        f'<StartGather dtmfUrl="/key"/>{FORWARD}',
    ),
    "dead-code": (
        make(GatherEvent),
        f"<Gather/>{SPEAK}",
        make(GatherEvent),
        f'<Gather gatherUrl="/menu"/>{SPEAK}',
    ),
    "ends-at-once": (
        make(GatherEvent),
        f"<StartRecording/>{SPEAK}",
        make(GatherEvent),
        f"{SPEAK}<StartRecording/>",
    ),
    "two-gathers": (
        make(GatherEvent),
        '<Gather/><Redirect redirectUrl="/again"/>',
        make(GatherEvent),
        '<Gather/><Gather gatherUrl="/menu"/>',
    ),
    "ring-answered": (make(InitiateEvent), "<Ring/>", make(GatherEvent), "<Ring/>"),
    "refer-not-sip": (
        make(InitiateEvent, to="sip:desk@example.com"),
        REFER,
        make(InitiateEvent, to="+19195550100", from_="+19195550101"),
        REFER,
    ),
}


def codes(verbs: str, event: Event) -> list[str]:
    return [found.code for found in check(parse(f"<Response>{verbs}</Response>").verbs, event)]


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_document_that_keeps_it_and_one_that_breaks_it(code: str) -> None:
    kept_by, keeps, broken_by, breaks = PAIRS[code]
    assert codes(keeps, kept_by) == []
    assert codes(breaks, broken_by) == [code]


def test_no_pair_is_for_a_rule_that_is_gone() -> None:
    assert PAIRS.keys() == RULES.keys()


@pytest.mark.parametrize("event", ALLOWED, ids=lambda event: event.__name__)
def test_every_row_of_the_table_has_a_document_that_keeps_it(event: type[Event]) -> None:
    assert codes(SPEAK, make(event)) == []
    called = [] if "Gather" in {verb.element for verb in ALLOWED[event].verbs} else ["verb-not-allowed"]
    assert codes("<Gather/>", make(event)) == called


def test_the_called_party_of_a_transfer_has_rules_of_its_own() -> None:
    assert codes("<Transfer><PhoneNumber>+19195550100</PhoneNumber></Transfer>", make(TransferAnswerEvent)) == [
        "verb-not-allowed"
    ]
    assert codes(REFER, make(RedirectEvent, to="sip:a@example.com", direction="inbound")) == []
