from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks import BxmlError, UsageError
from webhooks.bxml import (
    ELEMENTS,
    Bridge,
    Conference,
    Connect,
    CustomParam,
    Document,
    Element,
    Endpoint,
    Forward,
    Gather,
    Hangup,
    LinkTo,
    Pause,
    PhoneNumber,
    PlayAudio,
    Record,
    Redirect,
    Refer,
    Ring,
    SendDtmf,
    SipUri,
    SpeakSentence,
    StartGather,
    StartRecording,
    StartStream,
    StartTranscription,
    StopStream,
    StopTranscription,
    StreamParam,
    Tag,
    Transfer,
    Verb,
    parse,
)
from webhooks.bxml._escape import attribute as escaped
from webhooks.bxml._limits import Text, sure_url

WS = "wss://a.example.com"
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
    (
        lambda v: Transfer(PhoneNumber(v)),
        ["+12", "+123456789012345"],
        ["+1", "+1234567890123456", "12", "+1\u0662\u0663", 12],
    ),
    (lambda v: Transfer(PhoneNumber("+12", uui=v)), ["x" * 350], ["x" * 351]),
    (lambda v: Transfer(SipUri(v)), ["sip:a@b", "SIP:a", "sips:a@b"], ["a@b", "sip:", "sip:a b"]),
    (lambda v: Transfer(SipUri("sip:a", uui=v)), ["x" * 256], ["x" * 257]),
    (
        lambda v: Redirect(redirect_url=v),
        ["/a", "a", "?a=b", "https://a.example.com/b:c", "HTTP://a", "a/b:c"],
        ["", "a b", "ftp://a", "mailto:a", "javascript:x", "/a\n", None, 5],
    ),
    (lambda v: Ring(duration=v), [0.1, 86400], [0.09, 86400.1]),
    (lambda v: Ring(answer_call=v), [True, False], ["true", 0]),
    (Tag, ["", " ", "x" * 256, " " * 300 + "x" * 256], ["x" * 257, 5, None]),
    (SendDtmf, ["0", "0123456789*#ABCDabcd,wW", "1" * 50], ["", "1" * 51, "E", "x", "1 2", "\u0661", 1, None]),
    (lambda v: SendDtmf("1", tone_duration=v), [50, 5000, 99.5], [49, 49.9, 5001, "50"]),
    (lambda v: SendDtmf("1", tone_interval=v), [50, 5000], [49, 5001]),
    (lambda v: StartGather(dtmf_url=v), ["/a"], ["", "a b", None]),
    (lambda v: StartGather(dtmf_url="/a", dtmf_method=v), ["GET", "POST"], ["PUT"]),
    (lambda v: StartRecording(file_format=v), ["mp3", "wav"], ["ogg"]),
    (lambda v: StartRecording(multi_channel=v), [True, False], [1]),
    (lambda v: StartRecording(tag=v), ["x" * 256], ["x" * 257]),
    (
        lambda v: StartStream(destination=v),
        [WS, "WS://a", "ws://a:80/b?c"],
        ["", "ws:", "ws://", "https://a", "/a", None],
    ),
    (lambda v: StartStream(destination="ws://a b" if v else WS), [False], [True]),
    (lambda v: StartStream(destination=WS, mode=v), ["unidirectional", "bidirectional"], ["both"]),
    (lambda v: StartStream(destination=WS, tracks=v), ["inbound", "outbound", "both"], ["all"]),
    (lambda v: StartStream(*[StreamParam(name="a", value="b")] * v, destination=WS), [0, 12], [13]),
    (lambda v: StartStream(StreamParam(name=v, value=""), destination=WS), ["", "x" * 256], ["x" * 257, None, 1]),
    (lambda v: StartStream(StreamParam(name="", value=v), destination=WS), ["", "x" * 2048], ["x" * 2049, None, 1]),
    (lambda v: StopStream(name=v), ["a"], [None, 1]),
    (lambda v: StopStream(name="a", wait=v), [True, False], ["true"]),
    (lambda v: StartTranscription(destination=v), [WS, "ws://a"], ["https://a", ""]),
    (lambda v: StartTranscription(tracks=v), ["inbound", "outbound", "both"], ["all"]),
    (lambda v: StartTranscription(stabilized=v), [True, False], ["true"]),
    (lambda v: StartTranscription(*[CustomParam(name="a", value="b")] * v), [0, 12], [13]),
    (lambda v: StartTranscription(CustomParam(name=v, value="")), ["x" * 256], ["x" * 257]),
    (lambda v: StartTranscription(CustomParam(name="", value=v)), ["x" * 2048], ["x" * 2049]),
    (lambda v: StopTranscription(name=v), [None, "a"], [1]),
    (Conference, ["a", "A-z_0.9", "x" * 100], ["", "x" * 101, "a b", "a\n", "\xe9", "a/b", None]),
    (lambda v: Conference("a", callback_timeout=v), [1, 25, 2.5], [0.9, 25.1]),
    (lambda v: Conference("a", mute=v), [True, False], ["false"]),
    (lambda v: Conference("a", hold=v), [True, False], ["false"]),
    (lambda v: Conference("a", tag=v), ["x" * 256], ["x" * 257]),
    (Bridge, ["c-1"], ["", " ", "c 1", "c-1\n", None]),
    (lambda v: Connect(Endpoint(v)), ["e"], ["", "a b", None]),
    (lambda v: Connect(*[Endpoint("e")] * v), [1, 2], [0]),
    (lambda v: Connect(Endpoint("e"), event_callback_url=v), ["/a"], ["a b", print]),
    (
        lambda v: Forward(to=v),
        ["+12", "+123456789012345", "sip:a@b", "SIPS:a"],
        ["+1", "+1234567890123456", "Anonymous", "sip:", "sip:a b", "a@b", "+1\u0662\u0663", None],
    ),
    (lambda v: Forward(to="+12", from_=v), ["+12", "Restricted", "Unavailable"], ["+1", "anonymous", "sip:a@b"]),
    (lambda v: Forward(to="+12", call_timeout=v), [1, 300], [0.9, 301]),
    (lambda v: Forward(to="+12", diversion_treatment=v), ["none", "propagate", "stack"], ["all"]),
    (lambda v: Forward(to="+12", diversion_reason=v), ["unknown", "away"], ["holiday"]),
    (lambda v: Forward(to="sip:a", uui=v), ["x" * 256], ["x" * 257]),
    (lambda v: Forward(to="+12", caller_display_name=v), ["Zoë", "x" * 256], ["x" * 257, "a\nb"]),
    (lambda v: Forward(to="+12", privacy=True, caller_display_name=v), [None, "Private", "Anonymous"], ["Zoë", ""]),
    (lambda v: Gather(input=v), ["dtmf", "speech", "dtmf_speech"], ["dtmf speech", "Speech"]),
    (lambda v: Gather(speech_timeout=v), [0, 5, 100], [-1, 0.5, "auto"]),
    (lambda v: Gather(profanity_filter=v), [True, False], ["true", 1]),
    (lambda v: Refer(SipUri(v)), ["sip:a@b", "SIP:a"], ["sips:a@b", "sip:"]),
    (lambda v: Refer(SipUri("sip:a"), tag=v), ["x" * 256], ["x" * 257]),
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
        (lambda: SpeakSentence("a", b"b"), "what is said is of type bytes, expected text or Ssml"),  # type: ignore[arg-type]
        (lambda: StartGather(dtmf_url="/a", password="p"), "username and password belong together"),
        (lambda: Conference("a", fallback_username="u"), "fallback_username and fallback_password belong together"),
        (lambda: Bridge("c-1", username="u"), "username and password belong together"),
        (lambda: StartStream(Hangup(), destination=WS), "a parameter is of type Hangup, expected StreamParam"),  # type: ignore[arg-type]
        (lambda: StartTranscription(StreamParam(name="a", value="b")), "expected CustomParam"),  # type: ignore[arg-type]
        (
            lambda: StartStream(*[StreamParam(name="", value="")] * 13, destination=WS),
            "13 parameters, expected at most",
        ),
        (Connect, "0 endpoints, expected at least 1 Endpoint"),
        (lambda: Connect("e-1"), "an endpoint is a text of 3 characters, expected Endpoint"),  # type: ignore[arg-type]
        (lambda: Refer(NUMBER), "the target is of type PhoneNumber, expected SipUri"),  # type: ignore[arg-type]
        (lambda: Refer(SipUri("sip:a", tag="")), "its SipUri has tag; inside of Refer it has none"),
        (lambda: Refer(SipUri("sip:a", uui="x")), "its SipUri has uui"),
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


