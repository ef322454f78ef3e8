"""Messages: what is texted to the app, what the app texts, and what it is told about that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webhooks.errors import SimulationError
from webhooks.simulator.addresses import Application
from webhooks.simulator.ids import time_of
from webhooks.simulator.message import Message
from webhooks.simulator.platform import APPLICATION, Platform
from webhooks.simulator.sender import typed
from webhooks.simulator.timeline import Entry

__all__ = ["News", "arrive", "deliver", "tell"]

# Bandwidth tries for 24 hours; when, it does not say. These are our seconds between two tries (messaging/webhooks).
_PAUSES = (10.0, 60.0, 300.0, 900.0)
_LONGEST_PAUSE = 3600.0
_GIVES_UP = 24 * 3600.0


def arrive(
    platform: Platform, application: Application, *, from_: str, to: Sequence[str], text: str, media: Sequence[str]
) -> Message:
    """A message comes in for the first of these numbers; more than one make it a group message."""
    now = platform.clock.now
    owner = next(iter(to), "")
    message = _noted(
        platform, Message(platform.ids.message(now), "in", from_, tuple(to), text, tuple(media), owner, now)
    )
    tell(platform, application, message, News("message-received", message.owner, "Incoming message received"))
    return message


def deliver(
    platform: Platform,
    application: Application,
    *,
    from_: str,
    to: Sequence[str],
    text: str,
    media: Sequence[str],
    tag: str,
    statuses: Sequence[str],
) -> Message:
    """A message goes out, as after the REST call `createMessage`; its statuses follow, for each recipient."""
    now = platform.clock.now
    message = _noted(
        platform, Message(platform.ids.message(now), "out", from_, tuple(to), text, tuple(media), from_, now, tag)
    )
    for recipient in message.to:
        platform.clock.spawn(_statuses, platform, application, message, recipient, statuses)
    return message


def _noted(platform: Platform, message: Message) -> Message:
    if not message.to:
        raise SimulationError("a message needs somebody to go to")
    platform.messages.append(message)
    platform.timeline.add(Entry(platform.clock.now, message.from_, "text", message.text, message.id))
    return message


# What the statuses say of themselves.
_DESCRIPTIONS = {
    "message-sending": "Message is sending to carrier",
    "message-sent": "Message sent to carrier",
    "message-delivered": "Message delivered to carrier",
    "message-failed": "rejected by the carrier",
}


async def _statuses(
    platform: Platform, application: Application, message: Message, recipient: str, statuses: Sequence[str]
) -> None:
    for status in statuses:
        await platform.clock.sleep(platform.timing.carrier)
        tell(platform, application, message, News(status, recipient, _DESCRIPTIONS[status]))
    await platform.clock.sleep(platform.timing.carrier)
    error = platform.callee(recipient).error
    last = "message-delivered" if error is None else "message-failed"
    more = {} if error is None else {"errorCode": error}
    tell(platform, application, message, News(last, recipient, _DESCRIPTIONS[last], more=more))


@dataclass(frozen=True, slots=True)
class News:
    """What the app is told about a message."""

    event_type: str
    to: str
    """The recipient that it is about."""
    description: str
    more: Mapping[str, object] = field(default_factory=dict[str, object])
    """Further fields of the event."""
    inside: Mapping[str, object] = field(default_factory=dict[str, object])
    """Further fields of `message`."""


def tell(platform: Platform, application: Application, message: Message, news: News) -> None:
    """Tell the app about a message, and go on until it listens."""
    payload = _payload(platform, message, news)
    message.events.append(typed(payload))
    platform.clock.spawn(_until_taken, platform, application, message, payload)


def _payload(platform: Platform, message: Message, news: News) -> list[dict[str, object]]:
    fields: dict[str, object] = {
        "id": message.id,
        "owner": message.owner,
        "applicationId": APPLICATION,
        "time": time_of(message.sent_at),
        "segmentCount": max(1, -(-len(message.text) // 160)),
        "direction": message.direction,
        "to": list(message.to),
        "from": message.from_,
        # Statuses come without the text (messaging/webhooks).
        "text": message.text if message.direction == "in" else "",
        **news.inside,
    }
    if message.media:
        fields["media"] = list(message.media)
    if message.tag:
        fields["tag"] = message.tag
    now = time_of(platform.clock.now)
    head = {"type": news.event_type, "time": now, "description": news.description, "to": news.to}
    return [{**head, **news.more, "message": fields}]


async def _until_taken(
    platform: Platform, application: Application, message: Message, payload: list[dict[str, object]]
) -> None:
    clock = platform.clock
    began = clock.now
    pauses = iter(_PAUSES)

    def log(what: str, text: str, body: bytes = b"", /) -> None:
        platform.timeline.add(Entry(clock.now, message.from_, what, text, message.id, body))

    first = len(message.events) == 1
    while True:
        message.tries += first
        if await platform.sender.tell(payload, application.main, log):
            message.taken = message.taken or first
            return
        pause = next(pauses, _LONGEST_PAUSE)
        if clock.now + pause - began > _GIVES_UP:
            log("note", "given up after 24 hours")
            return
        await clock.sleep(pause)
