from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import elements
from webhooks import BxmlError
from webhooks.bxml import MAX_BYTES, Document, Gather, SpeakSentence, Ssml, parse


def spoken(*parts: str | Ssml) -> str:
    """What stands between the tags."""
    body = Document(SpeakSentence(*parts)).to_bytes().decode()
    return body.split("<SpeakSentence>")[1].split("</SpeakSentence>")[0]


def test_markup_stands_between_texts() -> None:
    assert spoken("Wait ", Ssml("<break time='1s'/>"), " please.") == 'Wait <break time="1s"/> please.'


def test_markup_may_have_text_around_its_tags() -> None:
    sentence = SpeakSentence("a", Ssml("b <p>c</p>d<p>e</p> f"), "g")
    assert sentence == SpeakSentence("ab ", Ssml("<p>c</p>"), "d", Ssml("<p>e</p>"), " fg")
    assert sentence.parts == ("ab ", Ssml("<p>c</p>"), "d", Ssml("<p>e</p>"), " fg")
    assert parse(Document(sentence).to_bytes()) == Document(sentence)


def test_text_beside_markup_stays_text() -> None:
    assert spoken("<break/>", Ssml("<break/>"), "&lt;break/>") == "&lt;break/&gt;<break/>&amp;lt;break/&gt;"


def test_text_inside_of_markup_stays_text() -> None:
    assert spoken(Ssml("<p>&lt;break/> <![CDATA[<s/>]]></p>")) == "<p>&lt;break/&gt; &lt;s/&gt;</p>"
    assert spoken(Ssml("<sub alias='&quot;/>&lt;s>\n'>a</sub>")) == '<sub alias="&quot;/&gt;&lt;s&gt; ">a</sub>'


def test_markup_is_a_value() -> None:
    one, other = Ssml("<prosody rate='fast'  pitch='low'><!-- --></prosody>"), '<prosody pitch="low" rate="fast"/>'
    assert one == Ssml(other)
    assert one != Ssml("<prosody/>")
    assert one != other
    assert repr(one) == f"Ssml({other!r})"
    assert eval(repr(one)) == one


def test_every_tag_may_stand_in_every_other() -> None:
    source = "<p><s><lang xml:lang='de-DE'><emphasis><prosody><sub alias='x'><say-as>1</say-as></sub></prosody>"
    source += "</emphasis><phoneme ph='x'/><break/></lang></s></p>"
    assert parse(Document(SpeakSentence(Ssml(source))).to_bytes()) == Document(SpeakSentence(Ssml(source)))


