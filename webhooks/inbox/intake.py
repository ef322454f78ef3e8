"""From an event that came in to an envelope in the inbox; and where it goes while the inbox fails.

1. Bandwidth hears 200 only when the event is on a disk, or was handled.
2. While the inbox fails, messages get 503, since Bandwidth sends them again for a day (messaging/webhooks). A
   notification of a call comes once (voice/webhooks/about), so it goes to the spool. Where that fails too, it is
   handled at once, as it would be without an inbox.
3. What has an order goes to the spool, too, while that holds anything: it must not overtake what is there.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from webhooks.delivery import EMPTY, Delivery, Reply
from webhooks.errors import InboxError
from webhooks.events import Event
from webhooks.inbox.background import Background
from webhooks.inbox.base import Envelope, Inbox
from webhooks.inbox.keys import delivery_key, digest, order_key
from webhooks.inbox.patience import Patience
from webhooks.inbox.spool import Spool
from webhooks.logs import loggable

__all__ = ["Intake", "Tally", "elements"]

_log = logging.getLogger("webhooks.inbox")

# What a handler or a trace may want to know of a delivery. Everything else may be a credential.
_HEADERS = frozenset(
    [
        b"content-type",
        b"date",
        b"host",
        b"traceparent",
        b"user-agent",
        b"x-amzn-trace-id",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-request-id",
    ]
)
# Seconds for the inbox to keep a delivery; Bandwidth waits ten for the answer.
_PATIENCE = 5.0
_LATER = Reply(
    503, b'{"title": "Service Unavailable", "status": 503, "detail": "try again later"}', "application/problem+json"
)
_SPACE = re.compile(r"[\s,]*")


@dataclass(slots=True)
class Tally:
    """What became of events that were to be kept, since the process began."""

    accepted: int = 0
    duplicate: int = 0
    spooled: int = 0
    """Written to the spool, because the inbox failed."""
    refused: int = 0
    """Answered with 503, because the inbox failed."""
    inline: int = 0
    """Handled at once, because inbox and spool failed."""


class Intake:
    """Keeps events for one app.

    Args:
        inbox: where.
        background: the app's settings.
        spool: the file for when the inbox fails.
        begin: called before each; makes the inbox ready where no lifespan did.
    """

    def __init__(
        self, inbox: Inbox, *, background: Background, spool: Spool, begin: Callable[[], Awaitable[None] | None]
    ) -> None:
        self._inbox = inbox
        self._key = background.key
        self._spool = spool
        self._begin = begin
        self._patience = Patience(_PATIENCE)
        # The last array, and its elements: taken apart for each of them, a thousand would take seconds.
        self._array: tuple[Delivery, list[bytes]] | None = None
        self.tally: Tally = Tally()
        """Counts."""

    async def keep(self, event: Event, delivery: Delivery, place: tuple[int, int], *, ordered: bool) -> Reply | None:
        """The reply to an event that is kept now; None when it has to be handled at once.

        Args:
            event: what happened.
            delivery: what it came in.
            place: which of how many events of the delivery it is.
            ordered: whether it waits for earlier events of its call or conversation.
        """
        index, count = place
        body = self._element(delivery, index, count)
        envelope = self._envelope(event, delivery, body, ordered=ordered)
        is_message = event.family == "messaging" or body.lstrip()[:1] == b"["
        if ordered and self._spool.holds and not is_message:
            return await self._write_down(envelope, "what came before it is there.")
        try:
            with self._patience():
                if (beginning := self._begin()) is not None:
                    await beginning
                accepted = await self._inbox.accept(envelope)
        except (InboxError, TimeoutError) as error:
            told = str(error) or "it took too long."
            return self._refuse(envelope, told) if is_message else await self._write_down(envelope, told)
        if accepted == "accepted":
            self.tally.accepted += 1
        else:
            self.tally.duplicate += 1
        return EMPTY

    def _element(self, delivery: Delivery, index: int, count: int) -> bytes:
        if count == 1:
            return delivery.body
        if self._array is None or self._array[0] is not delivery:
            self._array = delivery, elements(delivery.body, count)
        return self._array[1][index]

    def _refuse(self, envelope: Envelope, told: str) -> Reply:
        self.tally.refused += 1
        _log.error("%s %s is answered with 503: %s", envelope.event_type, envelope.correlation_id, told)
        return _LATER

    async def _write_down(self, envelope: Envelope, told: str) -> Reply | None:
        names = (envelope.event_type, envelope.correlation_id)
        try:
            await asyncio.to_thread(self._spool.append, envelope)
        except OSError as error:
            self.tally.inline += 1
            _log.error("%s %s is handled at once: %s The spool fails, too: %s.", *names, told, error.strerror)
            return None
        self.tally.spooled += 1
        _log.error('%s %s is in "%s" until the inbox works: %s', *names, self._spool.path, told)
        return EMPTY

    def _envelope(self, event: Event, delivery: Delivery, body: bytes, *, ordered: bool) -> Envelope:
        return Envelope(
            key=self._key_of(event, delivery),
            order_key=order_key(event) if ordered else None,
            event_type=loggable(getattr(event, "event_type", None)),
            correlation_id=loggable(event.correlation_id),
            method=delivery.method,
            path=delivery.path,
            query=delivery.query,
            headers=tuple([(name, value) for name, value in delivery.headers if name in _HEADERS]),
            root_path=delivery.root_path,
            body=body,
            event=event,
        )

    def _key_of(self, event: Event, delivery: Delivery) -> str:
        if self._key is delivery_key:
            return delivery_key(event, delivery)
        try:
            return digest("own", self._key(event, delivery))
        except Exception as error:  # noqa: BLE001 - a user's function; the event is kept whatever it does
            _log.error("Background(key=...) raised %s: the usual key is taken.", type(error).__name__)
            return delivery_key(event, delivery)


def elements(body: bytes, count: int) -> list[bytes]:
    """The elements of an array of so many, each as an array of one, as they were written."""
    text, position, found = body.decode("utf-8-sig"), 1, list[bytes]()
    text = text.lstrip()
    decoder = json.JSONDecoder(parse_int=str)
    for _ in range(count):
        gap = _SPACE.match(text, position)
        start = gap.end() if gap else position
        position = decoder.raw_decode(text, start)[1]
        found.append(f"[{text[start:position]}]".encode())
    return found
