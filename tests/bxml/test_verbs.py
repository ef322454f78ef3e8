from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import pytest

from webhooks import BxmlError
from webhooks.bxml import (
    ELEMENTS,
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

NUMBER = PhoneNumber("+19195550100")
LIMITS: list[tuple[Callable[[Any], Verb], list[Any], list[Any]]] = [
    (lambda v: Pause(duration=v), [0.1, 1, 86400], [0.09, 86400.1, 0, "1", True, math.nan, math.inf]),
    (lambda v: Gather(max_digits=v), [1, 50], [0, 51, 1.5, "1", True]),
    (lambda v: Gather(inter_digit_timeout=v), [1, 60], [0.9, 60.1, "5"]),
    (lambda v: Gather(first_digit_timeout=v), [0, 60], [-0.1, 60.1]),
    (lambda v: Gather(repeat_count=v), [1, 1000], [0, 1.0]),
    (lambda v: Gather(SpeakSentence("a"), repeat_count=v), [1, 20], [21]),
    (lambda v: Gather(*[SpeakSentence("a")] * v), [0, 20], [21]),
    (lambda v: Gather(tag=v), ["", "x" * 256], ["x" * 257, 5]),
    (lambda v: Gather(gather_method=v), ["GET", "POST"], ["get", "PUT", ""]),
    (lambda v: Record(max_duration=v), [0, 10800], [-1, 10801, 1.0]),
    (lambda v: Record(silence_timeout=v), [0, 10800], [-1, 10800.5]),
    (lambda v: Record(file_format=v), ["mp3", "wav"], ["ogg"]),
    (lambda v: Record(transcribe=v), [True, False], ["true", 1, 0]),
    (lambda v: SpeakSentence("a", gender=v), ["male", "female"], ["Male"]),
    (lambda v: Transfer(NUMBER, call_timeout=v), [1, 300], [0.9, 301]),
    (lambda v: Transfer(*[NUMBER] * v), [1, 8], [0, 9]),
    (lambda v: Transfer(NUMBER, transfer_caller_display_name=v), ["", "x" * 256], ["x" * 257, "a\nb"]),
    (lambda v: Transfer(NUMBER, diversion_treatment=v), ["none", "propagate", "stack"], ["all"]),
    (lambda v: Transfer(NUMBER, diversion_reason=v), ["unknown", "away"], ["holiday"]),
    (
        lambda v: Transfer(NUMBER, transfer_caller_id=v),
        ["+19195550100", "Restricted", "Anonymous", "Private", "Unavailable"],
        ["9195550100", "restricted", "+0123", "+1", ""],
    ),
    (lambda v: Transfer(PhoneNumber(v)), ["+12", "+123456789012345"], ["+1", "+1234567890123456", "12", "+1 919", 12]),
    (lambda v: Transfer(PhoneNumber("+12", uui=v)), ["x" * 350], ["x" * 351]),
    (lambda v: Transfer(SipUri(v)), ["sip:a@b", "SIP:a", "sips:a@b"], ["a@b", "sip:", "sip:a b"]),
    (lambda v: Transfer(SipUri("sip:a", uui=v)), ["x" * 256], ["x" * 257]),
    (
        lambda v: Redirect(redirect_url=v),
        ["/a", "a", "?a=b", "https://a.example.com/b:c", "HTTP://a", "a/b:c"],
        ["", "a b", "ftp://a", "mailto:a", "javascript:x", "/a\n", None, 5],
    ),
    (PlayAudio, ["/a.wav", "https://a.example.com/b.mp3"], ["", "file:///a", None, print]),
    (SpeakSentence, ["a", " a "], ["", " \n", None, 5]),
]


@pytest.mark.parametrize(("make", "good", "bad"), LIMITS)
def test_limits_hold_at_their_edges(make: Callable[[Any], Verb], good: list[Any], bad: list[Any]) -> None:
    for value in good:
        make(value)
    for value in bad:
        with pytest.raises(BxmlError):
            make(value)


def test_an_error_names_verb_attribute_value_limit_and_page() -> None:
    with pytest.raises(BxmlError) as error:
        Gather(max_digits=999)
    assert str(error.value) == "Gather: max_digits is 999, expected a whole number from 1 to 50 (voice/bxml/gather)."


def test_an_error_does_not_repeat_what_may_be_a_callers_text() -> None:
    with pytest.raises(BxmlError) as error:
        Gather(tag="+19195550100" * 30)
    assert "9195550100" not in str(error.value)
    assert "360 characters" in str(error.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gather(username="u"), "username and password belong together"),
        (lambda: Gather(fallback_password="p"), "fallback_username and fallback_password belong together"),
        (lambda: PlayAudio("/a", password="p"), "username and password belong together"),
        (lambda: Gather(Hangup()), "a prompt is of type Hangup, expected SpeakSentence or PlayAudio"),  # type: ignore[arg-type]
        (lambda: Transfer(Hangup()), "a destination is of type Hangup, expected PhoneNumber or SipUri"),  # type: ignore[arg-type]
        (lambda: SpeakSentence("a", b"b"), "what is said is of type bytes, expected text"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_go_together_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(BxmlError, match=message):
        make()


def test_credentials_need_https_where_bandwidth_says_so() -> None:
    secret = {"username": "u", "password": "p"}
    for attribute in ("record_complete_url", "recording_available_url", "transcription_available_url"):
        Record(**{attribute: "https://a.example.com", **secret})  # type: ignore[arg-type]
        Record(**{attribute: "/relative", **secret})  # type: ignore[arg-type]
        Record(**{attribute: test_credentials_need_https_where_bandwidth_says_so, **secret})  # type: ignore[arg-type]
        with pytest.raises(BxmlError, match=f"{attribute} is http and username is given"):
            Record(**{attribute: "http://a.example.com", **secret})  # type: ignore[arg-type]
    with pytest.raises(BxmlError, match="record_complete_fallback_url is http and fallback_username is given"):
        Record(record_complete_fallback_url="HTTP://a", fallback_username="u", fallback_password="p")


def test_several_texts_are_spoken_as_one() -> None:
    assert SpeakSentence("Hello, ", "Zoë.") == SpeakSentence("Hello, Zoë.")


def test_an_unknown_attribute_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="max_digit"):
        Gather(max_digit=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("element", ELEMENTS.values(), ids=lambda element: element.element)
def test_signature_and_fields_are_the_same(element: type[Element]) -> None:
    parameters = list(inspect.signature(element).parameters.values())
    keywords = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
    fields = {field.name for field in dataclasses.fields(element)}  # type: ignore[arg-type]
    assert set(keywords) == fields - {element.content_name}
    assert all(default is None for name, default in keywords.items() if name != "redirect_url")
    assert {attribute.name for attribute in element.attributes} == set(keywords)
    hints = get_type_hints(element.__init__)
    for field in dataclasses.fields(element):  # type: ignore[arg-type]
        if field.name in keywords:
            declared = get_type_hints(element, include_extras=False)[field.name]
            assert hints[field.name] == declared
    assert get_args(hints.get("return", None)) == ()


@pytest.mark.parametrize("element", ELEMENTS.values(), ids=lambda element: element.element)
def test_every_element_names_its_page_and_documents_itself(element: type[Element]) -> None:
    assert element.page.startswith("voice/bxml/")
    assert element.page in (element.__doc__ or "")
