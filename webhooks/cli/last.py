"""The last delivery that `webhooks dev` has seen, in a file, so that it outlives the process that answered it."""

from __future__ import annotations

import json
from pathlib import Path

from webhooks.delivery import Delivery, Reply
from webhooks.inbox import Envelope, delivery_of

__all__ = ["keep", "kept"]


def keep(path: Path, delivery: Delivery, reply: Reply) -> None:
    """Write a delivery, credentials and all, and its answer. The file's folder is for this user's eyes only."""
    envelope = _envelope(delivery)
    answer = [reply.status, reply.content_type, reply.body.decode("latin-1")]
    path.write_text(json.dumps([envelope.head(), envelope.body.decode("latin-1"), answer]), encoding="utf-8")


def kept(path: Path) -> tuple[Delivery, Reply] | None:
    """What was written last; None when that is nothing."""
    if not path.exists():
        return None
    head, body, (status, content_type, answer) = json.loads(path.read_text(encoding="utf-8"))
    raw = body.encode("latin-1")
    envelope = Envelope.of(key="", order_key=None, event_type=None, correlation_id=None, head=head, body=raw)
    return delivery_of(envelope), Reply(status, answer.encode("latin-1"), content_type)


def _envelope(delivery: Delivery) -> Envelope:
    return Envelope(
        key="",
        method=delivery.method,
        path=delivery.path,
        query=delivery.query,
        headers=tuple(delivery.headers),
        root_path=delivery.root_path,
        body=delivery.body,
    )
