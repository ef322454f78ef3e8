from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import Any

import pytest
from bandwidth.models import bxml as sdk
from hypothesis import given

from tests.apps import answer, app, conference, payload
from tests.elements import EVERYTHING, MARKED, NEW_ATTRIBUTES, elements, spoken
from webhooks import BxmlError
from webhooks.bxml import Document, Element, Foreign, Hangup, SendDtmf, SpeakSentence, Verb, parse
from webhooks.bxml.foreign import document_of, is_foreign
from webhooks.events import ConferenceCreatedEvent, GatherEvent

VERBS = [verb for verb in EVERYTHING if verb is not MARKED]


def parameters(element: str) -> dict[str, str]:
    """By the wire name of an attribute, or "" for what stands between the tags, how the package's class calls it."""
    made: Any = getattr(sdk, element)
    # Lists, since some are children; as text, since Pause keeps its duration so.
    marks = {str([name]): name for name in inspect.signature(made).parameters}
    attributes = made(**{name: [name] for name in marks.values()})._attributes or {}
    found = {wire: marks.pop(str(value)) for wire, value in attributes.items()}
    assert len(marks) <= 1
    return found | dict.fromkeys([""] * len(marks), "".join(marks.values()))


def to_sdk(element: Element) -> Any:
    """What somebody would write with the package to say the same."""
    names = parameters(element.element)
    given = {names[one.wire]: getattr(element, one.name) for one in element.attributes}
    if "" in names:
        parts = [to_sdk(part) if isinstance(part, Element) else part for part in element.content()]
        alone = element.text or element.element == "Refer"
        given[names[""]] = parts[0] if alone else parts
    return getattr(sdk, element.element)(**given)


def test_the_package_has_every_verb() -> None:
    classes = {name for name, one in vars(sdk).items() if inspect.isclass(one)}
    assert classes >= {verb.element for verb in VERBS}


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.element)
def test_every_verb_of_the_package_with_every_attribute_says_the_same(verb: Verb) -> None:
    for made in (to_sdk(verb), sdk.Response([to_sdk(verb)]), sdk.Bxml([to_sdk(verb)])):
        document = document_of(made)
        assert document == Document(verb)
        assert parse(document.to_bytes()) == Document(verb)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.element)
def test_an_attribute_that_the_package_has_is_one_of_ours(verb: Verb) -> None:
    assert parameters(verb.element).keys() - {""} <= {one.wire for one in verb.attributes}


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb.element in NEW_ATTRIBUTES], ids=lambda verb: verb.element
)
def test_what_no_page_documents_is_from_the_package(verb: Verb) -> None:
    assert parameters(verb.element).keys() >= NEW_ATTRIBUTES[verb.element]


def test_an_attribute_that_only_the_package_has_is_refused_by_its_name() -> None:
    class Hangup(sdk.Hangup):
        """One of a later package."""

        _attributes = {"reason": "x"}

    with pytest.raises(BxmlError, match=r"^bandwidth-sdk, verb 1: <Hangup> has no attribute reason"):
        document_of(Hangup())


@given(spoken)
def test_no_text_that_came_through_the_package_becomes_an_element(text: str) -> None:
    document = document_of(sdk.Response([sdk.SpeakSentence(text), sdk.Tag(text[:50])]))
    assert elements(document) == ["SpeakSentence", "Tag"]
    assert parse(document.to_bytes()) == document
    assert document.verbs[0] == SpeakSentence(text)


def test_ssml_in_a_text_of_the_package_is_text() -> None:
    document = document_of(sdk.SpeakSentence("Wait <break time='1s'/> here"))
    assert document == Document(SpeakSentence("Wait <break time='1s'/> here"))
    assert b"&lt;break" in document.to_bytes()


class Spoken(str):
    def __str__(self) -> str:
        return "another"


def test_text_is_what_it_holds_and_not_what_it_says_of_itself() -> None:
    assert document_of(sdk.SpeakSentence(Spoken("red"))) == Document(SpeakSentence("red"))


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (
            sdk.Response([sdk.Hangup(), sdk.Gather(max_digits=99)]),
            "verb 2: <Gather>: maxDigits is 99, expected a whole",
        ),
        (sdk.Gather([sdk.SpeakSentence("a", gender="x")]), "verb 1: <SpeakSentence>: gender is a text of 1 character,"),
        (sdk.Gather(gather_url=print), "<Gather>: gatherUrl is of type builtin_function_or_method, expected text"),
        (sdk.SpeakSentence("a\x00"), "<SpeakSentence>: its text holds U+0000 at position 1, which XML cannot carry"),
        (
            sdk.Response([SpeakSentence("a")]),
            "<Response> holds something of type SpeakSentence, expected its own verbs",
        ),
        (sdk.PhoneNumber("+19195550100"), "verb 1: <PhoneNumber> may not stand in <Response>, which takes verbs."),
        (sdk.Transfer([]), "verb 1: Transfer: 0 destinations, expected 1 to 8 PhoneNumber or SipUri"),
        (sdk.Verb("Response", "Hello"), "verb 0: <Response> takes verbs, neither attributes nor text."),
        (sdk.Redirect(None), "verb 1: <Redirect> lacks redirectUrl."),
        (sdk.Verb("Gahter"), 'verb 1: <Gahter> is no element of BXML. Did you mean "Gather"?'),
        (sdk.Pause(duration=1e-7), "verb 1: <Pause>: duration is a text of 5 characters, expected a number"),
    ],
)
def test_what_is_wrong_is_told_with_verb_and_attribute(made: Any, told: str) -> None:
    with pytest.raises(BxmlError) as error:
        document_of(made)
    assert told in str(error.value)


def test_a_number_between_the_tags_is_read_as_its_digits() -> None:
    assert document_of(sdk.SendDtmf(0)) == Document(SendDtmf("0"))


def test_an_empty_response_is_an_empty_document() -> None:
    assert document_of(sdk.Response()) == Document()


@pytest.mark.parametrize("value", [None, "<Hangup/>", {}, object(), Hangup(), Document()])
def test_nothing_else_is_taken_for_an_object_of_the_package(value: object) -> None:
    assert not is_foreign(value)


async def sent(result: Callable[[], Any], *, event: Any = GatherEvent, body: Any = None) -> Any:
    hooks = app()

    @hooks.on(event)
    async def handler(call: Any) -> Any:
        return result()

    return await answer(hooks, body or payload("gather"))


@pytest.mark.parametrize(
    "result",
    [
        lambda: sdk.Response([sdk.SpeakSentence("a"), sdk.Hangup()]),
        lambda: [sdk.SpeakSentence("a"), Hangup()],
        lambda: parse("<Response><SpeakSentence>a</SpeakSentence><Hangup/></Response>"),
    ],
)
async def test_a_handler_may_return_it(result: Callable[[], Foreign]) -> None:
    reply = await sent(result)
    assert parse(reply.body) == Document(SpeakSentence("a"), Hangup())


async def test_rules_hold_for_it() -> None:
    reply = await sent(sdk.Hangup, event=ConferenceCreatedEvent, body=conference("conferenceCreated"))
    assert reply.status == 500


async def test_no_value_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reply = await sent(lambda: sdk.Response([sdk.Gather(max_digits=4111), sdk.Bridge("4111 4111", tag="4" * 300)]))
    assert reply.status == 500
    assert "verb 1 bad-value maxDigits, verb 2 bad-value tag, verb 2 bad-value." in caplog.text
    assert "4111" not in caplog.text
