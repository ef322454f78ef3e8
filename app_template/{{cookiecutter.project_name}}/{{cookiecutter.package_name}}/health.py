"""What a platform asks: is the process alive, and should it get traffic?"""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from webhooks import WebhooksError
from webhooks.inbox import Counts, Inbox
from webhooks.state import StateKey, StateStore

log = logging.getLogger(__name__)


def health(inbox: Inbox | None, state: StateStore) -> list[Route]:
    """`/healthz` answers while the process does, `/readyz` while it can also read what it keeps."""

    async def healthz(request: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(request: Request) -> JSONResponse:
        try:
            await state.get(StateKey("health", "readyz"))
            counts = await inbox.counts() if inbox is not None else Counts()
        except WebhooksError as error:
            log.error("not ready", extra={"because": type(error).__name__})
            return JSONResponse({"status": "not ready"}, status_code=503)
        return JSONResponse({"status": "ready", "waiting": counts.waiting, "dead": counts.dead})

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
