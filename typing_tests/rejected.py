"""What type checkers refuse: each line marked `# rejected` has an error in mypy and in pyright, and no other line has.

The mark stands where both report: at the decorator for a handler that does not fit, else at the wrong argument.
Nothing here is run. `tests/test_typing.py` compares the marks with what the checkers say.
"""

from __future__ import annotations

from pydantic import BaseModel

from webhooks import AllowAll, Context, Reply, Router, Webhooks, digits, tag, text, to
from webhooks.bxml import (
    Bridge,
    Conference,
    ConferenceVerb,
    Connect,
    Document,
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
    SpeakSentence,
    StartGather,
    StartRecording,
    StartStream,
    StopStream,
    StreamParam,
    Transfer,
    Verb,
)
from webhooks.events import (
    AnswerEvent,
    CallEvent,
    ConferenceCreatedEvent,
    ConferenceEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    MessageDeliveredEvent,
    MessageEvent,
    MessageReceivedEvent,
    NotificationEvent,
    RecordCompleteEvent,
    RecordingAvailableEvent,
    RedirectEvent,
)
from webhooks.inbox import SqliteInbox

hooks = Webhooks(auth=AllowAll())
router = Router()


# The wrong kind of result.
@hooks.on(DisconnectEvent)  # rejected: a notification takes no verb
async def verb_from_a_notification(event: DisconnectEvent) -> Hangup:
    return Hangup()


@hooks.on(MessageReceivedEvent)  # rejected: a notification takes no Reply
def reply_from_a_notification(event: MessageReceivedEvent) -> Reply:
    return Reply()


@hooks.on(ConferenceCreatedEvent)  # rejected: a conference takes no Gather
async def gather_from_a_conference(conference: ConferenceCreatedEvent) -> Gather:
    return Gather()


@hooks.on(ConferenceCreatedEvent)  # rejected: a conference takes conference verbs only
async def any_document_from_a_conference(conference: ConferenceCreatedEvent) -> Document[Verb]:
    return Document(Hangup())


@hooks.on(ConferenceEvent)  # rejected: a list with a Hangup in it
def list_from_a_conference(conference: ConferenceEvent) -> list[ConferenceVerb | Hangup]:
    return [Hangup()]


@hooks.on(InitiateEvent)  # rejected: text is no verb
async def text_from_a_call(call: InitiateEvent) -> str:
    return "Hello."


@hooks.on(InitiateEvent)  # rejected: a number is no verb
async def number_from_a_call(call: InitiateEvent) -> int:
    return 200


@hooks.on(InitiateEvent)  # rejected: a number is no verb, from `def` either
def number_from_a_plain_function(call: InitiateEvent) -> int:
    return 200


@hooks.on(InitiateEvent)  # rejected: a PhoneNumber only stands in a Transfer
async def phone_number_from_a_call(call: InitiateEvent) -> PhoneNumber:
    return PhoneNumber("+19195551234")


# The wrong parameters.
@hooks.on(GatherEvent)  # rejected: the event is another one
async def another_event(call: InitiateEvent) -> None: ...


@hooks.on(CallEvent)  # rejected: a base class brings more than the parameter takes
async def one_for_all(call: GatherEvent) -> None: ...


@hooks.on(InitiateEvent | AnswerEvent)  # rejected: one of two events
async def one_of_two(call: InitiateEvent) -> None: ...


@hooks.on(InitiateEvent)  # rejected: the second parameter is a Context
async def wrong_second(call: InitiateEvent, session: str) -> None: ...


@hooks.on(InitiateEvent)  # rejected: the context comes second, not by name
async def context_by_name(call: InitiateEvent, *, context: Context) -> None: ...


@hooks.on(InitiateEvent)  # rejected: no event
async def no_parameter() -> None: ...


@hooks.on(InitiateEvent)  # rejected: nobody gives the third
async def third_parameter(call: InitiateEvent, context: Context, session: str) -> None: ...


@router.on(GatherEvent)  # rejected: routers are as strict
async def on_a_router(call: InitiateEvent) -> None: ...


# Events that cannot be registered.
@hooks.on(Event)  # rejected: register each kind apart
async def every_event(event: Event) -> None: ...


@hooks.on(str)  # rejected: no event
async def no_event(event: str) -> None: ...


