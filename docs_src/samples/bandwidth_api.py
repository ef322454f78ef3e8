"""What the samples share: Bandwidth's REST API (OAuth 2: account/credentials), and a lock for URLs of your own."""

from collections.abc import Awaitable, Callable, Generator, Sequence
from os import environ

import httpx2
from anyio import Path
from starlette.requests import Request
from starlette.responses import Response

from webhooks import BasicAuth, Delivery, NotAuthenticated

MESSAGES = f"https://messaging.bandwidth.com/api/v2/users/{environ['BW_ACCOUNT_ID']}/messages"
CALLS = f"https://voice.bandwidth.com/api/v2/accounts/{environ['BW_ACCOUNT_ID']}/calls"
TOKENS = "https://api.bandwidth.com/api/v1/oauth2/token"


class SignedIn(httpx2.Auth):
    requires_response_body, token = True, ""

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response]:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        if not self.token or (yield request).status_code == 401:  # there is none yet, or it has expired
            ask = httpx2.Request("POST", TOKENS, data={"grant_type": "client_credentials"})
            client = httpx2.BasicAuth(environ["BW_CLIENT_ID"], environ["BW_CLIENT_SECRET"])
            self.token = (yield next(client.auth_flow(ask))).raise_for_status().json()["access_token"]
            request.headers["Authorization"] = f"Bearer {self.token}"
            yield request


http = httpx2.AsyncClient(auth=SignedIn())


async def send_message(to: str | None, text: str, media: Sequence[str] = ()) -> None:
    fields = {"applicationId": environ["BW_MESSAGING_APPLICATION_ID"], "from": environ["BW_NUMBER"]}
    (await http.post(MESSAGES, json={**fields, "to": [to], "text": text, "media": media})).raise_for_status()


async def create_call(to: str, answer_url: str, tag: str = "") -> None:
    fields = {"applicationId": environ["BW_VOICE_APPLICATION_ID"], "from": environ["BW_NUMBER"], "to": to}
    (await http.post(CALLS, json={**fields, "answerUrl": answer_url, "tag": tag})).raise_for_status()


async def update_call(call_id: str, redirect_url: str) -> None:
    (await http.post(f"{CALLS}/{call_id}", json={"redirectUrl": redirect_url})).raise_for_status()


async def save(url: str | None, name: str) -> None:
    if not httpx2.URL(url or "").host.endswith(".bandwidth.com"):
        raise ValueError("what is not Bandwidth's does not get the token")
    await Path(name).write_bytes((await http.get(url or "")).raise_for_status().content)


def locked(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            BasicAuth.from_env()(Delivery.of(headers=dict(request.headers)))
        except NotAuthenticated:
            return Response(status_code=401, headers={"WWW-Authenticate": "Basic"})
        return await endpoint(request)

    return answer
