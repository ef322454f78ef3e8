"""What stores do that no promise tells of."""

from __future__ import annotations

import sys

import pytest

from webhooks import UsageError
from webhooks.errors import StateError
from webhooks.state import PostgresState, RedisState, StateKey


@pytest.mark.parametrize(("missing", "store"), [("psycopg", PostgresState), ("redis.asyncio", RedisState)])
def test_without_its_library_a_store_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, missing: str, store: type[PostgresState] | type[RedisState]
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match="install the extra"):
        store("x://127.0.0.1/0")


async def test_a_statement_that_the_server_refuses_is_a_state_error(dsn: str) -> None:
    store = PostgresState(dsn)
    await store.close()  # not opened: nothing to close
    await store.open()
    await store.open()  # once more is once
    with pytest.raises(StateError):
        await store._first("SELECT nonsense FROM nowhere")
    assert await store.get(StateKey("c-1", "Cart")) is None
    await store.close()


async def test_who_is_interrupted_while_connecting_leaves_nothing_open(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(connection: object) -> None:
        raise LookupError

    monkeypatch.setattr("webhooks.state.postgres._migrate", interrupted)
    store = PostgresState(dsn)
    with pytest.raises(LookupError):
        await store.open()
    assert store._pool is None
