"""What handlers remember of a call, and the stores that keep it."""

from webhooks.state.base import Entry, StateKey, StateStore
from webhooks.state.memory import MemoryState
from webhooks.state.postgres import PostgresState
from webhooks.state.redis import RedisState
from webhooks.state.sqlite import SqliteState

__all__ = ["Entry", "MemoryState", "PostgresState", "RedisState", "SqliteState", "StateKey", "StateStore"]
