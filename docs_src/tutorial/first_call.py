from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Document, Hangup, SpeakSentence
from webhooks.events import DisconnectEvent, InitiateEvent

hooks = Webhooks(auth=BasicAuth.from_env())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document:
    return Document(SpeakSentence("Hello. This is my first app."), Hangup())


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None:
    print("The call", call.call_id, "ended:", call.cause)
