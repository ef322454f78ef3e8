"""The samples, in an environment like a user's, with Bandwidth's REST API played by the simulator."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from webhooks.simulator import Phone

FOLDER = Path(__file__).resolve().parents[2] / "docs_src" / "samples"
NUMBER = "+19195550100"
USER = "+19195550150"
CREDENTIALS = ("bandwidth", "s3cret")
ENVIRONMENT = {
    "BANDWIDTH_WEBHOOK_USERNAME": CREDENTIALS[0],
    "BANDWIDTH_WEBHOOK_PASSWORD": CREDENTIALS[1],
    "BW_ACCOUNT_ID": "9900417",
    "BW_CLIENT_ID": "CLI-1",
    "BW_CLIENT_SECRET": "c1ient",
    "BW_NUMBER": NUMBER,
    "BW_MESSAGING_APPLICATION_ID": "m-1",
    "BW_VOICE_APPLICATION_ID": "v-1",
    "USER_NUMBER": USER,
    "BASE_CALLBACK_URL": "https://app.example",
}
MEDIA = b"what was recorded, or a picture"


def bandwidth(api: ASGIApp) -> ASGIApp:
    """Bandwidth's hosts: tokens for the client's credentials, files and the API for the token."""

    async def token(request: Request) -> Response:
        assert request.headers["authorization"] == httpx2.BasicAuth("CLI-1", "c1ient")._auth_header
        assert await request.body() == b"grant_type=client_credentials"
        return JSONResponse({"access_token": "t0ken", "expires_in": 3600})

    async def file(request: Request) -> Response:
        return Response(MEDIA)

    tokens, files = Starlette(), Starlette()
    tokens.add_route("/api/v1/oauth2/token", token, methods=["POST"])
    files.add_route("/{path:path}", file)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if request.url.hostname == "api.bandwidth.com":
            return await tokens(scope, receive, send)
        if request.headers.get("authorization") != "Bearer t0ken":
            return await Response(status_code=401)(scope, receive, send)
        return await (files if request.method == "GET" else api)(scope, receive, send)

    return answer


@pytest.fixture
def phone() -> Phone:
    return Phone(credentials=CREDENTIALS)


@pytest.fixture
def sample(phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a sample anew, in an empty folder."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def imported(name: str) -> ModuleType:
        api = importlib.import_module("bandwidth_api")
        transport = httpx2.ASGITransport(bandwidth(phone.api))
        monkeypatch.setattr(api, "http", httpx2.AsyncClient(transport=transport, auth=api.SignedIn()))
        return importlib.import_module(name)

    yield imported
    for name in [path.stem for path in FOLDER.glob("*.py")]:
        sys.modules.pop(name, None)


@dataclass
class Owner:
    """Whoever runs a sample: asks its own URLs for something."""

    app: ASGIApp

    async def ask(
        self, method: str, path: str, *, json: object = None, auth: tuple[str, str] | None = CREDENTIALS
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://app.example", auth=auth) as client:
            return await client.request(method, path, json=json)
