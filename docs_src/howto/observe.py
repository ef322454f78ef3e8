import logging

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent
from webhooks.hooks import LogHook, OtelHook

logging.basicConfig(level=logging.INFO)
hooks = Webhooks(auth=BasicAuth.from_env(), hooks=[LogHook(), OtelHook()])


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Hangup:
    return Hangup()
