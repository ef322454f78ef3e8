"""The ASGI shell: scope, receive and send on one side, `Delivery` and `Reply` on the other."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from webhooks.delivery import BXML, EMPTY, Delivery, Reply
from webhooks.receiver import Receiver

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

__all__ = ["Ready", "serve", "serve_lifespan", "split"]

_log = logging.getLogger("webhooks.asgi")

Ready = Callable[[], Awaitable[None]]
"""What is awaited when a server starts or stops."""


# Answers that have no body, and must not tell the length of one (RFC 9110, 8.6).
_BODILESS = frozenset({204, 304})
# How long a body is, which the server says (RFC 9112, 6).
_LENGTHS = ("content-length", "transfer-encoding")

_BXML_HEADER = (b"content-type", BXML.encode())
_NO_LENGTH = (b"content-length", b"0")


class _HungUp(Exception):
    """A client has gone before its delivery was complete."""


async def serve(receiver: Receiver, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request."""
    root_path, path = split(scope) if scope.get("root_path") else ("", scope["path"])
    delivery = Delivery(scope["method"], path, b"", scope.get("query_string", b""), scope["headers"], root_path)
    # Refused before its body is read, unless the authenticator asked for that.
    reply = None if receiver.needs_body else receiver.refuse(delivery)
    if reply is None:
        try:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                body = message.get("body", b"")
            else:
                body = await _rest(message, delivery, receive, receiver.max_body)
        except _HungUp:
            _log.debug("A client hung up before its delivery was complete.")
            return
        fits = False
        if body is not None and len(body) <= receiver.max_body:
            delivery.body, fits = body, True
        if receiver.needs_body:
            reply = receiver.refuse(delivery)
        if reply is None:
            coming = receiver.answer(delivery) if fits else receiver.too_large(delivery)
            reply = coming if isinstance(coming, Reply) else await coming
    # Written out, since a call costs more than what it does.
    body = reply.body
    if reply is EMPTY:
        headers = [_NO_LENGTH]
    elif reply.content_type is BXML and not reply.headers:
        headers = [(b"content-length", b"%d" % len(body)), _BXML_HEADER]
    else:
        headers = _headers(reply)
        if reply.status in _BODILESS:
            body = b""
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _rest(message: Message, delivery: Delivery, receive: Receive, limit: int) -> bytes | None:
    """A body in several chunks, of which `message` is the first; None when it is over the limit, and then it is not
    read further than that.

    Raises:
        _HungUp: it ends too early.
    """
    if _declares_more(delivery, limit):
        return None
    chunks = bytearray()
    while message["type"] == "http.request":
        chunks += message.get("body", b"")
        if len(chunks) > limit:
            return None
        if not message.get("more_body", False):
            return bytes(chunks)
        message = await receive()
    raise _HungUp


def _declares_more(delivery: Delivery, limit: int) -> bool:
    """Whether a body says that it is over the limit; one that says nothing, or lies, is counted."""
    declared = delivery.header(b"content-length") or b""
    return declared.isdigit() and int(declared[:20]) > limit


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
    headers = [] if reply.status in _BODILESS else [(b"content-length", b"%d" % len(reply.body))]
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
