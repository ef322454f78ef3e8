"""What the tests of the app share: deliveries, and apps without much ceremony."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from webhooks import AllowAll, Delivery, Reply, Webhooks

CREDENTIALS = {"Authorization": "Basic " + b64encode(b"bandwidth:s3cret").decode()}


def payload(event_type: str, **fields: Any) -> dict[str, Any]:
    """The least that a voice event of a call has."""
    return {"eventType": event_type, "eventTime": "2026-11-20T10:00:00Z", "callId": "c-1", **fields}


def conference(event_type: str, **fields: Any) -> dict[str, Any]:
    """The least that a conference event has."""
    return {"eventType": event_type, "eventTime": "2026-11-20T10:00:00Z", "conferenceId": "conf-1", **fields}


def message(event_type: str = "message-received", **fields: Any) -> dict[str, Any]:
    """The least that a message event has."""
    return {"type": event_type, "message": {"id": "m-1", "owner": "+19195550100", **fields}}


def delivered(body: object, path: str = "/", **others: Any) -> Delivery:
    """A POST of a payload, or of bytes as they are."""
    return Delivery.of(body if isinstance(body, bytes) else json.dumps(body).encode(), path=path, **others)


async def answer(hooks: Webhooks, body: object, path: str = "/", **others: Any) -> Reply:
    """The reply of an app to a payload."""
    return await hooks.receive(delivered(body, path, **others))


def app(**settings: Any) -> Webhooks:
    """An app that accepts everybody."""
    return Webhooks(**{"auth": AllowAll(), **settings})
