"""Every element of BXML with every attribute set, and hypothesis strategies for documents. Both directions use them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from webhooks.bxml import (
    Document,
    Element,
    Gather,
    Hangup,
    Pause,
    PhoneNumber,
    PlayAudio,
    Record,
    Redirect,
    SipUri,
    SpeakSentence,
    Transfer,
    Verb,
)

CREDENTIALS = {"username": "u", "password": "p", "fallback_username": "fu", "fallback_password": "fp"}
LEG: dict[str, Any] = {
    "transfer_answer_url": "/answered",
    "transfer_answer_method": "GET",
    "transfer_answer_fallback_url": "https://b.example.com/answered",
    "transfer_answer_fallback_method": "POST",
    "transfer_disconnect_url": "/left",
    "transfer_disconnect_method": "POST",
    "tag": "leg",
    "uui": "dGVzdA==;encoding=base64",
    **CREDENTIALS,
}
SPEAK = SpeakSentence("Press <1> & 'hold' \"on\".", voice="julie", gender="female", locale="en_US")
PLAY = PlayAudio("https://example.com/a.wav?x=1&y=2", username="u", password="p")
NUMBER = PhoneNumber("+19195550100", **LEG)
SIP = SipUri("sip:room@example.com", **LEG)

EVERYTHING: tuple[Verb, ...] = (
    SPEAK,
    PLAY,
    Gather(
        SPEAK,
        PLAY,
        gather_url="/menu",
        gather_method="POST",
        gather_fallback_url="/menu2",
        gather_fallback_method="GET",
        tag="a\tb\nc",
        terminating_digits="#*",
        max_digits=4,
        inter_digit_timeout=2.5,
        first_digit_timeout=0,
        repeat_count=2,
        **CREDENTIALS,
    ),
    Record(
        record_complete_url="/recorded",
        record_complete_method="POST",
        record_complete_fallback_url="/recorded2",
        record_complete_fallback_method="GET",
        recording_available_url="/available",
        recording_available_method="POST",
        transcribe=True,
        detect_language=False,
        transcription_available_url="/transcribed",
        transcription_available_method="GET",
        tag="",
        terminating_digits="",
        max_duration=10800,
        silence_timeout=3,
        file_format="mp3",
        **CREDENTIALS,
    ),
    Pause(duration=0.1),
    Transfer(
        NUMBER,
        SIP,
        transfer_caller_id="Anonymous",
        transfer_caller_display_name="Zoë's shop",
        call_timeout=300,
        transfer_complete_url="/done",
        transfer_complete_method="POST",
        transfer_complete_fallback_url="/done2",
        transfer_complete_fallback_method="GET",
        tag="t",
        diversion_treatment="stack",
        diversion_reason="user-busy",
        **CREDENTIALS,
    ),
    Redirect(
        redirect_url="/again",
        redirect_method="GET",
        redirect_fallback_url="/again2",
        redirect_fallback_method="POST",
        tag="r",
        **CREDENTIALS,
    ),
    Hangup(),
)

# Markup, entities, sections, references, references to nothing, and letters of all kinds.
_HOSTILE = st.sampled_from(
    [
        "</SpeakSentence><Transfer><PhoneNumber>+19005550100</PhoneNumber></Transfer>",
        "&lt;Hangup/&gt;",
        "&amp;lt;",
        "<![CDATA[<Hangup/>]]>",
        "]]>",
        "<!-- -->",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
        "&#60;",
        "&e;",
        '" redirectUrl="/x',
        "' x='",
        "{%",
        "\r\n\t ",
    ]
)
_LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40)
text = st.one_of(_HOSTILE, _LETTERS, st.tuples(_LETTERS, _HOSTILE, _LETTERS).map("".join))
spoken = text.filter(lambda value: bool(value) and not value.isspace())
word = text.map(lambda value: value[:256])
url = st.sampled_from(["/menu", "menu", "../x?a=1&b=<2>", "https://example.com/a?b='c'&d=\"e\"", "//example.com/x"])
maybe_word = st.none() | word


def _speak() -> st.SearchStrategy[SpeakSentence]:
    return st.builds(SpeakSentence, spoken, voice=maybe_word, gender=st.sampled_from([None, "male", "female"]))


def _prompt() -> st.SearchStrategy[SpeakSentence | PlayAudio]:
    return _speak() | st.builds(PlayAudio, url)


def _gather() -> st.SearchStrategy[Gather]:
    return st.lists(_prompt(), max_size=3).flatmap(
        lambda prompts: st.builds(
            lambda **given: Gather(*prompts, **given),
            gather_url=st.none() | url,
            tag=maybe_word,
            terminating_digits=maybe_word,
            max_digits=st.none() | st.integers(1, 50),
            inter_digit_timeout=st.none() | st.floats(1, 60).map(lambda value: round(value, 3)) | st.integers(1, 60),
            repeat_count=st.none() | st.integers(1, 5),
        )
    )


def _transfer() -> st.SearchStrategy[Transfer]:
    number = st.builds(PhoneNumber, st.from_regex(r"\A\+[1-9][0-9]{1,14}\Z"), tag=maybe_word, uui=maybe_word)
    return st.lists(number, min_size=1, max_size=8).flatmap(
        lambda targets: st.builds(lambda **given: Transfer(*targets, **given), tag=maybe_word)
    )


verbs: st.SearchStrategy[Verb] = st.one_of(
    _speak(),
    st.builds(PlayAudio, url, username=word, password=word),
    _gather(),
    st.builds(Record, transcribe=st.none() | st.booleans(), tag=maybe_word, record_complete_url=st.none() | url),
    st.builds(Pause, duration=st.none() | st.integers(1, 86400)),
    _transfer(),
    st.builds(Redirect, redirect_url=url, tag=maybe_word),
    st.just(Hangup()),
)
documents = st.lists(verbs, max_size=4).map(lambda made: Document(*made))


def elements(document: Document[Verb]) -> list[str]:
    """The names of all elements that were written, in order."""
    return [name for verb in document for name in _names(verb)]


def _names(element: Element) -> list[str]:
    inner = [name for part in element.content() if isinstance(part, Element) for name in _names(part)]
    return [element.element, *inner]
