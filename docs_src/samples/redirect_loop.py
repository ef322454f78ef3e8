"""Calls go round and round; GET /activeCalls, DELETE /calls/{id}. Callback URLs: https://YOUR-HOST/callbacks/loop"""

from os import environ

from bandwidth_api import locked, update_call
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Pause, Redirect, SpeakSentence, Verb
from webhooks.events import DisconnectEvent, InitiateEvent, RedirectEvent

hooks, app = Webhooks(auth=BasicAuth.from_env()), Starlette()
hooks.install(app, "/callbacks")
active: set[str] = set()


@hooks.on(InitiateEvent | RedirectEvent, path="/loop")
async def loop(call: InitiateEvent | RedirectEvent) -> list[Verb]:
    active.add(call.call_id)
    return [SpeakSentence("This goes on and on."), Pause(duration=10), Redirect(redirect_url=loop)]


@hooks.on(RedirectEvent, path="/goodbye")
async def goodbye(call: RedirectEvent) -> SpeakSentence:
    return SpeakSentence("Your call was ended. Goodbye.")


@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None:
    active.discard(call.call_id)


@locked
async def calls(request: Request) -> Response:
    return JSONResponse(sorted(active))


@locked
async def end(request: Request) -> Response:
    await update_call(
        request.path_params["id"], hooks.url_for(goodbye, base=environ["BASE_CALLBACK_URL"] + "/callbacks")
    )
    return Response(status_code=204)


app.add_route("/activeCalls", calls)
app.add_route("/calls/{id}", end, methods=["DELETE"])
