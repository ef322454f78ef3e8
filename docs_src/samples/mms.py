"""POST {"to": "+1...", "text": "..."} to /sendMessage. Inbound and status callback URL: https://YOUR-HOST/callbacks"""

from mimetypes import guess_type
from posixpath import basename

from bandwidth_api import locked, save, send_message
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from webhooks import BasicAuth, Webhooks
from webhooks.events import MessageReceivedEvent

hooks, app = Webhooks(auth=BasicAuth.from_env()), Starlette()
hooks.install(app, "/callbacks")


@locked
async def send(request: Request) -> Response:
    wanted = await request.json()
    await send_message(wanted["to"], wanted["text"], ["https://cdn2.thecatapi.com/images/MTY3ODIyMQ.jpg"])
    return Response(status_code=202)


@hooks.on(MessageReceivedEvent)
async def save_images(event: MessageReceivedEvent) -> None:
    for url in event.message.media or ():
        if (guess_type(url)[0] or "").startswith("image/"):
            await save(url, f"{event.message.id}-{basename(url)}")


app.add_route("/sendMessage", send, methods=["POST"])
