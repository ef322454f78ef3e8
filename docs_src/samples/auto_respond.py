"""Answers texts. Inbound and status callback URL of the messaging application: https://YOUR-HOST/"""

from bandwidth_api import send_message

from webhooks import BasicAuth, Webhooks
from webhooks.events import MessageDeliveredEvent, MessageFailedEvent, MessageReceivedEvent

hooks = Webhooks(auth=BasicAuth.from_env())
BYE = "You will hear no more from us."
ANSWERS = {"STOP": BYE, "QUIT": BYE, "HELP": "INFO tells about us, STOP ends this.", "INFO": "We answer texts."}


@hooks.on(MessageReceivedEvent)
async def answer(event: MessageReceivedEvent) -> None:
    word = (event.message.text or "").strip().upper()
    await send_message(event.message.from_, ANSWERS.get(word, "Please write STOP, QUIT, HELP or INFO."))


@hooks.on(MessageDeliveredEvent | MessageFailedEvent)
async def status(event: MessageDeliveredEvent | MessageFailedEvent) -> None:
    print(f"Message {event.message.id}: {event.event_type}")
