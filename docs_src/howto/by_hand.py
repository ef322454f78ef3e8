from pathlib import Path

from webhooks import BasicAuth, Webhooks, bxml
from webhooks.bxml import Document
from webhooks.events import InitiateEvent

hooks = Webhooks(auth=BasicAuth.from_env())
WELCOME = bxml.parse(Path(__file__).with_name("welcome.xml").read_bytes())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Document:
    return WELCOME
