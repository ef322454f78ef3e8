"""Both sides of one HTTP exchange over ASGI, as they pass; and an exchange without a server."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webhooks.delivery import Delivery, Reply

__all__ = ["REDIRECTED", "REDIRECTS", "Exchange", "deliver"]

REDIRECTS: frozenset[int] = frozenset({307, 308})
"""What frameworks answer at a path that has a slash too much or too little."""
REDIRECTED: str = (
    "The app redirects, which is no answer to a delivery: give the URL that it redirects to. What is mounted by "
    'app.mount("/path", hooks) is at /path/, with the slash.'
)
"""What to do then."""


class Exchange:
    """Stands between server and app, and notes what passes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._body = bytearray()
        self._answer = bytearray()
        self._start: Message | None = None

    async def receive(self) -> Message:
        """To the app."""
        message = await self._receive()
        self._body += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        """From the app."""
        if message["type"] == "http.response.start":
            self._start = message
        self._answer += message.get("body", b"")
        await self._send(message)

    @property
    def delivery(self) -> Delivery:
        """What came in. Its path is the server's."""
        headers = tuple((name, value) for name, value in self._scope["headers"])
        query = self._scope.get("query_string", b"")
        return Delivery(self._scope["method"], self._scope["path"], bytes(self._body), query, headers)

    @property
    def reply(self) -> Reply | None:
        """What was answered; None when nothing was."""
        if self._start is None:
            return None
        types = [value.decode("latin-1") for name, value in self._start.get("headers", ()) if name == b"content-type"]
        return Reply(self._start["status"], bytes(self._answer), next(iter(types), None))


async def deliver(app: ASGIApp, delivery: Delivery) -> None:
    """Give a delivery to an app; what is answered goes nowhere."""
    headers = [(name, value) for name, value in delivery.headers if name != b"content-length"]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": delivery.method,
        "path": delivery.path,
        "raw_path": delivery.path.encode(),
        "root_path": "",
        "query_string": delivery.query,
        "headers": [*headers, (b"content-length", b"%d" % len(delivery.body))],
        "client": None,
        "server": None,
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": delivery.body, "more_body": False}

    async def send(message: Message) -> None: ...

    await app(scope, receive, send)
