"""What verbs do at their edges; what they usually do is in the scenarios."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from webhooks import AllowAll, Delivery, NotAuthenticated, Reply, Webhooks
from webhooks.bxml import (
    Bridge,
    Conference,
    ConferenceVerb,
    Gather,
    PauseRecording,
    PhoneNumber,
    PlayAudio,
    Record,
    Refer,
    ResumeRecording,
    SendDtmf,
    SipUri,
    SpeakSentence,
    StartRecording,
    StartStream,
    StartTranscription,
    StopRecording,
    StopStream,
    Transfer,
    Verb,
)
from webhooks.events import AnswerEvent, ConferenceEvent, ConferenceRedirectEvent, InitiateEvent, TransferAnswerEvent
from webhooks.simulator import Callee, Phone
from webhooks.simulator.verbs import VERBS


def app(*verbs: Verb) -> Webhooks:
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(InitiateEvent | AnswerEvent)
    async def first(call: InitiateEvent | AnswerEvent) -> Sequence[Verb]:
        return verbs

    return hooks


def words(phone: Phone, what: str) -> list[str]:
    return [entry.text.split()[0] for entry in phone.timeline if entry.what == what]


def test_every_verb_does_something() -> None:
    def all_verbs(base: type[Verb]) -> set[type[Verb]]:
        return {one for sub in base.__subclasses__() for one in (sub, *all_verbs(sub))}

    public = {
        verb for verb in all_verbs(Verb) if verb.__module__.startswith("webhooks.") and verb is not ConferenceVerb
    }
    assert public == set(VERBS)


async def test_of_two_phones_that_would_be_answered_at_once_one_is(phone: Phone) -> None:
    one, other = "+19195550150", "+19195550160"
    phone.callees |= {one: Callee(after=2), other: Callee(after=2)}
    hooks = app(Transfer(PhoneNumber(one, transfer_answer_url="/w"), PhoneNumber(other, transfer_answer_url="/w")))

    @hooks.on(TransferAnswerEvent)
    async def whisper(call: TransferAnswerEvent) -> SpeakSentence:
        return SpeakSentence("A customer.")

    call = await phone.dial(hooks)
    assert call.peer == call.legs[0]
    assert [leg.cause for leg in call.legs] == ["", "cancel"]
    await call.legs[0].hang_up()
    assert call.cause == "hangup"


@pytest.mark.parametrize(("place", "problem"), [("unanswered", "not answered"), ("forwarded", "was forwarded")])
async def test_a_call_that_cannot_be_bridged(phone: Phone, place: str, problem: str) -> None:
    from webhooks.bxml import Forward

    if place == "unanswered":
        phone.callees["+19195550150"] = Callee(after=29)
        target = await phone.call_out(app(), to="+19195550150", settle=False)
    else:
        target = await phone.dial(app(Forward(to="+19195550150")))
    hooks = app(Bridge(target.id, bridge_complete_url="/next"))
    call = await phone.dial(hooks, settle=False)
    assert problem in str(call.events[1].model_dump().get("error_message"))


async def test_a_call_cannot_be_bridged_with_itself_or_with_nobody(phone: Phone) -> None:
    call = await phone.dial(app(Bridge("c-nobody"), SpeakSentence("Nobody there.")))
    assert call.heard("Nobody there.")


async def test_without_a_url_the_other_end_of_a_bridge_is_hung_up(phone: Phone) -> None:
    waiting = await phone.dial(app(Gather(first_digit_timeout=60)))
    desk = await phone.dial(app(Bridge(waiting.id)))
    await desk.hang_up()
    assert waiting.cause == "hangup"


async def test_a_conference_goes_on_whatever_is_answered(phone: Phone) -> None:
    hooks = app(Conference("room", conference_event_url="/room"))
    answers = iter([b"<Response>", b"<Response><Hangup/></Response>"])

    @hooks.on(ConferenceEvent)
    async def room(event: ConferenceEvent) -> Reply:
        return Reply(200, next(answers), "application/xml")  # and in the end a failure

    call = await phone.dial(hooks)
    await phone.conference("room").redirect("/again")
    assert not call.ended
    assert len(words(phone, "violation")) == 2
    assert "no URL answered" in str(phone.conference("room").timeline)


async def test_recording_verbs_without_effect(phone: Phone) -> None:
    hooks = app(
        *(PauseRecording(), ResumeRecording(), StopRecording()),
        *(StartRecording(recording_available_url="/1"), StartRecording(recording_available_url="/2"), PauseRecording()),
        *(PauseRecording(), SpeakSentence("Unheard."), StopRecording(), SpeakSentence("Over.")),
    )
    await phone.dial(hooks)
    assert [text for text in (entry.text for entry in phone.timeline) if text.startswith("recording")] == [
        "recordingAvailable POST /1"
    ]


async def test_recordings_in_a_conference_without_effect(phone: Phone) -> None:
    hooks = app(Conference("room", conference_event_url="/room"))

    @hooks.on(ConferenceRedirectEvent)
    async def again(event: ConferenceRedirectEvent) -> Sequence[ConferenceVerb]:
        return [StartRecording(), StartRecording(recording_available_url="/2"), StopRecording(), StopRecording()]

    call = await phone.dial(hooks)
    await phone.conference("room").redirect("/again")
    await call.hang_up()
    assert "conferenceRecordingAvailable" not in words(phone, "event")


async def test_what_is_said_is_in_the_transcription(phone: Phone) -> None:
    hooks = app(StartRecording(transcribe=True, transcription_available_url="/words"), Gather(first_digit_timeout=60))
    call = await phone.dial(hooks)
    await call.speak("Hello there.")
    await call.hang_up()
    assert "the transcription reads: Hello there." in str(call.timeline)


async def test_a_recording_that_is_too_short_is_not_transcribed(phone: Phone) -> None:
    call = await phone.dial(app(Record(transcribe=True, transcription_available_url="/words")))
    await call.press("#")
    await phone.wait(10)
    assert "transcriptionAvailable" not in words(phone, "event")


async def test_live_words_are_kept_by_the_transcription(phone: Phone) -> None:
    call = await phone.dial(app(StartTranscription(transcription_event_url="/t"), Gather(first_digit_timeout=60)))
    await call.speak("Hello.")
    assert [stream.said for stream in phone._platform.legs[call.id].transcriptions.values()] == [["Hello."]]
    await call.hang_up()
    assert "realTimeTranscriptionAvailable" in words(phone, "event")


async def test_what_is_said_while_a_recording_is_paused_is_not_in_it(phone: Phone) -> None:
    paused = (StartRecording(transcribe=True, transcription_available_url="/words"), PauseRecording())
    call = await phone.dial(app(*paused, Gather(max_digits=1), ResumeRecording(), Gather()))
    await call.speak("My card number.", seconds=1)
    await call.press("1")
    await call.speak("Done.", seconds=1)
    await call.hang_up()
    assert "the transcription reads: Done." in str(call.timeline)


async def test_a_stream_is_found_by_its_id_too(phone: Phone) -> None:
    hooks = app(StartStream(destination="wss://x.example", stream_event_url="/s"), Gather(first_digit_timeout=60))
    call = await phone.dial(hooks)
    (stream,) = phone._platform.legs[call.id].streams
    from webhooks.bxml import Document

    await call.replace(Document(StopStream(name=stream), SpeakSentence("Stopped.")))
    assert "mediaStreamStopped" in words(phone, "event")


async def test_a_refer_that_works_without_a_url_ends_the_call(phone: Phone) -> None:
    call = await phone.dial(app(Refer(SipUri("sip:agent@x.example"))), from_="sip:bob@x.example")
    assert call.cause == "hangup"
    assert len(call.events) == 2


@pytest.mark.parametrize("place", ["alone", "in a gather"])
async def test_a_file_that_cannot_be_played_ends_the_call(phone: Phone, place: str) -> None:
    audio = PlayAudio("https://example.com/hello.OGG?v=1")
    call = await phone.dial(app(audio if place == "alone" else Gather(audio)))
    assert call.cause == "application-error"
    assert call.transcript == ()


async def test_tones_take_their_time(phone: Phone) -> None:
    call = await phone.dial(app(SendDtmf("1W2", tone_duration=100, tone_interval=100)))
    assert call.ended
    assert phone.now == pytest.approx(1.4)


async def test_a_forward_rings_as_long_as_it_says(phone: Phone) -> None:
    from webhooks.bxml import Forward

    call = await phone.dial(app(Forward(to="+19195550150", call_timeout=2)))
    assert call.cause == "timeout"


async def test_a_401_that_asks_for_nothing_is_explained() -> None:
    def auth(delivery: Delivery) -> None:
        raise NotAuthenticated("no", challenge='Basic realm="x"')

    async def rude(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 401})  # type: ignore[operator]
        await send({"type": "http.response.body"})  # type: ignore[operator]

    call = await Phone(credentials=("a", "b")).dial(rude)
    assert "nobody asks for" in str(call.timeline)
    wrong = await Phone(credentials=("a", "b")).dial(Webhooks(auth=auth))
    assert wrong.cause == "callback-error"
