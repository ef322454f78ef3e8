from __future__ import annotations

from typing import Any

import pytest

from tests.apps import app
from webhooks import Reply
from webhooks.events import InitiateEvent

BODY = b'{"eventType":"initiate","eventTime":"2026-11-20T10:00:00.000Z","callId":"c-1"}'


@pytest.mark.parametrize("status", [204, 304])
async def test_a_reply_that_may_have_no_body_is_sent_without_one(status: int) -> None:
    hooks = app()
    hooks.on(InitiateEvent)(lambda call: Reply(status, b"text"))
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    await hooks(scope, receive, send)
    # uvicorn drops the connection otherwise: "Too much data for declared Content-Length".
    assert sent[0]["status"] != status or not sent[1]["body"]
