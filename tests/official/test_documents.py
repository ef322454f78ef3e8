"""Documents that Bandwidth published: read, checked, written again. Skipped where they are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.elements import canonical
from webhooks import BxmlError
from webhooks.bxml import ELEMENTS, ConferenceVerb, Document, Verb, parse
from webhooks.events import ConferenceCreatedEvent, Event, InitiateEvent
from webhooks.rules import check

ORIGINS = ("api-docs__*.xml", "python-sdk-yml__*.xml")
ROOTS = ("Response", "Bxml")
EXCEPTIONS = {
    "api-docs__guide-recording__3.xml": (re.compile(rb"//Note: [^\n]*"), "a note to the reader stands between verbs"),
}
"""Documents that are no BXML as they stand: what is taken out of them, and why."""


@pytest.fixture(scope="module")
def documents(spec: Path) -> dict[str, bytes]:
    """The documents for the current API, by the name of their file."""
    files = [path for origin in ORIGINS for path in sorted((spec / "samples_bxml").glob(origin))]
    bodies = {path.name: path.read_bytes() for path in files}
    for name, (unwanted, _) in EXCEPTIONS.items():
        bodies[name] = unwanted.sub(b"", bodies[name])
    return {name: body for name, body in bodies.items() if etree.fromstring(body).tag in ROOTS}


def errors(document: Document[Verb], event: type[Event]) -> list[str]:
    return [violation.sentence for violation in check(document.verbs, event) if violation.severity == "error"]


def test_there_are_documents_of_nearly_all_verbs(documents: dict[str, bytes]) -> None:
    found = {node.tag for body in documents.values() for node in etree.fromstring(body).iter(*ELEMENTS)}
    assert len(documents) >= 59
    # Three are newer than the documents, one stands in no published document.
    assert ELEMENTS.keys() - found == {"Connect", "Endpoint", "Refer", "SipUri"}


def test_a_published_document_is_read_and_written_again(documents: dict[str, bytes]) -> None:
    for name, body in documents.items():
        document = parse(body)
        assert canonical(document.to_bytes()) == canonical(body), name
        assert parse(document.to_bytes()) == document, name
        assert parse(str(document)) == document, name


def test_a_published_document_breaks_no_rule(documents: dict[str, bytes]) -> None:
    conference = 0
    for name, body in documents.items():
        document = parse(body)
        assert errors(document, InitiateEvent) == [], name
        if all(isinstance(verb, ConferenceVerb) for verb in document):
            assert errors(document, ConferenceCreatedEvent) == [], name
            conference += 1
    assert conference >= 15


def test_no_exception_is_stale(spec: Path) -> None:
    for name, (_, reason) in EXCEPTIONS.items():
        with pytest.raises(BxmlError, match="line 3: text after <StartRecording>"):
            parse((spec / "samples_bxml" / name).read_bytes())
        assert reason
