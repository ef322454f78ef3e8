"""Deliveries kept until handled: on disk before Bandwidth hears 200, handled after it, once."""

from webhooks.inbox.background import Background
from webhooks.inbox.base import Accepted, Counts, Envelope, Inbox, Kept, KeptHandler, Retry, Status, delivery_of, when
from webhooks.inbox.memory import MemoryInbox
from webhooks.inbox.sqlite import SqliteInbox

__all__ = [
    "Accepted",
    "Background",
    "Counts",
    "Envelope",
    "Inbox",
    "Kept",
    "KeptHandler",
    "MemoryInbox",
    "Retry",
    "SqliteInbox",
    "Status",
    "delivery_of",
    "when",
]
