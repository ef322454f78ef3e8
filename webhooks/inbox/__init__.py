"""Deliveries kept until handled: on disk before Bandwidth hears 200, handled after it, once."""

from typing import TYPE_CHECKING, Any

from webhooks.inbox.background import Background
from webhooks.inbox.base import Accepted, Counts, Envelope, Inbox, Kept, KeptHandler, Retry, Status, delivery_of, when
from webhooks.inbox.memory import MemoryInbox
from webhooks.inbox.sqlite import SqliteInbox

if TYPE_CHECKING:
    from webhooks.inbox.postgres import PostgresInbox

__all__ = [
    "Accepted",
    "Background",
    "Counts",
    "Envelope",
    "Inbox",
    "Kept",
    "KeptHandler",
    "MemoryInbox",
    "PostgresInbox",
    "Retry",
    "SqliteInbox",
    "Status",
    "delivery_of",
    "when",
]


def __getattr__(name: str) -> Any:
    """`PostgresInbox`, which needs an extra, only when it is asked for."""
    if name == "PostgresInbox":
        from webhooks.inbox.postgres import PostgresInbox

        return PostgresInbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
