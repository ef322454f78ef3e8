"""What an event's state belongs to: its call, its conference, or the conversation of two parties."""

from __future__ import annotations

import hashlib
import re

from pydantic import BaseModel

from webhooks.errors import UsageError
from webhooks.events import ConferenceCompletedEvent, DisconnectEvent, Event, MessageEvent
from webhooks.state.base import StateKey

__all__ = ["ENDINGS", "key_of", "namespace_of"]

ENDINGS = frozenset({DisconnectEvent, ConferenceCompletedEvent})
"""The events after which a call or a conference is forgotten. A leg of a Transfer ends without its call ending."""

# Printable ASCII without spaces. Braces would make Redis put a namespace elsewhere in a cluster.
_PLAIN = re.compile(r"[!-z|~]{1,200}")


def key_of(event: Event, model: type[BaseModel], key: str | None) -> StateKey:
    """Where a model of an event's call is kept.

    Raises:
        UsageError: no such model, or the event names nothing that has state.
    """
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise UsageError(f"context.state({model!r}): expected a class of yours, derived from pydantic.BaseModel.")
    return StateKey(namespace_of(event, key), _plain(f"{model.__module__}.{model.__qualname__}"))


def namespace_of(event: Event, key: str | None = None) -> str:
    """Where the state of an event's call, conference or conversation is kept, or what the user's `key` says.

    A conference's events are about the conference, those that name a parent call about that call: a leg that a Transfer
    dialled is a part of the call it was dialled for (voice/bxml/transfer). Events of other verbs that run on the leg do
    not name the parent, and have the leg's own state.

    Raises:
        UsageError: the event names none of them, and there is no key.
    """
    if key is not None:
        return f"key:{_plain(key)}"
    for field, kind in (("conference_id", "conference"), ("parent_call_id", "call"), ("call_id", "call")):
        found = getattr(event, field, None)
        if found:
            return f"{kind}:{_plain(found)}"
    parties = _parties(event)
    if parties is None:
        raise UsageError(
            f"{type(event).__name__} names no call, conference or two parties of a message: say what the state belongs "
            'to, as context.state(Model, key="...").'
        )
    # Phone numbers: nobody shall read them in a key.
    return f"conversation:{_digest('/'.join(parties))}"


def _parties(event: Event) -> tuple[str, str] | None:
    """The number of ours, and the other one: the sender of a message to us, the recipient of one of ours."""
    message = getattr(event, "message", None) if isinstance(event, MessageEvent) else None
    owner, sender = getattr(message, "owner", None), getattr(message, "from_", None)
    other = getattr(event, "to", None) if owner == sender else sender
    return (owner, other) if owner and other else None


def _plain(text: str) -> str:
    """The text as stores take it: ids stay as they are, what is odd or endless becomes a digest."""
    return text if _PLAIN.fullmatch(text) else _digest(text)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
