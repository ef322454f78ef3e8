"""Deliveries kept until handled: on disk before Bandwidth hears 200, handled after it, once."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from webhooks.inbox.background import Background
from webhooks.inbox.base import Accepted, Counts, Envelope, Inbox, Kept, KeptHandler, Retry, Status, delivery_of, when

if TYPE_CHECKING:
    from webhooks.inbox.memory import MemoryInbox
    from webhooks.inbox.postgres import PostgresInbox
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
    "PostgresInbox",
    "Retry",
    "SqliteInbox",
    "Status",
    "delivery_of",
    "when",
]

# An app has one of them, and each brings a database's driver.
_INBOXES = {"MemoryInbox": "memory", "PostgresInbox": "postgres", "SqliteInbox": "sqlite"}


def __getattr__(name: str) -> Any:
    """An inbox, when it is asked for."""
    if name in _INBOXES:
        return getattr(import_module(f"{__name__}.{_INBOXES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """For completion, with what was not asked for yet."""
    return sorted({*globals(), *__all__})