@pytest.mark.parametrize(
    ("attribute", "good", "bad"),
    [
        ("break time", ["0s", "10s", "10.0s", "1.5s", ".5s", "0ms", "10000ms", "+1s"], ["10.1s", "11s", "10001ms"]),
        ("break time", [], ["1", "s", "1 s", "-1s", "1m", "", "\u0661s"]),
        ("break strength", ["none", "x-strong"], ["loud", ""]),
        ("emphasis level", ["strong", "reduced"], ["none"]),
        ("prosody pitch", ["x-low", "default", "+10%", "-5.5%"], ["10%", "+10", "lower"]),
        ("prosody rate", ["x-fast", "90%", "12.5%"], ["-10%", "+10%", "90", "default"]),
        ("prosody volume", ["silent", "+6dB", "-6.5dB"], ["6dB", "+6", "+6db"]),
        ("say-as interpret-as", ["telephone", "digits"], []),
        ("lang xml:lang", ["en-GB", "xx"], []),
    ],
)
def test_values_hold_at_their_edges(attribute: str, good: list[str], bad: list[str]) -> None:
    tag, _, name = attribute.partition(" ")
    for value in good:
        assert Ssml(f"<{tag} {name}='{value}'/>").markup == f'<{tag} {name}="{value}"/>'
    for value in bad:
        with pytest.raises(BxmlError, match=rf"Ssml: line 1: <{tag}>: {name} is a text of {len(value)} characters?,"):
            Ssml(f"<{tag} {name}='{value}'/>")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("<break>", "line 1: not well-formed XML: Opening and ending tag mismatch"),
        ("<p>\n\n<break</p>", "line 3: not well-formed XML"),
        ("</_><Transfer/><_>", "line 1: not well-formed XML"),
        ("\x00", "line 1: not well-formed XML"),
        ("<p>\ufffe</p>", "line 1: not well-formed XML"),
        ("<p a='\uffff'/>", "line 1: not well-formed XML"),
        ("&e;", "line 1: not well-formed XML"),
        ("<!DOCTYPE p [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><p>&e;</p>", "line 1: not well-formed XML"),
        ("<?xml version='1.0'?><p/>", "line 1: not well-formed XML"),
        ("<p>\n<brake/></p>", 'line 2: there is no <brake>. Did you mean "break"? (voice/bxml/speakSentence)'),
        ("<Hangup/>", "line 1: there is no <Hangup>"),
        ("<_/>", "line 1: there is no <_>"),
        ("<p>\n<s x='y'/></p>", "line 2: <s> has no attribute x"),
        ("<break tim='1s'/>", '<break> has no attribute tim. Did you mean "time"?'),
        ("<p xmlns='urn:x'/>", "there is no <{urn:x}p>"),
        ("<lang lang='de-DE'/>", 'has no attribute lang. Did you mean "xml:lang"?'),
        ("<say-as interpret-as='date'>1/2</say-as>", "line 1: <say-as> of a date needs its format"),
        ("", "there is nothing in it"),
        ("<!-- -->", "there is nothing in it"),
        ("\ud800", "half a character (a lone surrogate)"),
        ("x" * (MAX_BYTES + 1), "the markup has 65537 characters"),
        ("<p>\n" * 101 + "</p>" * 101, "line 1: tags stand more than 100 deep in each other"),
        (5, "the markup is of type int, expected text"),
        (b"<p/>", "the markup is of type bytes, expected text"),
    ],
)
def test_what_is_no_ssml_is_refused(source: Any, message: str) -> None:
    with pytest.raises(BxmlError) as error:
        Ssml(source)
    assert str(error.value).startswith("Ssml: ")
    assert message in str(error.value)


def test_an_error_does_not_repeat_what_may_be_a_callers_text() -> None:
    with pytest.raises(BxmlError) as error:
        Ssml("<break time='+19195550100'/>")
    assert "9195550100" not in str(error.value)


def test_there_must_be_something_to_say() -> None:
    for parts in [(), ("",), (" \n",), ("", " "), (Ssml(" "),), (Ssml(" "), "\t")]:
        with pytest.raises(BxmlError, match="there is nothing to say"):
            SpeakSentence(*parts)
    assert SpeakSentence(Ssml("<break/>")).parts == (Ssml("<break/>"),)
    assert SpeakSentence(" ", Ssml("<break/>"), "").parts == (" ", Ssml("<break/>"))


def test_text_for_people_has_no_blanks_that_would_be_spoken() -> None:
    document = Document(SpeakSentence(Ssml("<p>a</p><p><s>b</s><s>c</s></p>")))
    assert str(document) == (
        "<Response>\n  <SpeakSentence><p>a</p><p><s>b</s><s>c</s></p></SpeakSentence>\n</Response>"
    )


def test_the_deepest_markup_can_be_read_where_it_ends_up() -> None:
    document = Document(Gather(SpeakSentence(Ssml("<p>" * 100 + "</p>" * 100))))
    assert parse(document.to_bytes()) == document


@pytest.mark.parametrize("source", ["<p>" * 21000, "<p>" * 300 + "</p>" * 300, "<!--" * 16000, "&#60;" * 13000])
def test_no_markup_takes_long(source: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(BxmlError):
        Ssml(source)
    assert time.monotonic() - started < 1


@given(elements.markup)
def test_what_is_written_is_read_back_equal(source: str) -> None:
    made = Ssml(f"<p>{source}</p>")
    assert Ssml(made.markup) == made
    assert Ssml(made.markup).markup == made.markup


@given(st.text(max_size=100) | st.text("<>/&;#! psbreak=\"'-[]?x", max_size=60))
def test_any_text_is_ssml_or_a_bxml_error(source: str) -> None:
    try:
        made = Ssml(source)
    except BxmlError:
        return
    assert Ssml(made.markup) == made