@hooks.on("gather")  # rejected: the class, not Bandwidth's word
async def by_name(call: GatherEvent) -> None: ...


@hooks.on(InitiateEvent | DisconnectEvent)  # rejected: a call may be answered, a notification may not
async def mixed_kinds(event: InitiateEvent | DisconnectEvent) -> Hangup:
    return Hangup()


@hooks.on  # rejected: the event is missing
async def without_an_event(call: InitiateEvent) -> None: ...


# Conditions that the event cannot meet.
@hooks.on(InitiateEvent, digits("1"))  # rejected: no digits yet
async def digits_of_a_new_call(call: InitiateEvent) -> None: ...


@hooks.on(CallEvent, digits("1"))  # rejected: not every call event has digits
async def digits_of_any_call(call: CallEvent) -> None: ...


@hooks.on(GatherEvent, text("STOP"))  # rejected: a call has no text
async def text_of_a_call(call: GatherEvent) -> None: ...


@hooks.on(ConferenceCreatedEvent, to("+19195551234"))  # rejected: a conference is called by nobody
async def called_conference(conference: ConferenceCreatedEvent) -> None: ...


@hooks.on(MessageReceivedEvent, ~digits("1"))  # rejected: `~` keeps what the condition needs
async def digits_of_a_message(event: MessageReceivedEvent) -> None: ...


@hooks.on(InitiateEvent, tag)  # rejected: a condition is made with values
async def no_values(call: InitiateEvent) -> None: ...


@hooks.on(InitiateEvent, "menu")  # rejected: a condition is callable
async def text_as_condition(call: InitiateEvent) -> None: ...


@hooks.on(InitiateEvent, lambda call: call.digits == "1")  # rejected: the lambda's event has no digits
async def lambda_on_a_missing_field(call: InitiateEvent) -> None: ...


@hooks.on(MessageReceivedEvent, lambda event: event.text)  # rejected: text is no truth value
async def lambda_that_gives_text(event: MessageReceivedEvent) -> None: ...


def is_delivered(event: MessageDeliveredEvent) -> bool:
    return event.message.direction == "out"


@hooks.on(MessageReceivedEvent, is_delivered)  # rejected: the function takes another event
async def condition_of_another_event(event: MessageReceivedEvent) -> None: ...


tag(7)  # rejected: tags are text


# Handlers as URLs.
@hooks.on(RedirectEvent, path="/redirected")
async def redirected(call: RedirectEvent) -> None: ...


@hooks.on(GatherEvent, path="/menu")
async def menu(call: GatherEvent, context: Context) -> None: ...


@hooks.on(MessageEvent, path="/message")
async def message(event: MessageEvent) -> None: ...


@hooks.on(NotificationEvent, path="/told")
async def told(event: NotificationEvent) -> None: ...


Gather(gather_url=redirected)  # rejected: a handler of redirect events
Gather(gather_url=told)  # rejected: a gather is no notification
Gather(gather_fallback_url=message)  # rejected: nor a message
Redirect(redirect_url=menu)  # rejected: a handler of gather events
Record(record_complete_url=menu)  # rejected: a handler of gather events
Record(recording_available_url=redirected)  # rejected: a call's handler for a notification
Transfer(PhoneNumber("+19195551234"), transfer_complete_url=menu)  # rejected: a handler of gather events
PhoneNumber("+19195551234", transfer_answer_url=menu)  # rejected: a handler of gather events
Gather(gather_url=hooks.url_for)  # rejected: no handler
StartGather(dtmf_url=menu)  # rejected: a handler of gather events
StartRecording(recording_available_url=menu)  # rejected: neither of its two events
StartStream(destination="wss://a", stream_event_url=menu)  # rejected: none of its three events
Conference("room", conference_event_url=menu)  # rejected: a call's handler
Bridge("c-1", bridge_complete_url=menu)  # rejected: a handler of gather events
Connect(event_callback_url=menu)  # rejected: no handler takes the events of an endpoint
Gather(gather_url=None, gather_fallback_url=7)  # rejected: a number is no URL


