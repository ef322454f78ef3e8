from webhooks import BasicAuth, Webhooks, digits
from webhooks.bxml import Document, Gather, Hangup, PhoneNumber, Record, SpeakSentence, Transfer
from webhooks.events import GatherEvent, InitiateEvent, RecordCompleteEvent, TransferCompleteEvent

hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1 for sales, 2 to leave a message."), gather_url=again, max_digits=1)


@hooks.on(GatherEvent, digits("1"), path="/menu")
async def sales(call: GatherEvent) -> Document:
    return Document(SpeakSentence("One moment."), Transfer(PhoneNumber("+19195550150"), transfer_complete_url=missed))


@hooks.on(GatherEvent, digits("2"), path="/menu")
async def voicemail(call: GatherEvent) -> Document:
    return Document(SpeakSentence("Speak after the tone."), Record(record_complete_url=thanks))


@hooks.on(GatherEvent, path="/menu")
async def again(call: GatherEvent) -> Gather:
    return Gather(SpeakSentence("Please press 1 or 2."), gather_url=again, max_digits=1)


@hooks.on(TransferCompleteEvent, path="/missed")
async def missed(call: TransferCompleteEvent) -> SpeakSentence:
    return SpeakSentence("Nobody is free." if call.cause != "hangup" else "Goodbye.")


@hooks.on(RecordCompleteEvent, path="/recorded")
async def thanks(call: RecordCompleteEvent) -> Document:
    return Document(SpeakSentence("Thank you."), Hangup())
