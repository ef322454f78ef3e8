"""Drives an app in a test: no server, no socket, no port."""

from __future__ import annotations

from dataclasses import dataclass

from webhooks.app import Webhooks
from webhooks.bxml import Document, Verb, parse
from webhooks.delivery import Reply
from webhooks.errors import BxmlError
from webhooks.testing.factories import Sendable, delivery

__all__ = ["Harness", "HarnessReply"]


@dataclass(frozen=True, slots=True)
class HarnessReply:
    """What an app answered."""

    reply: Reply
    """Status, headers and body."""
    document: Document[Verb] | None
    """The BXML of the body, read back; None when there is none."""


class Harness:
    """Delivers events to an app: `await Harness(hooks).send(make(GatherEvent, digits="1"), path="/menu")`.

    Args:
        hooks: the app.
        credentials: user name and password, sent after a 401 that asks for them, as Bandwidth does (numbers/webhooks).
    """

    def __init__(self, hooks: Webhooks, *, credentials: tuple[str, str] | None = None) -> None:
        self._hooks = hooks
        self._credentials = credentials

    async def send(self, event: Sendable, path: str = "/") -> HarnessReply:
        """Deliver an event, or a payload, and read the answer."""
        reply = await self._hooks.receive(delivery(event, path=path))
        if reply.status == 401 and self._credentials is not None and _asks(reply):
            reply = await self._hooks.receive(delivery(event, path=path, auth=self._credentials))
        return HarnessReply(reply, _document(reply))


def _asks(reply: Reply) -> bool:
    return any(name.lower() == "www-authenticate" for name, _ in reply.headers)


def _document(reply: Reply) -> Document[Verb] | None:
    try:
        return parse(reply.body) if reply.body else None
    except BxmlError:
        return None
