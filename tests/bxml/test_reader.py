from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.elements import documents
from webhooks import BxmlError
from webhooks.bxml import (
    MAX_BYTES,
    Bridge,
    Document,
    Gather,
    Hangup,
    Pause,
    PlayAudio,
    Record,
    SpeakSentence,
    Ssml,
    Tag,
    Verb,
    parse,
)
from webhooks.bxml._builder import MISTAKES
from webhooks.bxml._places import Place
from webhooks.bxml.reader import read


def test_white_space_comments_and_instructions_between_verbs_mean_nothing() -> None:
    text = "<?xml version='1.0'?>\n<!-- a --><Response>\n  <!-- b --><?c d?>\n  <Hangup/>\n</Response>\n<!-- e -->"
    assert parse(text) == Document(Hangup())


def test_bytes_may_begin_with_a_byte_order_mark() -> None:
    assert parse(b"\xef\xbb\xbf<Response><Hangup/></Response>") == Document(Hangup())


def test_the_root_of_a_rest_update_is_read_too() -> None:
    assert parse("<Bxml><Hangup/></Bxml>") == Document(Hangup())


def test_sections_and_references_are_text() -> None:
    text = "<Response><SpeakSentence>a &lt;b&gt; <![CDATA[<c>]]> &#x41;</SpeakSentence></Response>"
    assert parse(text) == Document(SpeakSentence("a <b> <c> A"))


def test_white_space_around_a_url_means_nothing_and_in_speech_it_stays() -> None:
    text = "<Response><PlayAudio>\n  /a.wav\n</PlayAudio><SpeakSentence> a </SpeakSentence></Response>"
    assert parse(text) == Document(PlayAudio("/a.wav"), SpeakSentence(" a "))


def test_a_tag_or_a_call_id_is_read_without_the_blanks_around_it() -> None:
    text = "<Response><Bridge>\n  c-1\n</Bridge><Tag> a b </Tag><Tag> </Tag><Tag/></Response>"
    assert parse(text) == Document(Bridge("c-1"), Tag("a b"), Tag(), Tag(""))


def test_markup_in_speech_is_read_in_its_place() -> None:
    text = "<Response><SpeakSentence><p>a</p> b<!-- c --> d <s/><s/></SpeakSentence></Response>"
    sentence = SpeakSentence(Ssml("<p>a</p>"), " b d ", Ssml("<s/>"), Ssml("<s/>"))
    assert parse(text) == Document(sentence)


def test_all_that_is_wrong_is_told_line_by_line() -> None:
    text = """<Response a="b">
        <Gahter/>
        <Gather maxDigit="1" maxDigits="x">
            <SpeakSentence voice="julie" gendre="male">a<brake/><s x=""/></SpeakSentence>
            <Hangup/>
        </Gather> text
        <Gather maxDigits="51"/>
        <PlayAudio><b/><i/></PlayAudio>
    </Response>"""
    with pytest.raises(BxmlError) as error:
        parse(text)
    assert [line.split(".")[0] for line in str(error.value).splitlines()] == [
        "line 1: <Response> takes verbs, neither attributes nor text",
        "line 2: <Gahter> is no element of BXML",
        "line 3: <Gather> has no attribute maxDigit",
        "line 3: <Gather>: maxDigits is a text of 1 character, expected a whole number from 1 to 50",
        "line 4: <SpeakSentence> has no attribute gendre",
        "line 4: there is no <brake>",
        "line 4: <s> has no attribute x",
        "line 5: <Hangup> may not stand in <Gather>, which takes SpeakSentence or PlayAudio",
        "line 3: text after <Gather> stands where only verbs may",
        "line 7: <Gather>: maxDigits is 51, expected a whole number from 1 to 50",
        "line 8: <PlayAudio> holds a text of 0 characters, expected a URL without spaces, http(s) or relative",
        "line 8: <PlayAudio> takes text only, not <b>",
        "line 8: <PlayAudio> takes text only, not <i>",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<Say/>\n" * 9000,
        "<Gather>" + "<Say/>\n" * 9000 + "</Gather>",
        "<SpeakSentence>" + "<say/>\n" * 9000 + "</SpeakSentence>",
        "<PlayAudio>" + "<b/>\n" * 9000 + "</PlayAudio>",
        "<Gather " + "".join(f"gather{number}=''\n" for number in range(4000)) + "/>",
    ],
)
def test_about_twenty_problems_are_told_and_none_takes_long(text: str) -> None:
    started = time.process_time()
    with pytest.raises(BxmlError) as error:
        parse(f"<Response>{text}</Response>")
    assert time.process_time() - started < 2.0
    told = str(error.value).splitlines()
    assert len(told) == 21
    assert told[-1] == "There may be more."


def test_nineteen_problems_are_told_without_a_doubt() -> None:
    with pytest.raises(BxmlError) as error:
        parse("<Response>" + "<Say/>\n" * 19 + "</Response>")
    assert len(str(error.value).splitlines()) == 19
    assert "more" not in str(error.value)


