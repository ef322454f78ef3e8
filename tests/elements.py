"""Every element of BXML with every attribute set, and hypothesis strategies for documents. Both directions use them."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st
from lxml import etree

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
    Pause,
    PauseRecording,
    PhoneNumber,
    PlayAudio,
    Record,
    Redirect,
    Refer,
    ResumeRecording,
    Ring,
    SendDtmf,
    SipUri,
    SpeakSentence,
    Ssml,
    StartGather,
    StartRecording,
    StartStream,
    StartTranscription,
    StopGather,
    StopRecording,
    StopStream,
    StopTranscription,
    StreamParam,
    Tag,
    Transfer,
    Verb,
)

PAIR = {"username": "u", "password": "p"}
CREDENTIALS = {**PAIR, "fallback_username": "fu", "fallback_password": "fp"}
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
MARKED = SpeakSentence(
    "Your code is <",
    Ssml(
        "<say-as interpret-as='date' format='mdy'>12/31/1999</say-as> &amp; <!-- - -->"
        "<break strength='weak' time='1s'/>"
    ),
    Ssml("<prosody volume='-6dB' rate='90%' pitch='low'>soft <emphasis level='strong'>and</emphasis> low</prosody>"),
    "> or",
    Ssml("<lang xml:lang='fr-FR'><p><s>Bonjour</s><s><phoneme ph='\u026a\u02d0n'>a</phoneme></s></p></lang>"),
    Ssml("<sub alias='&quot;World &lt;Wide&gt; Web&quot;'>WWW</sub>"),
)

NEW_ATTRIBUTES = {
    "Forward": {"privacy", "callerDisplayName"},
    "Gather": {
        "hints",
        "input",
        "language",
        "partialResultCallback",
        "partialResultCallbackMethod",
        "profanityFilter",
        "speechModel",
        "speechTimeout",
    },
    "Record": {"recordingName"},
    "StartRecording": {"recordingName"},
    "StartTranscription": {"detectLanguage", "preferredLanguages"},
    "Transfer": {"privacy"},
}
"""What bandwidth-sdk 23.3.1 has, and neither a page of Bandwidth's nor the fact table."""

EVERYTHING: tuple[Verb, ...] = (
    MARKED,
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
        input="dtmf_speech",
        hints="sales, support",
        language="en-US",
        partial_result_callback="/heard",
        partial_result_callback_method="POST",
        profanity_filter=False,
        speech_model="phone",
        speech_timeout=3,
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
        recording_name="greeting",
        **CREDENTIALS,
    ),
    Pause(duration=0.1),
    Ring(duration=86400, answer_call=False),
    Tag("a <b> & 'c'"),
    SendDtmf("12wW,*#AbD", tone_duration=50, tone_interval=5000),
    StartGather(dtmf_url="/key", dtmf_method="GET", tag="k", **PAIR),
    StopGather(),
    StartRecording(
        recording_available_url="/available",
        recording_available_method="POST",
        transcribe=True,
        detect_language=True,
        transcription_available_url="https://b.example.com/transcribed",
        transcription_available_method="GET",
        tag="rec",
        file_format="wav",
        multi_channel=False,
        recording_name="all",
        **PAIR,
    ),
    PauseRecording(),
    ResumeRecording(),
    StopRecording(),
    StartStream(
        StreamParam(name="k", value="v"),
        StreamParam(name="<k>", value='"v"\n'),
        destination="wss://example.com/audio?a=1&b=2",
        name="stream",
        mode="bidirectional",
        tracks="both",
        destination_username="du",
        destination_password="dp",
        stream_event_url="/stream",
        stream_event_method="POST",
        **PAIR,
    ),
    StopStream(name="stream", wait=True),
    StartTranscription(
        CustomParam(name="k", value=""),
        name="words",
        tracks="inbound",
        transcription_event_url="/words",
        transcription_event_method="GET",
        destination="ws://example.com",
        stabilized=False,
        detect_language=False,
        preferred_languages="en-US,es-US",
        **PAIR,
    ),
    StopTranscription(name="words"),
    Conference(
        "room_1.a-B",
        mute=True,
        hold=False,
        call_ids_to_coach="c-1,c-2",
        conference_event_url="/conference",
        conference_event_method="POST",
        conference_event_fallback_url="/conference2",
        conference_event_fallback_method="GET",
        tag="conf",
        callback_timeout=2.5,
        **CREDENTIALS,
    ),
    Bridge(
        "c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d",
        bridge_complete_url="/bridged",
        bridge_complete_method="POST",
        bridge_complete_fallback_url="/bridged2",
        bridge_complete_fallback_method="GET",
        bridge_target_complete_url="/target",
        bridge_target_complete_method="POST",
        bridge_target_complete_fallback_url="/target2",
        bridge_target_complete_fallback_method="GET",
        tag="b",
        **CREDENTIALS,
    ),
    Connect(Endpoint("e-1"), Endpoint("e-2"), event_callback_url="/connected", event_fallback_url="/connected2"),
    Forward(
        to="sip:desk@example.com",
        from_="+19195550100",
        call_timeout=1,
        diversion_treatment="stack",
        diversion_reason="away",
        uui="dGVzdA==;encoding=base64",
        privacy=True,
        caller_display_name="Private",
    ),
    Refer(SipUri("SIP:other@example.com"), refer_complete_url="/referred", refer_complete_method="POST", tag="x"),
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
        privacy=False,
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
maybe_url = st.none() | url
flag = st.none() | st.booleans()
number = st.integers(1, 20) | st.floats(1, 20)
phone = st.from_regex(r"\A\+[1-9][0-9]{1,14}\Z")
sip = st.from_regex(r"\A[sS]ip:[a-z&<>\"';.@]{1,20}\Z")
socket = st.sampled_from(["ws://a.example.com", "wss://a.example.com/b?c=<d>&e='f'"])
call_id = st.from_regex(r"\A[a-z&<>\"'-]{1,20}\Z")