@pytest.mark.parametrize(
    ("make", "attribute"),
    [
        (lambda v, **more: StartRecording(recording_available_url=v, **more), "recording_available_url"),
        (lambda v, **more: StartRecording(transcription_available_url=v, **more), "transcription_available_url"),
        (lambda v, **more: StartStream(destination=WS, stream_event_url=v, **more), "stream_event_url"),
        (lambda v, **more: StartTranscription(transcription_event_url=v, **more), "transcription_event_url"),
    ],
)
def test_credentials_need_https_on_what_runs_in_the_background_too(make: Callable[..., Verb], attribute: str) -> None:
    make("http://a.example.com")
    make("https://a.example.com", username="u", password="p")
    with pytest.raises(BxmlError, match=f"{attribute} is http and username is given; credentials need https"):
        make("http://a.example.com", username="u", password="p")


def test_the_credentials_of_a_socket_are_no_pair_that_bandwidth_documents() -> None:
    written = Document(StartStream(destination="ws://a", destination_username="u")).to_bytes()
    assert b'destinationUsername="u"' in written
    assert b"destinationPassword" not in written


@pytest.mark.parametrize("value", [1e-07, 2.3333333333333335, 1e-300, 5e-324, 60.0, 7])
def test_any_number_is_written_without_an_exponent_and_read_back(value: float) -> None:
    body = Document(Gather(first_digit_timeout=value)).to_bytes()
    assert b"e-" not in body
    assert parse(body) == Document(Gather(first_digit_timeout=value))


