import os
from collections.abc import AsyncGenerator

from httpx2 import AsyncBaseTransport, AsyncClient, Auth, Request, Response
from texts import make_hooks

from webhooks import BasicAuth

TOKENS = "https://api.bandwidth.com/api/v1/oauth2/token"


class ClientCredentials(Auth):
    """Asks Bandwidth for a token when there is none, or when the one there is has expired."""

    def __init__(self, client_id: str, client_secret: str, transport: AsyncBaseTransport | None = None) -> None:
        self.client = AsyncClient(auth=(client_id, client_secret), transport=transport)
        self.token = ""

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        request.headers["Authorization"] = f"Bearer {self.token}"
        reply = yield request
        if reply.status_code == 401:
            given = await self.client.post(TOKENS, data={"grant_type": "client_credentials"})
            self.token = given.raise_for_status().json()["access_token"]
            request.headers["Authorization"] = f"Bearer {self.token}"
            yield request


credentials = ClientCredentials(os.environ["BANDWIDTH_CLIENT_ID"], os.environ["BANDWIDTH_CLIENT_SECRET"])
hooks = make_hooks(
    BasicAuth.from_env(),
    AsyncClient(base_url="https://messaging.bandwidth.com/api/v2", auth=credentials),
    account=os.environ["BANDWIDTH_ACCOUNT_ID"],
    application=os.environ["BANDWIDTH_MESSAGING_APPLICATION_ID"],
)
