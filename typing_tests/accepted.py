"""What type checkers accept: registrations and documents that are right. `tests/test_typing.py` runs them over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel

from webhooks import (
    AllowAll,
    Authenticator,
    BasicAuth,
    Context,
    Deadline,
    DeadlineExceeded,
    Delivery,
    NotAuthenticated,
    Reply,
    Router,
    Webhooks,
    cause,
    digits,
    from_,
    tag,
    text,
    to,
)
from webhooks.bxml import (
    Bridge,
    Conference,
    ConferenceVerb,
    Connect,
    CustomParam,
    Document,
    Endpoint,
    Forward,
    Gather,
    Hangup,
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
from webhooks.events import (
    AnswerEvent,
    CallEvent,
    ConferenceCreatedEvent,
    ConferenceEvent,
    ConferenceMemberJoinEvent,
    ConferenceRecordingAvailableEvent,
    DisconnectEvent,
    DtmfEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    InvalidEvent,
    MediaStreamStartedEvent,
    MediaStreamStoppedEvent,
    MessageDeliveredEvent,
    MessageEvent,
    MessageFailedEvent,
    MessageReceivedEvent,
    NotificationEvent,
    RecordCompleteEvent,
    RecordingAvailableEvent,
    RedirectEvent,
    ReferCompleteEvent,
    TransferAnswerEvent,
    TransferCompleteEvent,
    TransferDisconnectEvent,
    UnknownEvent,
)
from webhooks.state import MemoryState, SqliteState, StateStore


# Authenticators: ours, several pairs, one of a user's own, as a function and as a class.
class TokenAuth:
    needs_body = True

    def __call__(self, delivery: Delivery, /) -> None:
        if delivery.header(b"x-token") != b"s3cret":
            raise NotAuthenticated("no token", challenge="Token")


def accept_nobody(delivery: Delivery) -> None:
    raise NotAuthenticated("closed", challenge="Basic")


own: Authenticator = TokenAuth()
with_own = Webhooks(auth=own, fallback=Document(SpeakSentence("Sorry."), Hangup()), deadline=10)
with_function = Webhooks(auth=accept_nobody, deadline=Deadline(voice=5, messaging=2.5), max_body=1000, threads=2)
for_all = Webhooks(auth=AllowAll(), debug=True)
hooks = Webhooks(auth=BasicAuth("user", "new", ("user", "old")))


# One class; the link is a forward reference.
@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1 for sales."), gather_url=menu, max_digits=1)


# With a path and a context; a self reference.
@hooks.on(GatherEvent, path="/menu")
async def menu(call: GatherEvent, context: Context) -> Document[Verb]:
    if call.digits == "1" and context.time_left > 1:
        return Document(Transfer(PhoneNumber("+19195551234", transfer_answer_url=whisper), sales_desk()))
    return Document(Gather(PlayAudio("https://files.example/menu.wav"), gather_url=menu, gather_fallback_url="/menu"))


def sales_desk() -> SipUri:
    return SipUri("sip:sales@pbx.example", transfer_answer_url=whisper, transfer_disconnect_url=left)


# `def`, with and without a context, and a list of verbs.
@hooks.on(AnswerEvent)
def answered(call: AnswerEvent) -> list[SpeakSentence | Pause]:
    return [SpeakSentence(f"Hello {call.to}."), Pause(duration=0.5)]


@hooks.on(RedirectEvent, path="/redirected")
def redirected(call: RedirectEvent, context: Context) -> Sequence[Verb] | None:
    return (Redirect(redirect_url=redirected), Hangup()) if context.delivery.path == "/" else None


# A Reply, None, and a choice of results.
@hooks.on(TransferCompleteEvent, cause("busy", "timeout"))
async def not_reached(call: TransferCompleteEvent) -> Reply:
    return Reply(200, b"<Response/>", "application/xml")


@hooks.on(TransferCompleteEvent)
async def transferred(call: TransferCompleteEvent) -> None:
    assert call.transfer_caller_id is None or call.transfer_caller_id.startswith("+")


@hooks.on(TransferAnswerEvent, path="/whisper")
async def whisper(call: TransferAnswerEvent) -> SpeakSentence | Hangup | None:
    return SpeakSentence("A caller from the menu.") if call.tag else Hangup()


@hooks.on(TransferDisconnectEvent, path="/left")
async def left(event: TransferDisconnectEvent) -> None: ...


@hooks.on(RecordCompleteEvent, path="/recorded")
async def recorded(call: RecordCompleteEvent) -> Record:
    return Record(record_complete_url=recorded, recording_available_url=available, transcribe=True, max_duration=30)


# Unions, of calls and of notifications.
@hooks.on(InitiateEvent | AnswerEvent, path="/start")
async def start(call: InitiateEvent | AnswerEvent) -> Document[Hangup]:
    return Document(Hangup())


@hooks.on(MessageDeliveredEvent | MessageFailedEvent)
def report(event: MessageDeliveredEvent | MessageFailedEvent) -> None: ...


# A handler annotated with a base class, or a wider union, of what it is registered for.
@hooks.on(DisconnectEvent)
async def ended(event: NotificationEvent) -> None: ...


@hooks.on(RecordingAvailableEvent, path="/available")
async def available(event: RecordingAvailableEvent | DisconnectEvent, context: Context) -> None: ...


@hooks.on(InitiateEvent, path="/any")
def any_event(call: Event) -> Pause:
    return Pause()


# Conference verbs, alone, as a list and as a document.
@hooks.on(ConferenceCreatedEvent)
async def created(conference: ConferenceCreatedEvent) -> list[ConferenceVerb]:
    return [PlayAudio("https://files.example/hello.wav"), SpeakSentence("Welcome.")]


@hooks.on(ConferenceMemberJoinEvent)
def joined(conference: ConferenceMemberJoinEvent, context: Context) -> Document[ConferenceVerb] | None:
    return Document(SpeakSentence("Somebody joined.")) if context.time_left > 0 else None


# What nobody could read or knows.
@hooks.on(UnknownEvent | InvalidEvent)
async def strange(event: UnknownEvent | InvalidEvent) -> None: ...


# Conditions: each, combined, a lambda, a function with a type, a method.
def from_abroad(call: CallEvent | MessageReceivedEvent) -> bool:
    return isinstance(call, MessageReceivedEvent) or call.call_id.startswith("c-")


@dataclass(frozen=True)
class Longer:
    than: int

    def __call__(self, event: MessageReceivedEvent) -> bool:
        return len(event.text or "") > self.than


@hooks.on(GatherEvent, digits("1") & tag("menu") | ~digits(""), to("+19195551234"), from_abroad, path="/conditions")
async def chosen(call: GatherEvent) -> None: ...


@hooks.on(GatherEvent, ~digits("1"), lambda call: call.terminating_digit == "#", path="/lambda")
async def ended_by_hash(call: GatherEvent) -> None: ...


@hooks.on(MessageReceivedEvent, text("STOP", "UNSUBSCRIBE"), from_("+19195551234"), from_abroad, Longer(3))
async def unsubscribe(event: MessageReceivedEvent) -> None: ...


@hooks.on(DisconnectEvent, cause("hangup") | cause("busy"), path="/ended")
async def hung_up(event: DisconnectEvent) -> None: ...


# Base classes, which take what is left.
@hooks.on(CallEvent)
async def any_call(call: CallEvent) -> Hangup:
    return Hangup()


@hooks.on(ConferenceEvent)
async def any_conference(conference: ConferenceEvent) -> SpeakSentence:
    return SpeakSentence(f"Conference {conference.conference_id}.")


@hooks.on(MessageEvent)
async def any_message(event: MessageEvent) -> None: ...


@hooks.on(NotificationEvent)
async def any_notification(event: NotificationEvent) -> None: ...


# Routers.
sales = Router()


@sales.on(GatherEvent, tag("sales"), path="/gathered")
async def gathered(call: GatherEvent) -> Redirect:
    return Redirect(redirect_url=redirected, redirect_method="GET")


hooks.include(sales, prefix="/sales")
hooks.include(sales)


# Handlers of errors: with and without the event, `def` and `async def`.
@hooks.on_error(DeadlineExceeded)
async def too_slow(error: DeadlineExceeded) -> Document[Verb]:
    return Document(SpeakSentence("One moment."), Redirect(redirect_url=redirected))


@hooks.on_error(ValueError)
def wrong_value(error: ValueError, event: Event) -> SpeakSentence | None:
    return SpeakSentence("Sorry.") if isinstance(event, CallEvent) else None


@hooks.on_error(Exception)
async def any_error(error: Exception, event: Event) -> Reply:
    return Reply(503)


# Verbs for all that a call can do; a URL that several events come to takes the handler of one, of some or of all.
@hooks.on(ReferCompleteEvent, path="/referred")
async def referred(call: ReferCompleteEvent) -> Document[Verb]:
    sentence = SpeakSentence("One ", Ssml("<break time='1s'/>"), "moment.", voice="julie")
    return Document(sentence, Forward(to="+19195551234", from_="Anonymous"))


@hooks.on(DtmfEvent, path="/key")
async def pressed(event: DtmfEvent) -> None: ...


@hooks.on(MediaStreamStartedEvent, path="/stream")
async def streaming(event: MediaStreamStartedEvent) -> None: ...


@hooks.on(MediaStreamStartedEvent | MediaStreamStoppedEvent, path="/streams")
async def streams(event: MediaStreamStartedEvent | MediaStreamStoppedEvent) -> None: ...


@hooks.on(ConferenceRecordingAvailableEvent, path="/meeting")
async def meeting(event: ConferenceRecordingAvailableEvent) -> None: ...


@hooks.on(ConferenceMemberJoinEvent, path="/conference")
async def recorded_join(conference: ConferenceMemberJoinEvent) -> StartRecording:
    return StartRecording(recording_available_url=meeting, file_format="mp3")


everything: Document[Verb] = Document(
    Tag("menu"),
    Tag(),
    Ring(duration=2.5, answer_call=False),
    SendDtmf("1w2", tone_duration=100),
    StartGather(dtmf_url=pressed),
    StopGather(),
    StartRecording(recording_available_url=available, multi_channel=True),
    StopRecording(),
    StartStream(StreamParam(name="a", value="b"), destination="wss://a.example", stream_event_url=streaming),
    StartStream(destination="wss://a.example", mode="bidirectional", stream_event_url=streams),
    StopStream(name="a", wait=True),
    StartTranscription(CustomParam(name="a", value="b"), tracks="both", transcription_event_url="/words"),
    StopTranscription(),
    Conference("room", conference_event_url=recorded_join, conference_event_fallback_url=any_conference, mute=True),
    Connect(Endpoint("e-1"), event_callback_url="/connected"),
    Bridge("c-1", bridge_complete_url="/bridged"),
    Refer(SipUri("sip:a@example.com"), refer_complete_url=referred),
)


# A verb is a value, and a dataclass; a subclass may give defaults.
class Loud(SpeakSentence):
    def __init__(self, *parts: str) -> None:
        super().__init__(*parts, voice="julie")


louder: Gather = replace(Gather(Loud("Press 1."), gather_url=menu), max_digits=2)
counted: dict[Verb, int] = {louder: 1}


# What the decorators return is still the function: it can be called, and its result has its type.
async def call_them(call: GatherEvent, event: DisconnectEvent, context: Context) -> None:
    document: Document[Verb] = await menu(call, context)
    redirect: Redirect = await gathered(call)
    await ended(event)
    sentence: SpeakSentence | None = wrong_value(ValueError(), call)
    print(document.to_bytes(), redirect.redirect_url, sentence)


def call_plainly(call: AnswerEvent) -> list[SpeakSentence | Pause]:
    return answered(call)


class Cart(BaseModel):
    items: list[str] = []


async def remember(call: GatherEvent, context: Context) -> int:
    async with context.state(Cart) as cart, context.state(Cart, key="account 7", ttl=60) as other:
        cart.items.extend(other.items)
    return len(cart.items)


stores: list[StateStore] = [MemoryState(), SqliteState("state.db")]
with_state = Webhooks(auth=AllowAll(), state=SqliteState("state.db"), once=False)
url: str = hooks.url_for(menu, base="https://example.com/bandwidth", event=GatherEvent)
verbs: tuple[Verb, ...] = Document(SpeakSentence("Bye."), Hangup()).verbs
