"""Contestants whose answer is a constant: what an ASGI framework cannot be faster than, and a route of Starlette's."""

from __future__ import annotations

from typing import Any

from deliveries import BXML
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """Neither reads nor sends: what the one who delivers costs."""


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """What an ASGI framework cannot be faster than: read the body, send the same bytes."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"%d" % len(BXML)), (b"content-type", b"application/xml")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BXML})


async def empty(scope: Any, receive: Any, send: Any) -> None:
    """The same, without a body."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def constant(request: Request) -> Response:
    await request.body()
    return Response(BXML, media_type="application/xml")


starlette = Starlette(routes=[Route("/", constant, methods=["POST"])])
"""A function route that reads the body and returns a constant."""
