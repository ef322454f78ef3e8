from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Annotated, ClassVar

import pytest

from webhooks import UsageError
from webhooks.bxml import Document, Gather, Hangup, PlayAudio, SpeakSentence, Verb, parse
from webhooks.bxml._limits import Text
from webhooks.events import ConferenceCreatedEvent, InitiateEvent
from webhooks.rules import check


class Loud(SpeakSentence):
    """A verb with a default of the user's."""

    def __init__(self, *parts: str) -> None:
        super().__init__(*parts, voice="julie")


class Goodbye(Hangup):
    pass


class Bounce(Gather):
    """An attribute that Bandwidth may have tomorrow."""

    bounce: Annotated[str | None, Text(5)] = None


def test_a_subclass_is_written_as_the_verb_that_it_is() -> None:
    body = Document(Loud("Hello."), Gather(Loud("Press 1."), gather_url="/menu")).to_bytes()
    assert parse(body) == Document(
        SpeakSentence("Hello.", voice="julie"), Gather(SpeakSentence("Press 1.", voice="julie"), gather_url="/menu")
    )


def test_a_subclass_is_equal_to_what_is_read_back() -> None:
    assert parse(Document(Loud("Hello.")).to_bytes()) == Document(Loud("Hello."))
    assert hash(Loud("Hello.")) == hash(SpeakSentence("Hello.", voice="julie"))


def test_a_subclass_is_copied_and_pickled() -> None:
    loud = Loud("Hello.")
    assert copy.deepcopy(loud) is loud
    again = pickle.loads(pickle.dumps(loud))
    assert type(again) is Loud
    assert again == loud


def test_every_rule_holds_for_a_subclass() -> None:
    def codes(*verbs: Verb) -> list[str]:
        return [violation.code for violation in check(verbs, InitiateEvent)]

    assert codes(Loud("Hello."), Goodbye()) == []
    assert codes(Goodbye(), Loud("Hello.")) == ["dead-code"]
    assert check((Loud("Hello."),), ConferenceCreatedEvent) == []
    assert [one.code for one in check((Goodbye(),), ConferenceCreatedEvent)] == ["verb-not-allowed"]


def test_a_subclass_may_have_more_attributes() -> None:
    bounce = Bounce(PlayAudio("/a.wav"), tag="x", bounce="now")
    assert b'<Gather tag="x" bounce="now"><PlayAudio>' in Document(bounce).to_bytes()
    assert dataclasses.replace(bounce, bounce=None) == Bounce(PlayAudio("/a.wav"), tag="x")
    assert Bounce(tag="x") != Gather(tag="x")


def test_a_subclass_may_name_another_element() -> None:
    class Shout(SpeakSentence):
        element: ClassVar[str] = "Shout"

    assert b"<Shout>Hello.</Shout>" in Document(Shout("Hello.")).to_bytes()


def test_a_subclass_that_hides_a_field_is_refused_when_it_is_defined() -> None:
    with pytest.raises(UsageError, match="Quiet: voice is a field of SpeakSentence; give its value in __init__"):

        class Quiet(SpeakSentence):
            voice = "julie"  # type: ignore[assignment]
