"""Hides a number: who calls BW_NUMBER talks to USER_NUMBER. Call-initiated callback URL: https://YOUR-HOST/"""

from os import environ

from bandwidth_api import create_call

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Bridge, Ring, SpeakSentence, Verb
from webhooks.events import AnswerEvent, InitiateEvent

hooks = Webhooks(auth=BasicAuth.from_env())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> list[Verb]:
    await create_call(environ["USER_NUMBER"], hooks.url_for(answered, base=environ["BASE_CALLBACK_URL"]), call.call_id)
    return [Ring(duration=30), SpeakSentence("Nobody answers. Please call again later.")]


@hooks.on(AnswerEvent, path="/answered")
async def answered(call: AnswerEvent) -> Bridge:
    return Bridge(call.tag or "")