def test_attributes_become_what_they_are() -> None:
    text = '<Response><Gather maxDigits="3" interDigitTimeout="2.5" tag="1"/><Record transcribe="false"/></Response>'
    assert parse(text) == Document(Gather(max_digits=3, inter_digit_timeout=2.5, tag="1"), Record(transcribe=False))
    assert isinstance(parse('<Response><Pause duration="3"/></Response>').verbs[0], Pause)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: not well-formed XML"),
        ("<Response>\n<Hangup></Response>", "line 2: not well-formed XML"),
        ("<Answer/>", "line 1: the root is <Answer>, expected <Response>"),
        ('<Response a="b"/>', "takes verbs, neither attributes nor text"),
        ("<Response>Hello</Response>", "takes verbs, neither attributes nor text"),
        ("<Response><Hangup/>Hello</Response>", "line 1: text after <Hangup> stands where only verbs may"),
        ("<Response>\n\n<Gahter/></Response>", 'line 3: <Gahter> is no element of BXML. Did you mean "Gather"?'),
        (
            "<Response>\n<Gather maxDigit='1'/></Response>",
            'line 2: <Gather> has no attribute maxDigit. Did you mean "max',
        ),
        ("<Response>\n<Gather maxDigits='99'/></Response>", "line 2: <Gather>: maxDigits is 99, expected"),
        ("<Response><Gather maxDigits='many'/></Response>", "line 1: <Gather>: maxDigits is a text of 4 characters"),
        ("<Response><Pause duration='1e3'/></Response>", "duration is a text of 3 characters, expected a number"),
        ("<Response><Gather maxDigits='1_0'/></Response>", "maxDigits is a text of 3 characters"),
        ("<Response><Record transcribe='True'/></Response>", "transcribe is a text of 4 characters, expected True or"),
        ("<Response><Redirect/></Response>", "line 1: <Redirect> lacks redirectUrl."),
        (
            "<Response><StreamParam/></Response>",
            "line 1: <StreamParam> may not stand in <Response>, which takes verbs.",
        ),
        ("<Response><Refer/></Response>", "line 1: Refer: 0 targets, expected 1 SipUri"),
        (
            "<Response><Refer>\n<SipUri>sip:a</SipUri><SipUri>sip:a</SipUri></Refer></Response>",
            "line 1: Refer: 2 targets, expected 1 SipUri",
        ),
        ("<Response><SpeakSentence>\n<Transfer/></SpeakSentence></Response>", "^line 2: there is no <Transfer>"),
        ("<Response><SpeakSentence><s x='y'/></SpeakSentence></Response>", "^line 1: <s> has no attribute x."),
        ("<Response><break/></Response>", "<break> is no element of BXML"),
        ("<Response><Conference/></Response>", "<Conference> holds a text of 0 characters, expected a name"),
        (
            "<Response><StartStream>\n<StreamParam/></StartStream></Response>",
            "line 2: <StreamParam> lacks name and value.",
        ),
        (
            "<Response><Connect><Hangup/></Connect></Response>",
            "<Hangup> may not stand in <Connect>, which takes Endpoint.",
        ),
        ("<Response><Hangup>now</Hangup></Response>", "<Hangup> takes no text"),
        ("<Response><Hangup><Pause/></Hangup></Response>", "<Pause> may not stand in <Hangup>, which takes nothing."),
        ("<Response><Gather>text</Gather></Response>", "<Gather> takes no text"),
        (
            "<Response><Gather><Hangup/></Gather></Response>",
            "may not stand in <Gather>, which takes SpeakSentence or PlayAudio. (voice/bxml/gather)",
        ),
        ("<Response><Gather><Gahter/></Gather></Response>", "^line 1: <Gahter>"),
        ("<Response><PlayAudio><b/></PlayAudio></Response>", "<PlayAudio> takes text only, not <b>"),
        ("<Response><PhoneNumber>+19195550100</PhoneNumber></Response>", "<PhoneNumber> may not stand in <Response>"),
        ('<Response xmlns="urn:x"/>', "the root is <{urn:x}Response>"),
        ("<Response>&nbsp;</Response>", "line 1: not well-formed XML"),
    ],
)
def test_what_is_no_bxml_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(BxmlError) as error:
        parse(text)
    assert message.lstrip("^") in str(error.value)
    assert not message.startswith("^") or str(error.value).startswith(message[1:])


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE Response>",
        '<!DOCTYPE Response [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "<?a b?><!-- c -->\n<!DOCTYPE Response>",
    ],
)
def test_a_document_type_is_refused_so_no_entity_is_ever_read(prolog: str) -> None:
    with pytest.raises(BxmlError, match="a document type is not allowed"):
        parse(prolog + "<Response><SpeakSentence>&e;</SpeakSentence></Response>")


@pytest.mark.parametrize("source", [b"\xff\xfe<\x00", "\ud800"])
def test_what_is_not_utf_8_is_refused(source: bytes | str) -> None:
    with pytest.raises(BxmlError, match="BXML is UTF-8"):
        parse(source)


