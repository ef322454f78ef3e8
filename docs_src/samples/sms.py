"""POST {"to": "+1...", "text": "..."} to /sendMessage. Inbound and status callback URL: https://YOUR-HOST/callbacks"""

from bandwidth_api import locked, send_message
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from webhooks import BasicAuth, Webhooks
from webhooks.events import MessageDeliveredEvent, MessageFailedEvent, MessageReceivedEvent

hooks, app = Webhooks(auth=BasicAuth.from_env()), Starlette()
hooks.install(app, "/callbacks")


@locked
async def send(request: Request) -> Response:
    wanted = await request.json()
    await send_message(wanted["to"], wanted["text"])
    return Response(status_code=202)


@hooks.on(MessageReceivedEvent)
async def received(event: MessageReceivedEvent) -> None:
    print(f"{event.message.from_} writes to {event.message.owner}: {event.message.text}")


@hooks.on(MessageDeliveredEvent | MessageFailedEvent)
async def status(event: MessageDeliveredEvent | MessageFailedEvent) -> None:
    print(f"Message {event.message.id}: {event.event_type}")


app.add_route("/sendMessage", send, methods=["POST"])
