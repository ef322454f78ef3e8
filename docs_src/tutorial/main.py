import os
from collections.abc import Generator

from httpx2 import AsyncClient, Auth, BasicAuth, Request, Response
from texts import make_hooks

import webhooks

TOKENS = "https://api.bandwidth.com/api/v1/oauth2/token"


class ClientCredentials(Auth):
    """Asks Bandwidth for a token when there is none, or when the one there is has expired."""

    requires_response_body = True
    token = ""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self.basic = BasicAuth(client_id, client_secret)

    def auth_flow(self, request: Request) -> Generator[Request, Response]:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
            if (yield request).status_code != 401:
                return
        ask = Request("POST", TOKENS, data={"grant_type": "client_credentials"})
        given = yield next(self.basic.auth_flow(ask))
        self.token = given.raise_for_status().json()["access_token"]
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


credentials = ClientCredentials(os.environ["BANDWIDTH_CLIENT_ID"], os.environ["BANDWIDTH_CLIENT_SECRET"])
hooks = make_hooks(
    webhooks.BasicAuth.from_env(),
    AsyncClient(base_url="https://messaging.bandwidth.com/api/v2", auth=credentials),
    account=os.environ["BANDWIDTH_ACCOUNT_ID"],
    application=os.environ["BANDWIDTH_MESSAGING_APPLICATION_ID"],
)
