from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Document, Hangup, SpeakSentence
from webhooks.events import InitiateEvent, MessageReceivedEvent
from webhooks.inbox import SqliteInbox
from webhooks.state import SqliteState

hooks = Webhooks(auth=BasicAuth.from_env(), state=SqliteState("state.db"), inbox=SqliteInbox("inbox.db"))


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document:
    print("Ticket made for", call.call_id)  # once, though Bandwidth asks again
    return Document(SpeakSentence("Your ticket is made."), Hangup())


@hooks.on(MessageReceivedEvent)
async def texted(event: MessageReceivedEvent) -> None:
    print("Text", event.message.id, "filed")  # once, though it is delivered again
