"""Places deliveries as Bandwidth does: over HTTP, or straight into an ASGI app. The only module with an HTTP client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from http.client import responses
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click
from pydantic import JsonValue

from webhooks.cli.lifespan import running
from webhooks.cli.loading import Refused, need_http_client
from webhooks.testing import delivery
from webhooks.testing.factories import authorization

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Bandwidth", "connected"]

# Seconds; as long as Bandwidth waits for voice (voice/webhooks/about).
_PATIENCE = 15.0
_Payload = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    challenge: str | None = None
    """What the first answer asked for, when this is the second."""

    @property
    def phrase(self) -> str:
        """`200 OK`."""
        return f"{self.status} {responses.get(self.status, '')}".rstrip()


class Bandwidth:
    """Delivers events."""

    def __init__(self, request: Callable[..., httpx2.Response]) -> None:
        self._request = request

    def post(self, payload: _Payload, url: str, *, credentials: tuple[str, str] | None = None) -> Answer:
        """Deliver as JSON, messages as an array."""
        made = delivery(payload)
        headers = {name.decode(): value.decode() for name, value in made.headers}
        return self._send("POST", url, headers, made.body, credentials)

    def get(self, payload: _Payload, url: str, *, credentials: tuple[str, str] | None = None) -> Answer:
        """Deliver as a query. How objects are written there is undocumented; v1 wrote them as JSON."""
        return self._send("GET", f"{url}{'&' if '?' in url else '?'}{_query(payload)}", {}, b"", credentials)

    def _send(
        self, method: str, url: str, headers: dict[str, str], body: bytes, credentials: tuple[str, str] | None
    ) -> Answer:
        """Without credentials first; Bandwidth sends them when it is asked to (numbers/webhooks)."""
        first = self._request(method, url, headers=headers, content=body)
        challenge = first.headers.get("www-authenticate")
        if first.status_code != 401 or challenge is None or credentials is None:
            return Answer(first.status_code, first.headers, first.content)
        headers = {**headers, "Authorization": authorization(credentials)}
        second = self._request(method, url, headers=headers, content=body)
        return Answer(second.status_code, second.headers, second.content, challenge)


def _query(payload: _Payload) -> str:
    def text(value: JsonValue) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    return urlencode({key: text(value) for key, value in payload.items()})


@contextmanager
def connected(app: Any = None) -> Generator[Bandwidth]:
    """A Bandwidth that delivers over the network, or into `app`, whose URLs may then have any host.

    Raises:
        Refused: there is no HTTP client, or a URL is none.
        ClickException: nobody answers.
    """
    need_http_client("`webhooks send`")
    import httpx2

    try:
        if app is None:
            with httpx2.Client(timeout=_PATIENCE) as client:
                yield Bandwidth(client.request)
        else:
            with asyncio.Runner() as runner, _within(runner, running(app)) as running_app:
                # An app that fails is a 500 here, too, and not our traceback.
                transport = httpx2.ASGITransport(running_app, raise_app_exceptions=False)
                inside = httpx2.AsyncClient(transport=transport)
                yield Bandwidth(lambda *parts, **more: runner.run(inside.request(*parts, **more)))
    except httpx2.ConnectError as error:
        where = error.request.url.copy_with(path="/", query=None, userinfo=b"")
        raise click.ClickException(
            f"Nothing answers at {where}: start the app there (webhooks run MODULE:ATTR), or check the host and port."
        ) from error
    except httpx2.TimeoutException as error:
        raise click.ClickException(
            f"No answer within {_PATIENCE:g} seconds, after which Bandwidth gives up, too."
        ) from error
    except httpx2.TransportError as error:
        raise click.ClickException(f"The connection broke: {error}") from error
    except httpx2.InvalidURL as error:
        raise Refused(f"That is no URL: {error}. Expected one as http://127.0.0.1:8000/menu.") from error


@contextmanager
def _within(runner: asyncio.Runner, context: AbstractAsyncContextManager[Any]) -> Generator[Any]:
    """An asynchronous context for code that is not."""
    stack = AsyncExitStack()
    entered = runner.run(stack.enter_async_context(context))
    try:
        yield entered
    finally:
        runner.run(stack.aclose())
