"""Delivers events as Bandwidth does: challenge first, fallback URL, one more try after a broken connection.

1. Credentials go out only after a 401 that asks for them (numbers/webhooks).
2. An event that waits for BXML is tried at its URL and at its fallback URL, once each (voice/webhooks/about). That any
   answer but a 2xx makes Bandwidth turn to the fallback URL is not documented; here it does.
3. A notification is tried once more, and only when the connection broke (voice/webhooks/about).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from webhooks.delivery import Delivery
from webhooks.events import Event
from webhooks.parsing import parse
from webhooks.simulator.addresses import Address, Ask
from webhooks.simulator.clock import Clock
from webhooks.simulator.faults import Faults
from webhooks.simulator.leg import Ended
from webhooks.simulator.transport import Answer, ConnectionFailed, Transport
from webhooks.testing.factories import authorization

__all__ = ["Log", "Sender", "Served", "typed"]


class Log(Protocol):
    """Writes down what happened: one word, a text, and the body of an answer."""

    def __call__(self, what: str, text: str, body: bytes = b"", /) -> None:
        """Write it down."""
        ...


_Payload = Mapping[str, object] | Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Served:
    """A document, and the URL that gave it."""

    url: str
    body: bytes
    event: Event
    """What it answers."""


class Sender:
    """Delivers events."""

    def __init__(
        self,
        clock: Clock,
        *,
        transport: Callable[[str], Transport],
        shown: Callable[[str], str],
        seconds: float,
    ) -> None:
        self._clock = clock
        self._shown = shown
        self._transport = transport
        self._seconds = seconds
        self.faults: Faults | None = None
        """What goes wrong on the way."""

    async def ask(self, ask: Ask, log: Log) -> Served:
        """Deliver an event that waits for BXML.

        Raises:
            Ended: no URL answered.
        """
        event = typed(ask.payload)
        for address in (ask.to, ask.fallback):
            if address is None:
                continue
            answer = await self._place(ask.payload, event, address, log)
            if answer is not None and 200 <= answer.status < 300:
                return Served(address.url, answer.body, event)
        raise Ended("callback-error", "no URL answered the event with a 2xx status")

    async def tell(self, payload: _Payload, address: Address, log: Log) -> bool:
        """Deliver a notification; whether the app took it."""
        event = typed(payload)
        if self.faults is not None:
            await self._clock.sleep(self.faults.delay())
        answer = await self._place(payload, event, address, log)
        if answer is None:
            log("note", "the connection broke: once more")
            answer = await self._place(payload, event, address, log)
        return answer is not None and 200 <= answer.status < 300

    async def _place(self, payload: _Payload, event: Event, address: Address, log: Log) -> Answer | None:
        """What came back; None when nothing did."""
        method, url, headers, body = _request(payload, address)
        log("event", f"{_name(event)} {method} {self._shown(address.url)}")
        before = ""
        try:
            answer = await self._once(method, url, headers, body)
            if answer.status == 401 and "www-authenticate" in answer.headers and address.credentials is not None:
                before = "401, then "
                headers["Authorization"] = authorization(address.credentials)
                answer = await self._once(method, url, headers, body)
        except ConnectionFailed as error:
            log("answer", str(error))
            return None
        log("answer", before + _described(answer, address), answer.body)
        return answer

    async def _once(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        transport = self._transport(url)
        if self.faults is None:
            return await transport(method, url, headers, body, seconds=self._seconds)
        return await self.faults.place(transport, method, url, headers, body, seconds=self._seconds)


def typed(payload: _Payload) -> Event:
    """A payload as an app reads it."""
    (event,) = parse(Delivery.of(json.dumps(payload).encode()))
    return event


def _name(event: Event) -> str:
    return str(getattr(event, "event_type", ""))


def _request(payload: _Payload, address: Address) -> tuple[str, str, dict[str, str], bytes]:
    if address.method == "GET" and isinstance(payload, Mapping):
        # How objects are written in a query is undocumented; v1 wrote them as JSON text.
        query = urlencode({key: _text(value) for key, value in payload.items()})
        return "GET", f"{address.url}{'&' if '?' in address.url else '?'}{query}", {}, b""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if not isinstance(payload, Mapping):
        headers["User-Agent"] = "BandwidthAPI/v2"
    return "POST", address.url, headers, json.dumps(payload).encode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _described(answer: Answer, address: Address) -> str:
    status = str(answer.status)
    if answer.status == 401 and address.credentials is None:
        how = "phone.credentials = (user, password), or --user and --password"
        return f"{status}: it wants credentials; give them with {how}"
    if answer.status == 401 and "www-authenticate" not in answer.headers:
        return f"{status} without WWW-Authenticate: Bandwidth never sends credentials that nobody asks for"
    return status if not answer.body else f"{status}, {len(answer.body)} bytes"
