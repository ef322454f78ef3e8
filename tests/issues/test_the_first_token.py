"""The tutorial and the samples showed an empty token first, which no HTTP/1.1 client sends: no text ever went out.

A transport in memory takes any header; here the requests go through a socket.
"""

from __future__ import annotations

import runpy
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.samples.conftest import ENVIRONMENT
from webhooks.testing.factories import authorization

EXAMPLES = Path(__file__).resolve().parents[2] / "docs_src"
TOKENS = "/api/v1/oauth2/token"
BASIC = authorization(("CLI-1", "c1ient"))


class Bandwidth(httpx2.AsyncBaseTransport):
    """A server that gives tokens and wants the last one, and the way there for whatever host a client names."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._http = httpx2.AsyncHTTPTransport()
        self.seen: list[tuple[str, str]] = []
        self.given = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        return await self._http.handle_async_request(request)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode()
        self.seen.append((scope["path"], authorization))
        status, body = 200, b""
        if scope["path"] == TOKENS:
            self.given += 1
            body = b'{"access_token": "t%d"}' % self.given
        elif authorization != f"Bearer t{self.given}":
            status = 401
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % len(body))]}
        )
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def bandwidth() -> Iterator[Bandwidth]:
    listener = socket.create_server(("127.0.0.1", 0))
    api = Bandwidth(listener.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(api, log_level="warning", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield api
    finally:
        server.should_exit = True
        thread.join()


def tutorial() -> httpx2.Auth:
    auth = runpy.run_path(str(EXAMPLES / "tutorial" / "main.py"))["ClientCredentials"]("CLI-1", "c1ient")
    assert isinstance(auth, httpx2.Auth)
    return auth


def samples() -> httpx2.Auth:
    auth = runpy.run_path(str(EXAMPLES / "samples" / "bandwidth_api.py"))["SignedIn"]()
    assert isinstance(auth, httpx2.Auth)
    return auth


@pytest.mark.parametrize("made", [tutorial, samples])
async def test_a_token_is_asked_for_once_and_again_when_it_has_expired(
    made: Callable[[], httpx2.Auth], bandwidth: Bandwidth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES / "tutorial"))
    named = ("CLIENT_ID", "CLIENT_SECRET", "ACCOUNT_ID", "MESSAGING_APPLICATION_ID")
    for name, value in {**ENVIRONMENT, **{f"BANDWIDTH_{name}": name.lower() for name in named}}.items():
        monkeypatch.setenv(name, value)
    url = "https://messaging.bandwidth.com/messages"
    async with httpx2.AsyncClient(transport=bandwidth, auth=made()) as client:
        for _ in range(2):
            assert (await client.post(url)).status_code == 200
        assert bandwidth.seen == [(TOKENS, BASIC), ("/messages", "Bearer t1"), ("/messages", "Bearer t1")]
        bandwidth.given = 2  # the first one has expired
        assert (await client.post(url)).status_code == 200
    assert bandwidth.seen[3:] == [("/messages", "Bearer t1"), (TOKENS, BASIC), ("/messages", "Bearer t3")]
