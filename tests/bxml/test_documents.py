from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from tests.elements import EVERYTHING, documents, elements
from webhooks import BxmlError
from webhooks.bxml import (
    ELEMENTS,
    MAX_BYTES,
    Document,
    Element,
    Gather,
    Hangup,
    PhoneNumber,
    SpeakSentence,
    Transfer,
    Verb,
    parse,
)


def names_in(body: bytes) -> list[str]:
    return [node.tag for node in etree.fromstring(body).iter() if node.tag != "Response"]


@given(documents)
def test_what_is_written_is_read_back_equal(document: Document[Verb]) -> None:
    assert parse(document.to_bytes()) == document


@given(documents)
def test_no_text_ever_becomes_an_element(document: Document[Verb]) -> None:
    assert names_in(document.to_bytes()) == elements(document)


@given(documents)
def test_the_text_for_people_says_the_same(document: Document[Verb]) -> None:
    assert parse(str(document)) == document


@pytest.mark.parametrize("verb", EVERYTHING, ids=lambda verb: verb.element)
def test_every_verb_with_every_attribute_comes_back(verb: Verb) -> None:
    assert parse(Document(verb).to_bytes()) == Document(verb)


def test_the_example_document_has_every_element_with_every_attribute_set() -> None:
    found: dict[str, Element] = {}

    def visit(element: Element) -> None:
        found[element.element] = element
        for part in element.content():
            if isinstance(part, Element):
                visit(part)

    for verb in EVERYTHING:
        visit(verb)
    assert found.keys() == ELEMENTS.keys()
    for element in found.values():
        assert all(getattr(element, attribute.name) is not None for attribute in element.attributes)


def test_a_document_is_what_bandwidth_documents() -> None:
    document = Document(SpeakSentence("Press 1."), Gather(SpeakSentence("Now."), gather_url="/menu", max_digits=1))
    assert document.to_bytes() == (
        b'<?xml version="1.0" encoding="UTF-8"?><Response><SpeakSentence>Press 1.</SpeakSentence>'
        b'<Gather gatherUrl="/menu" maxDigits="1"><SpeakSentence>Now.</SpeakSentence></Gather></Response>'
    )


def test_a_document_without_verbs_is_the_empty_response() -> None:
    assert Document().to_bytes().endswith(b"<Response/>")
    assert parse(Document().to_bytes()) == Document()
    assert str(Document()) == "<Response/>"


def test_a_document_is_a_value() -> None:
    assert Document(Hangup()) == Document(Hangup())
    assert Document(Hangup()) != Document()
    assert Document(Hangup()) != "Hangup"
    assert list(Document(Hangup())) == [Hangup()]
    assert len(Document(Hangup())) == 1
    assert repr(Document(Hangup())) == "Document(Hangup())"


def test_a_document_takes_verbs_only() -> None:
    wrong: list[tuple[Any, str]] = [
        ("Hello", "to speak it, write SpeakSentence"),
        ([Hangup()], r"Document\(\*verbs\)"),
        (PhoneNumber("+19195550100"), "of type PhoneNumber"),
        (None, "of type NoneType"),
    ]
    for value, message in wrong:
        with pytest.raises(BxmlError, match=message):
            Document(Hangup(), value)


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_carry_is_refused_with_its_place(character: str) -> None:
    with pytest.raises(BxmlError, match=rf"its text holds U\+{ord(character):04X} at position 2"):
        Document(SpeakSentence("ab" + character)).to_bytes()
    with pytest.raises(BxmlError, match=rf"Gather: tag holds U\+{ord(character):04X} at position 0"):
        Document(SpeakSentence("fine"), Gather(tag=character)).to_bytes()
    with pytest.raises(BxmlError, match="SpeakSentence: its text"):
        Document(Gather(SpeakSentence("fine"), SpeakSentence("x" + character))).to_bytes()


def test_a_document_may_have_64_kb_and_not_one_byte_more() -> None:
    frame = len(Document(SpeakSentence("x")).to_bytes()) - 1
    assert len(Document(SpeakSentence("x" * (MAX_BYTES - frame))).to_bytes()) == MAX_BYTES
    with pytest.raises(BxmlError, match="has 65537 bytes; Bandwidth takes 65536"):
        Document(SpeakSentence("x" * (MAX_BYTES - frame + 1))).to_bytes()


def menu(call: Any) -> None: ...


def test_a_handler_is_written_as_the_url_that_the_resolver_gives() -> None:
    asked: list[tuple[object, str]] = []

    def link(handler: Any, event_type: str) -> str:
        asked.append((handler, event_type))
        return "/root/menu?a=1&b=2"

    body = Document(Gather(gather_url=menu)).to_bytes(link)
    assert asked == [(menu, "gather")]
    assert b'gatherUrl="/root/menu?a=1&amp;b=2"' in body


def test_a_handler_in_a_document_that_no_app_sends_is_an_error_and_for_people_its_name() -> None:
    document = Document(Gather(gather_url=menu))
    with pytest.raises(BxmlError, match='the handler "menu" stands where the URL for "gather" belongs'):
        document.to_bytes()
    assert 'gatherUrl="menu"' in str(document)


def test_a_text_that_looks_like_the_place_of_a_handler_is_an_illegal_character() -> None:
    document = Document(SpeakSentence("a\0"), Gather(gather_url=menu))
    with pytest.raises(BxmlError, match=r"SpeakSentence: its text holds U\+0000 at position 1"):
        document.to_bytes(lambda handler, event_type: "/menu")


def test_the_handlers_of_children_stand_where_they_belong() -> None:
    leg = PhoneNumber("+19195550100", transfer_answer_url=menu, transfer_disconnect_url=print)
    transfer = Transfer(leg, leg, transfer_complete_url=test_a_document_is_a_value)
    body = Document(SpeakSentence("a"), transfer).to_bytes(lambda handler, event_type: f"/{event_type}")
    written = [node.attrib for node in etree.fromstring(body).iter() if node.attrib]
    assert written == [
        {"transferCompleteUrl": "/transferComplete"},
        *[{"transferAnswerUrl": "/transferAnswer", "transferDisconnectUrl": "/transferDisconnect"}] * 2,
    ]


def test_a_url_with_an_illegal_character_from_the_resolver_is_refused() -> None:
    with pytest.raises(BxmlError, match="a URL that a handler stands for holds a character, which XML cannot carry"):
        Document(Gather(gather_url=menu)).to_bytes(lambda handler, event_type: "/\x01")