def test_a_number_without_a_limit_is_read_back() -> None:
    assert parse(Document(Gather(repeat_count=10**30)).to_bytes()) == Document(Gather(repeat_count=10**30))


async def told(event: Any) -> None: ...


def test_one_url_gets_several_events_so_the_handler_of_any_of_them_has_it() -> None:
    conference = Conference("a", conference_event_url=told)
    for registered in ("conferenceCreated", "conferenceMemberExit", "conferenceCompleted"):
        asked: list[str] = []
        body = Document(conference).to_bytes(_resolver(registered, asked))
        assert b'conferenceEventUrl="/told"' in body
        assert asked[0] == "conferenceCreated"
        assert asked[-1] == registered


def test_a_handler_of_no_event_of_a_url_is_told_what_the_first_one_lacks() -> None:
    asked: list[str] = []
    with pytest.raises(UsageError, match="no mediaStreamStarted"):
        Document(StartStream(destination=WS, stream_event_url=told)).to_bytes(_resolver("gather", asked))
    assert asked == ["mediaStreamStarted", "mediaStreamRejected", "mediaStreamStopped"]


def _resolver(registered: str, asked: list[str]) -> LinkTo:
    def link(handler: Any, event_type: str) -> str:
        asked.append(event_type)
        if event_type != registered:
            raise UsageError(f"no {event_type}")
        return "/told"

    return link


def test_a_url_for_several_events_names_them_all() -> None:
    with pytest.raises(BxmlError) as error:
        StartRecording(recording_available_url=5)  # type: ignore[arg-type]
    assert 'or the handler of the "recordingAvailable" or "conferenceRecordingAvailable" event' in str(error.value)


def test_the_blanks_around_a_tag_are_dropped() -> None:
    assert Tag(" a b\n") == Tag("a b")


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
    required = {attribute.name for attribute in element.attributes if attribute.required}
    assert {name for name, default in keywords.items() if default is not None} == required
    assert {attribute.name for attribute in element.attributes} == set(keywords)
    hints = get_type_hints(element.__init__)
    for field in dataclasses.fields(element):  # type: ignore[arg-type]
        if field.name in keywords:
            declared = get_type_hints(element, include_extras=False)[field.name]
            assert hints[field.name] == declared
    assert get_args(hints.get("return", None)) == ()


@pytest.mark.parametrize("element", ELEMENTS.values(), ids=lambda element: element.element)
def test_every_element_names_its_page_and_documents_itself(element: type[Element]) -> None:
    assert re.fullmatch(r"voice/(programmable-voice/)?bxml/[a-zA-Z]+", element.page)
    assert element.page in (element.__doc__ or "")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 20000), st.floats(), st.text(max_size=400), st.binary(max_size=3)
) | st.sampled_from(["GET", "+19195550100", "/menu", "https://a", "http://a b", "sip:a", "mp3", "Private", 0.1, 50])
VALUES |= st.sampled_from(
    ["https://a.example.com/b?c=1&d='2'", '/"<>', "//", "/a\n", "a&b", "+19195550100&", True, -0.0]
)


@given(VALUES)
def test_a_value_that_fits_is_always_good_and_written_the_same(value: object) -> None:
    for element in ELEMENTS.values():
        for limit in (one.limit for one in element.attributes):
            matches = limit.matches if isinstance(limit, Text) and limit.pattern else None
            names = {"value": value, "matches_value": matches, "attribute": escaped, "sure_url": sure_url}
            if eval(limit.fits("value"), names):
                assert limit.check(value) is None
                assert str(eval(limit.text("value"), names)) == limit.write(value)
