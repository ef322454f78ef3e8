from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Document, Gather, Hangup, SpeakSentence
from webhooks.events import GatherEvent, InitiateEvent

hooks = Webhooks(auth=BasicAuth.from_env())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press a key."), gather_url=pressed, max_digits=1)


@hooks.on(GatherEvent, path="/pressed")
async def pressed(call: GatherEvent) -> Document:
    return Document(SpeakSentence(f"You pressed {call.digits or 'nothing'}."), Hangup())
