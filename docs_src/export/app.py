from fastapi import FastAPI

from webhooks import AllowAll, Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.events import InitiateEvent
from webhooks.export import describe

hooks = Webhooks(auth=AllowAll())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> SpeakSentence:
    return SpeakSentence("Hello.")


app = FastAPI()
hooks.install(app, "/bandwidth")
describe(app)
