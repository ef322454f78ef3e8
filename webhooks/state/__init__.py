"""What handlers remember of a call, and the stores that keep it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from webhooks.state.base import Entry, StateKey, StateStore
from webhooks.state.memory import MemoryState

if TYPE_CHECKING:
    from webhooks.state.postgres import PostgresState
    from webhooks.state.redis import RedisState
    from webhooks.state.sqlite import SqliteState

__all__ = ["Entry", "MemoryState", "PostgresState", "RedisState", "SqliteState", "StateKey", "StateStore"]

# An app has one of them, and each brings a database's driver.
_STORES = {"PostgresState": "postgres", "RedisState": "redis", "SqliteState": "sqlite"}


def __getattr__(name: str) -> Any:
    """A store, when it is asked for."""
    if name in _STORES:
        return getattr(import_module(f"{__name__}.{_STORES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """For completion, with what was not asked for yet."""
    return sorted({*globals(), *__all__})