def _tagged(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Markup around other markup."""
    attributes = st.sampled_from(["<p>{}</p>", "<s>{}</s >", "<emphasis level='strong'>{}</emphasis>", "<!--{{}}-->{}"])
    aliased = st.tuples(text, inner).map(lambda pair: f"<sub alias={quoteattr(pair[0])}>{pair[1]}</sub>")
    return aliased | st.tuples(attributes, inner).map(lambda pair: pair[0].format(pair[1]))


_BREAK = st.just("<break time='1s'/>")
markup = st.recursive(
    _BREAK | text.map(escape),
    lambda inner: _tagged(inner) | st.lists(inner, max_size=3).map("".join),
    max_leaves=6,
)
ssml = st.tuples(markup, _BREAK).map(lambda made: Ssml("".join(made)))


def _speak() -> st.SearchStrategy[SpeakSentence]:
    return _plain() | st.lists(ssml | text, max_size=4).map(lambda parts: SpeakSentence("Hello", *parts))


def _plain() -> st.SearchStrategy[SpeakSentence]:
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
            inter_digit_timeout=st.none() | number,
            first_digit_timeout=st.none() | st.floats(0, 60) | st.integers(0, 60),
            repeat_count=st.none() | st.integers(1, 5),
            hints=maybe_word,
            speech_timeout=st.none() | st.integers(0, 60),
        )
    )


def _transfer() -> st.SearchStrategy[Transfer]:
    targets = st.builds(PhoneNumber, phone, tag=maybe_word, uui=maybe_word) | st.builds(
        SipUri, sip, uui=maybe_word, transfer_answer_url=maybe_url
    )
    return st.lists(targets, min_size=1, max_size=8).flatmap(
        lambda found: st.builds(lambda **given: Transfer(*found, **given), tag=maybe_word)
    )


def _stream() -> st.SearchStrategy[StartStream]:
    return st.lists(st.builds(StreamParam, name=word, value=text), max_size=3).flatmap(
        lambda params: st.builds(
            lambda **given: StartStream(*params, **given),
            destination=socket,
            name=maybe_word,
            destination_username=maybe_word,
            stream_event_url=maybe_url,
        )
    )


def _transcription() -> st.SearchStrategy[StartTranscription]:
    return st.lists(st.builds(CustomParam, name=word, value=text), max_size=3).flatmap(
        lambda params: st.builds(
            lambda **given: StartTranscription(*params, **given),
            name=maybe_word,
            destination=st.none() | socket,
            stabilized=flag,
        )
    )


def _connect() -> st.SearchStrategy[Connect]:
    return st.lists(st.builds(Endpoint, call_id), min_size=1, max_size=3).flatmap(
        lambda endpoints: st.builds(lambda **given: Connect(*endpoints, **given), event_callback_url=maybe_url)
    )


verbs: st.SearchStrategy[Verb] = st.one_of(
    _speak(),
    st.builds(PlayAudio, url, username=word, password=word),
    _gather(),
    st.builds(Record, transcribe=flag, tag=maybe_word, record_complete_url=maybe_url),
    st.builds(Pause, duration=st.none() | number),
    st.builds(Ring, duration=st.none() | number, answer_call=flag),
    st.builds(Tag, word),
    st.builds(SendDtmf, st.from_regex(r"\A[0-9*#A-Da-d,wW]{1,50}\Z")),
    st.builds(StartGather, dtmf_url=url, username=word, password=word, tag=maybe_word),
    st.builds(StartRecording, recording_available_url=maybe_url, multi_channel=flag, tag=maybe_word),
    st.sampled_from([PauseRecording(), ResumeRecording(), StopRecording(), StopGather(), Hangup()]),
    _stream(),
    st.builds(StopStream, name=word, wait=flag),
    _transcription(),
    st.builds(StopTranscription, name=maybe_word),
    st.builds(Conference, st.from_regex(r"\A[A-Za-z0-9_.-]{1,100}\Z"), call_ids_to_coach=maybe_word, tag=maybe_word),
    st.builds(Bridge, call_id, bridge_target_complete_url=maybe_url, tag=maybe_word),
    _connect(),
    st.builds(Forward, to=phone | sip, uui=maybe_word),
    st.builds(Refer, st.builds(SipUri, sip), refer_complete_url=maybe_url, tag=maybe_word),
    _transfer(),
    st.builds(Redirect, redirect_url=url, tag=maybe_word),
)
documents = st.lists(verbs, max_size=4).map(lambda made: Document(*made))


def canonical(body: bytes) -> bytes:
    """Canonical XML without comments and the blanks between elements or around text that is not spoken.

    The root is always <Response>: that is what we write.
    """
    root: Any = etree.fromstring(body, etree.XMLParser(remove_comments=True))
    root.tag = "Response"
    for node in root.iter("Response", *ELEMENTS):
        node.tail = None
        node.text = node.text if node.tag == "SpeakSentence" else (node.text or "").strip()
    return etree.tostring(root, method="c14n")


def elements(document: Document[Verb]) -> list[str]:
    """The names of all elements that were written, in order."""
    return [name for verb in document for name in _names(verb)]


def _names(element: Element) -> list[str]:
    return [element.element, *(name for part in element.content() for name in _inside(part))]


def _inside(part: Element | Ssml | str) -> list[str]:
    if isinstance(part, Element):
        return _names(part)
    return [] if isinstance(part, str) else [str(node.tag) for node in etree.fromstring(part.markup).iter()]