# Verbs.
Gather(max_digit=1)  # rejected: there is no such attribute
Gather(max_digits="1")  # rejected: a number
Pause(duration="1")  # rejected: seconds
Record(transcribe="yes")  # rejected: True or False
Record(file_format="ogg")  # rejected: wav or mp3
Redirect(redirect_url="/x", redirect_method="PUT")  # rejected: GET or POST
Redirect()  # rejected: the URL is required
Pause(1)  # rejected: by keyword only
Gather(Hangup())  # rejected: prompts only
Gather("Press 1.")  # rejected: text is no prompt
Transfer("+19195551234")  # rejected: PhoneNumber(...) or SipUri(...)
SpeakSentence(7)  # rejected: text
PlayAudio()  # rejected: the URL is required
Ring(duration="2")  # rejected: seconds
SendDtmf(12)  # rejected: keys are text
Forward(from_="+19195551234")  # rejected: to whom is required
StartStream()  # rejected: the destination is required
StartStream(destination="wss://a", tracks="all")  # rejected: inbound, outbound or both
StartStream("a", destination="wss://a")  # rejected: StreamParam(...)
StreamParam("a", "b")  # rejected: by keyword only
StopStream()  # rejected: the name is required
Conference("room", mute="yes")  # rejected: True or False
Connect("e-1")  # rejected: Endpoint(...)
Refer()  # rejected: the SipUri is required
Refer(PhoneNumber("+19195551234"))  # rejected: SipUri(...)
Pause(duration=1).duration = 2  # rejected: a verb is a value
Gather(Hangup)  # rejected: a class is no prompt
Document(PhoneNumber("+19195551234"))  # rejected: only in a Transfer
Document("Hello.")  # rejected: text is no verb
Document([Hangup()])  # rejected: verbs one by one
Document(StreamParam(name="a", value="b"))  # rejected: only in a StartStream
conference: Document[ConferenceVerb] = Document(Hangup())  # rejected: Hangup is no conference verb


# The inbox.
hooks.on(GatherEvent, inline=True)  # rejected: a call is answered at once
hooks.on(ConferenceCreatedEvent, ordered=True)  # rejected: a conference, too
hooks.on(RecordingAvailableEvent, ordered="call")  # rejected: True or False
Webhooks(auth=AllowAll(), inbox="inbox.db")  # rejected: SqliteInbox("inbox.db")
Webhooks(auth=AllowAll(), inbox=SqliteInbox("inbox.db"), background=16)  # rejected: Background(concurrency=16)


# The app.
Webhooks()  # rejected: auth is required
Webhooks(auth=("user", "password"))  # rejected: BasicAuth("user", "password")
Webhooks(auth=AllowAll)  # rejected: AllowAll()
Webhooks(auth=AllowAll(), fallback=Hangup())  # rejected: Document(Hangup())
Webhooks(auth=AllowAll(), deadline="10")  # rejected: seconds
Webhooks(auth=AllowAll(), timeout=10)  # rejected: there is no such setting
hooks.include("sales")  # rejected: a Router
hooks.url_for("/menu")  # rejected: a handler
hooks.on(GatherEvent, path=menu)  # rejected: a path is text


@hooks.on_error(RecordCompleteEvent)  # rejected: no exception
async def error_of_an_event(error: RecordCompleteEvent) -> None: ...


@hooks.on_error(TimeoutError)  # rejected: another exception
async def another_error(error: ValueError) -> None: ...


@hooks.on_error(ValueError)  # rejected: text is no answer
async def text_for_an_error(error: ValueError) -> str:
    return "Sorry."


@hooks.on_error(KeyError)  # rejected: the second parameter gets any event
async def one_event_for_an_error(error: KeyError, event: RecordingAvailableEvent) -> None: ...


# What a decorator returns is still the function.
async def call_it(call: InitiateEvent, context: Context) -> None:
    await menu(call, context)  # rejected: its event is a GatherEvent


# State.
class Cart(BaseModel):
    items: list[str] = []


async def forget(call: GatherEvent, context: Context) -> None:
    context.state(dict)  # rejected: a model
    context.state(Cart())  # rejected: its class
    context.state(Cart, "account 7")  # rejected: key="account 7"
    async with context.state(Cart) as cart:
        cart.item.append("1")  # rejected: it has no such field


Webhooks(auth=AllowAll(), state="state.db")  # rejected: SqliteState("state.db")
