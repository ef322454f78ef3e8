"""Makes what a test needs to begin: typed events, and deliveries that carry them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from webhooks.delivery import Delivery
from webhooks.errors import UsageError
from webhooks.events import Event
from webhooks.testing.examples import example

__all__ = ["Sendable", "authorization", "delivery", "make"]

E = TypeVar("E", bound=Event)

Sendable: TypeAlias = Event | Mapping[str, object] | Sequence[Mapping[str, object]]
"""What can be delivered: a typed event, a payload, or the array of payloads that messaging sends."""


def make(event: type[E], /, **fields: object) -> E:
    """A valid typed event: `make(GatherEvent, digits="1")`, `make(MessageReceivedEvent, text="STOP")`.

    Args:
        event: one of `webhooks.events.EVENTS`.
        fields: values that differ from the usual ones (see `example`), under their Python names.

    Raises:
        UsageError: no such event or field, or a value that the field does not take.
    """
    payload = example(event, **fields)
    try:
        # As the app reads it: strictly, and by the names of the wire.
        return event.model_validate_json(to_json(payload), strict=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"make({event.__name__}): {where}: {first['msg']}.") from None


def delivery(event: Sendable, *, path: str = "/", auth: tuple[str, str] | None = None) -> Delivery:
    """An event as Bandwidth delivers it: JSON by POST, messages as an array.

    Args:
        event: a typed event, or a payload with the names of the wire.
        path: where it goes, below the app; it may have a query.
        auth: user name and password to send; none, when None.
    """
    payload = event.model_dump(mode="json", by_alias=True, exclude_unset=True) if isinstance(event, Event) else event
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if isinstance(payload, Mapping) and {"type", "message"} <= payload.keys():
        payload = [payload]
    if not isinstance(payload, Mapping):
        headers["User-Agent"] = "BandwidthAPI/v2"
    if auth is not None:
        headers["Authorization"] = authorization(auth)
    below, _, query = path.partition("?")
    return Delivery.of(json.dumps(payload).encode(), path=below, query=query, headers=headers)


def authorization(auth: tuple[str, str]) -> str:
    """The value of the header that carries a user name and a password (RFC 7617)."""
    return "Basic " + b64encode(":".join(auth).encode()).decode()
