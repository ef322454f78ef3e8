from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webhooks import UsageError
from webhooks.bxml import ConferenceVerb, Document, Verb, parse
from webhooks.events import EVENTS, CallEvent, ConferenceEvent, DisconnectEvent, Event, GatherEvent
from webhooks.parsing import parse as parse_event
from webhooks.rules import check
from webhooks.testing import delivery
from webhooks.testing.strategies import documents, events

quick = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@quick
@given(st.sampled_from(EVENTS).flatmap(events))
def test_every_event_arrives_as_it_was_made(event: Event) -> None:
    (arrived,) = parse_event(delivery(event))
    assert type(arrived) is type(event)
    sent = json.loads(event.model_dump_json(by_alias=True, exclude_unset=True))
    assert json.loads(arrived.model_dump_json(by_alias=True, exclude_unset=True)) == sent


@quick
@given(documents())
def test_every_document_may_answer_a_call(document: Document[Verb]) -> None:
    assert parse(document.to_bytes()) == document
    assert not [one for one in check(document.verbs, GatherEvent) if one.severity == "error"]


@quick
@given(documents(ConferenceEvent))
def test_documents_of_conferences_hold_conference_verbs(document: Document[Verb]) -> None:
    assert all(isinstance(verb, ConferenceVerb) for verb in document)


def test_what_has_no_strategy_is_told() -> None:
    with pytest.raises(UsageError, match="CallEvent is no single event"):
        events(CallEvent)
    with pytest.raises(UsageError, match="DisconnectEvent takes no BXML"):
        documents(DisconnectEvent)
