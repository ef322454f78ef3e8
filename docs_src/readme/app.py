from webhooks import BasicAuth, Webhooks, digits, text
from webhooks.bxml import Document, Gather, Hangup, PhoneNumber, SpeakSentence, Transfer
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent, MessageReceivedEvent

hooks = Webhooks(
    auth=BasicAuth("bandwidth", "s3cret"),
    fallback=Document(SpeakSentence("Sorry, something went wrong. Please call again."), Hangup()),
)


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1 for sales."), gather_url=menu, max_digits=1, repeat_count=3)


@hooks.on(GatherEvent, digits("1"), path="/menu")
async def sales(call: GatherEvent) -> Document:
    return Document(SpeakSentence("One moment."), Transfer(PhoneNumber("+19195550101")))


@hooks.on(GatherEvent, path="/menu")
async def menu(call: GatherEvent) -> Document:
    return Document(SpeakSentence(f"You pressed {call.digits or 'nothing'}. Goodbye."), Hangup())


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None:
    print("The call ended:", call.cause)


@hooks.on(MessageReceivedEvent, text("STOP", "UNSUBSCRIBE"))
async def unsubscribe(event: MessageReceivedEvent) -> None:
    print("Somebody wants no more messages.")