def test_more_than_64_kb_is_refused() -> None:
    with pytest.raises(BxmlError, match="Bandwidth takes 65536"):
        parse(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    "text",
    [
        "<Response>" + "<Hangup/>" * 7000 + "<a/>",
        "<!---->" * 9000,
        "<?a?>" * 12000 + "x",
        " " * 65000 + "<",
        "<a>" * 20000,
        "<Response>" + "<Gather>" * 8000,
    ],
)
def test_no_text_takes_the_reader_long(text: str) -> None:
    started = time.process_time()
    with pytest.raises(BxmlError):
        parse(text)
    assert time.process_time() - started < 1


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200), st.text("<>/&;#! RespoHangup=\"'-[]?x", max_size=60)))
def test_the_reader_reads_or_raises_a_bxml_error(source: bytes | str) -> None:
    try:
        document = parse(source)
    except BxmlError:
        return
    assert parse(document.to_bytes()) == document


WRONG: dict[str, tuple[bytes | str, Place]] = {
    "not-utf-8": (b"<Response>\xff</Response>", Place(1, 1)),
    "too-large": (" " * (MAX_BYTES + 1), Place(1, 1)),
    "doctype": ("<!DOCTYPE Response><Response/>", Place(1, 1)),
    "not-xml": ("<Response>\n  <Hangup></Response>", Place(2, 22)),
    "wrong-root": ("<!-- -->\n<Answer/>", Place(2, 1)),
    "unknown-element": ("<Response>\r\n \t<Gahter/></Response>", Place(2, 3)),
    "misplaced-element": ("<Response><Gather>\n<Hangup/></Gather></Response>", Place(2, 1)),
    "stray-text": ("<Response>\n <Hangup/>now</Response>", Place(2, 2)),
    "unknown-attribute": ("<Response><Gather tag='a>'\n  maxDigit\n=\n'1'/></Response>", Place(2, 3)),
    "missing-attribute": ("<Response><Tag>\u00fc\U0001f600</Tag><Redirect/></Response>", Place(1, 24)),
    "bad-value": ('<Response><Gather tag="maxDigits=" maxDigits="99"/></Response>', Place(1, 36)),
    "bad-ssml": ("<Response><SpeakSentence>a<s>\n<brake/></s></SpeakSentence></Response>", Place(2, 1)),
    "bad-verb": ("<Response><Gather username='a'/></Response>", Place(1, 11)),
}


@pytest.mark.parametrize("code", MISTAKES)
def test_every_mistake_is_told_with_its_code_and_place(code: str) -> None:
    source, place = WRONG[code]
    [mistake] = read(source).mistakes
    assert (mistake.code, mistake.place) == (code, place)
    assert mistake.page.startswith("voice/")
    assert mistake.sentence.endswith((".", "?"))


@pytest.mark.parametrize("tag", ["<Gather x:maxDigits='1'/>", "<Gather tag='&lt;' x:maxDigits='1'/>"])
def test_an_attribute_whose_place_is_not_found_is_told_at_its_element(tag: str) -> None:
    [mistake] = read(f"<Response xmlns:x='urn:y'>\n {tag}</Response>").mistakes
    assert (mistake.code, mistake.place) == ("unknown-attribute", Place(2, 2))


def test_a_text_whose_places_cannot_be_found_is_told_by_its_lines() -> None:
    [mistake] = read("<Response>\n  <\U00010000/></Response>").mistakes
    assert (mistake.code, mistake.place) == ("unknown-element", Place(2, 1))


def test_markup_that_is_too_deep_is_one_mistake() -> None:
    [mistake] = read(f"<Response><SpeakSentence>{'<p>' * 101}{'</p>' * 101}</SpeakSentence></Response>").mistakes
    assert mistake.code == "bad-ssml"


def test_verbs_that_can_be_read_are_there_in_spite_of_others() -> None:
    reading = read("<Response>\n<Pause/>\n<Gahter/> <Hangup/></Response>")
    assert reading.verbs == [Pause(), None, Hangup()]
    assert [reading.place(position) for position in range(3)] == [(2, 1), (3, 1), (3, 11)]


def test_what_does_not_go_together_is_told_in_the_words_of_bxml() -> None:
    [mistake] = read("<Response><Redirect redirectUrl='/a' fallbackUsername='a'/></Response>").mistakes
    assert mistake.sentence.startswith("Redirect: fallbackUsername and fallbackPassword belong together")


@given(documents, st.data())
def test_a_mistake_in_any_tag_is_found_where_it_is(document: Document[Verb], data: st.DataObject) -> None:
    text = str(Document(*document, Hangup(), Pause()))
    line = data.draw(st.integers(0, text.count("<Hangup/>") - 1))
    start = [one.start() for one in re.finditer("<Hangup/>", text)][line]
    wrong = f"{text[:start]}<Gahter/>{text[start + 9 :]}"
    [mistake] = read(wrong).mistakes
    lines = wrong.split("\n")
    assert lines[mistake.place.line - 1][mistake.place.column - 1 :].startswith("<Gahter/>")
