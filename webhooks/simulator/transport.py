"""How a delivery reaches the app: into an ASGI app in memory, or over HTTP to any URL."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

from webhooks.errors import UsageError

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Asgi", "ConnectionFailed", "Http", "Transport"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class ConnectionFailed(Exception):
    """No answer came: nobody listens, the connection broke, or it took too long."""


class Transport(Protocol):
    """1. Gives what was answered, whatever the status. 2. Raises `ConnectionFailed` when nothing was."""

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float
    ) -> Answer:
        """Place one request; it may take so many real seconds."""
        ...


class Asgi:
    """Calls an ASGI app in memory. An app that raises gets the 500 that its server would send."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float
    ) -> Answer:
        """Place one request."""
        exchange = _Exchange(body)
        try:
            async with asyncio.timeout(seconds):
                await self._app(_scope(method, url, headers, body), exchange.receive, exchange.send)
        except TimeoutError:
            raise ConnectionFailed(f"no answer within {seconds:g} seconds") from None
        except Exception:  # noqa: BLE001 - the app's, which its server would answer with a 500
            # Frameworks answer first and raise then, for the server's log.
            if exchange.status == 0:
                return Answer(500, {}, b"")
        return Answer(exchange.status or 500, exchange.headers, bytes(exchange.body))


def _scope(method: str, url: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    parts = urlsplit(url)
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": parts.path.encode() or b"/",
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(b"host", parts.netloc.encode()), (b"content-length", b"%d" % len(body)), *raw],
        "server": (parts.hostname, port),
        "client": ("127.0.0.1", 40000),
    }


class _Exchange:
    """One request and its answer, as ASGI messages."""

    def __init__(self, body: bytes) -> None:
        self._given: bytes | None = body
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()

    async def receive(self) -> dict[str, Any]:
        given, self._given = self._given, None
        if given is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": given, "more_body": False}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message.get("headers", ())
            }
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class Http:
    """Calls a URL over the network, so that an app in any language can be tested. Needs an HTTP client.

    A connection for each request: a test then has nothing to close.
    """

    def __init__(self) -> None:
        try:
            import httpx2
        except ModuleNotFoundError:
            raise UsageError('A URL needs an HTTP client: pip install "bandwidth-webhooks[test]".') from None
        # To read the certificates takes longer than a whole call.
        self._client = partial(httpx2.AsyncClient, verify=ssl.create_default_context())
        self._silence = httpx2.ConnectError
        self._failures = httpx2.HTTPError
        self._invalid = httpx2.InvalidURL

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float
    ) -> Answer:
        """Place one request."""

        async def placed() -> httpx2.Response:
            async with self._client(timeout=seconds) as client:
                return await client.request(method, url, headers=headers, content=body)

        try:
            # In a task of its own: what the client cancels inside of itself does not reach into the simulation.
            answer = await asyncio.create_task(placed())
        except self._silence as error:
            raise ConnectionFailed("nothing answers there: start the app, or check host and port") from error
        except self._failures as error:
            raise ConnectionFailed(f"no answer: {type(error).__name__}") from error
        except self._invalid as error:
            raise ConnectionFailed(f"that is no URL: {error}") from error
        return Answer(answer.status_code, answer.headers, answer.content)
