from httpx2 import AsyncClient

from webhooks import Webhooks, text
from webhooks.auth import Authenticator
from webhooks.events import MessageDeliveredEvent, MessageFailedEvent, MessageReceivedEvent


def make_hooks(auth: Authenticator, bandwidth: AsyncClient, *, account: str, application: str) -> Webhooks:
    hooks = Webhooks(auth=auth)

    async def answer(event: MessageReceivedEvent, words: str) -> None:
        message = {"applicationId": application, "to": [event.from_], "from": event.to, "text": words}
        reply = await bandwidth.post(f"/users/{account}/messages", json=message)
        reply.raise_for_status()

    @hooks.on(MessageReceivedEvent, text("STOP", "UNSUBSCRIBE"))
    async def stop(event: MessageReceivedEvent) -> None:
        print("Somebody wants no more texts.")

    @hooks.on(MessageReceivedEvent, text("HOURS"))
    async def hours(event: MessageReceivedEvent) -> None:
        await answer(event, "We are open from nine to five.")

    @hooks.on(MessageReceivedEvent)
    async def other(event: MessageReceivedEvent) -> None:
        await answer(event, "Write HOURS for our opening hours, STOP for no more texts.")

    @hooks.on(MessageDeliveredEvent | MessageFailedEvent)
    async def status(event: MessageDeliveredEvent | MessageFailedEvent) -> None:
        print("Message", event.message.id, "is", event.event_type)

    return hooks
