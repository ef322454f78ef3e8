"""The ASGI shell: scope, receive and send on one side, `Delivery` and `Reply` on the other."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from webhooks.delivery import BXML, EMPTY, Delivery, Reply
from webhooks.receiver import Receiver

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["Ready", "serve", "serve_lifespan", "split"]

_log = logging.getLogger("webhooks.asgi")

Ready = Callable[[], Awaitable[None]]
"""What is awaited when a server starts or stops."""


# Answers that have no body, and must not tell the length of one (RFC 9110, 8.6).
_BODILESS = frozenset({204, 304})
# How long a body is, which the server says (RFC 9112, 6).
_LENGTHS = ("content-length", "transfer-encoding")

_HUNG_UP = "A client hung up before its delivery was complete."

_BXML_HEADER = (b"content-type", BXML.encode())
_NO_LENGTH = (b"content-length", b"0")


async def serve(receiver: Receiver, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request."""
    root_path, path = split(scope) if scope.get("root_path") else ("", scope["path"])
    delivery = Delivery(scope["method"], path, b"", scope.get("query_string", b""), scope["headers"], root_path)
    # Refused before its body is read, unless the authenticator asked for that.
    reply = None if receiver.needs_body else receiver.refuse(delivery)
    if reply is None:
        fits = not _declares_more(delivery, receiver.max_body)
        if fits:
            message = await receive()
            if message["type"] == "http.disconnect":
                _log.debug(_HUNG_UP)
                return
            body = message.get("body", b"")
            if message.get("more_body", False):
                body = await _rest(body, receive, receiver.max_body)
                if body is None:
                    _log.debug(_HUNG_UP)
                    return
            fits = len(body) <= receiver.max_body
            if fits:
                delivery.body = body
        if receiver.needs_body:
            reply = receiver.refuse(delivery)
        if reply is None:
            coming = receiver.answer(delivery) if fits else receiver.too_large(delivery)
            reply = coming if isinstance(coming, Reply) else await coming
    headers = [_NO_LENGTH] if reply is EMPTY else _headers(reply)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if reply.status in _BODILESS else reply.body})


def _declares_more(delivery: Delivery, limit: int) -> bool:
    """Whether a body says that it is over the limit; the rest is left to counting."""
    for name, value in delivery.headers:
        if name == b"content-length":
            # A number of few digits is left to counting, too: its body is here in one piece.
            return (len(value) > 4 or limit < 10_000) and value.isdigit() and int(value[:20]) > limit
    return False


async def _rest(body: bytes, receive: Receive, limit: int) -> bytes | None:
    """A body in several chunks, not read further than over the limit; None when the client went away."""
    chunks, more = bytearray(body), True
    while more and len(chunks) <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(chunks)


def split(scope: Scope) -> tuple[str, str]:
    """Root path, and path below it. Servers and proxies give the path with the root path or without."""
    path: str = scope["path"]
    root_path: str = scope.get("root_path", "").rstrip("/")
    # Starlette's Mount adds its path to the root path, though a proxy may have taken its own part off the path only.
    mounts = root_path.removeprefix(scope.get("app_root_path", "").rstrip("/"))
    for prefix in (root_path, mounts):
        if prefix and (path == prefix or path.startswith(prefix + "/")):
            return root_path, path[len(prefix) :]
    return root_path, path


def _headers(reply: Reply) -> list[tuple[bytes, bytes]]:
    length: tuple[bytes, bytes] = (b"content-length", b"%d" % len(reply.body))
    if reply.content_type == BXML and not reply.headers:
        return [length, _BXML_HEADER]
    headers: list[tuple[bytes, bytes]] = [] if reply.status in _BODILESS else [length]
    if reply.content_type is not None:
        headers.append((b"content-type", reply.content_type.encode("latin-1")))
    for name, value in reply.headers:
        # Two lengths that differ would break the connection, and a handler that hands on an answer brings its own.
        if name.lower() not in _LENGTHS:
            headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    return headers


async def serve_lifespan(start: Ready, stop: Ready, receive: Receive, send: Send) -> None:
    """Start and stop with a server that runs the app by itself."""
    await receive()
    try:
        await start()
    except Exception as error:
        # The server prints this and stops: a mistake in the app is told before a call comes in.
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        raise
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await stop()
    await send({"type": "lifespan.shutdown.complete"})
