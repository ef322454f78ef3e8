"""POST {"to": "+1..."} to /calls: whoever answers there hears a menu."""

from os import environ

from bandwidth_api import create_call, locked
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Gather, SpeakSentence
from webhooks.events import AnswerEvent, GatherEvent

hooks, app = Webhooks(auth=BasicAuth.from_env()), Starlette()
hooks.install(app, "/callbacks")
CHOICES = {"1": "You chose the first message.", "2": "You chose the second message."}


@locked
async def place(request: Request) -> Response:
    answer_url = hooks.url_for(answered, base=environ["BASE_CALLBACK_URL"] + "/callbacks")
    await create_call((await request.json())["to"], answer_url)
    return Response(status_code=202)


@hooks.on(AnswerEvent, path="/answered")
async def answered(call: AnswerEvent) -> Gather:
    prompt = SpeakSentence("Press 1 for a message, 2 for another one.")
    return Gather(prompt, gather_url=chosen, max_digits=1, repeat_count=3)


@hooks.on(GatherEvent, path="/chosen")
async def chosen(call: GatherEvent) -> SpeakSentence:
    return SpeakSentence(CHOICES.get(call.digits or "", "There is no such message."))


app.add_route("/calls", place, methods=["POST"])
