from __future__ import annotations

import asyncio
import gc
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers import REDIS, Ticking, postgres_schema, redis_prefix
from webhooks import StateError, UsageError
from webhooks.state import Entry, MemoryState, PostgresState, RedisState, SqliteState, StateKey, StateStore
from webhooks.testing.contracts import StateContract


class Clocked(StateContract):
    @pytest.fixture(autouse=True)
    def clocked(self) -> None:
        self.clock = Ticking()

    def advance(self, seconds: float) -> None:
        self.clock.now += seconds


class TestMemory(Clocked):
    @pytest.fixture(autouse=True)
    def memory(self, clocked: None) -> None:
        self.store = MemoryState(clock=self.clock)

    def make(self) -> StateStore:
        return self.store

    def broken(self) -> None:
        return None


class TestSqlite(Clocked):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "state.db"

    def make(self) -> StateStore:
        return SqliteState(self.path, clock=self.clock)

    def broken(self) -> StateStore:
        self.path.write_bytes(b"this is no database, and long enough to be told from one" * 20)
        return SqliteState(self.path)


class TestPostgres(Clocked):
    @pytest.fixture(autouse=True)
    def schema(self) -> Iterator[None]:
        with postgres_schema() as self.dsn:
            yield

    def make(self) -> StateStore:
        return PostgresState(self.dsn, clock=self.clock)

    def broken(self) -> StateStore:
        return PostgresState("postgresql://postgres@127.0.0.1:1/test", timeout=0.1)


class TestRedis(Clocked):
    @pytest.fixture(autouse=True)
    def prefix(self) -> Iterator[None]:
        with redis_prefix() as self.begins:
            yield

    def make(self) -> StateStore:
        return RedisState(REDIS, prefix=self.begins, clock=self.clock)

    def broken(self) -> StateStore:
        return RedisState("redis://127.0.0.1:1")


@pytest.mark.parametrize(("library", "extra"), [("psycopg_pool", "postgres"), ("redis.asyncio", "redis")])
def test_a_store_without_its_library_says_what_to_install(
    library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=rf"bandwidth-webhooks\[{extra}\]"):
        (PostgresState if extra == "postgres" else RedisState)("")


async def test_what_postgres_refuses_is_said_without_what_it_was() -> None:
    with postgres_schema() as dsn:
        store = PostgresState(dsn)
        await store.open()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("DROP TABLE webhooks_state")
        with pytest.raises(StateError, match=r"UndefinedTable \(42P01\)"):
            await store.get(StateKey("call:c-1", "a"))
        await store.close()


# Of the first, whose loop ended before they were closed.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_store_in_redis_works_in_each_loop_of_a_process() -> None:
    key, seen = StateKey("call:c-1", "a"), list[Entry | None]()

    async def look(store: RedisState) -> None:
        await store.set(key, value=b"1", version=None, ttl=60)
        seen.append(await store.get(key))

    async def look_and_close(store: RedisState) -> None:
        await asyncio.to_thread(asyncio.run, look(store))  # beside this one
        await look(store)
        await store.close()
        await look(store)
        await store.close()

    with redis_prefix() as prefix:
        store = RedisState(REDIS, prefix=prefix)
        for ask in (look, look, look_and_close, look_and_close):
            asyncio.run(ask(store))
        asyncio.run(store.close())  # of no loop that has used it
        gc.collect()
    assert [entry and entry.value for entry in seen] == [b"1"] * 8
    assert not store._clients


class Closed:
    """A client whose loop has been closed."""

    def register_script(self, script: str) -> None:
        raise RuntimeError("Event loop is closed")


@pytest.mark.parametrize(("url", "made"), [("no://url", None), (REDIS, Closed())])
async def test_whatever_a_client_of_redis_raises_is_a_state_error(
    url: str, made: Closed | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RedisState(url)
    if made is not None:
        monkeypatch.setattr(store, "_connect", lambda url, **others: made)
    with pytest.raises(StateError, match=r"cannot be used: (ValueError|RuntimeError)"):
        await store.open()


async def test_a_server_that_is_not_waited_for_leaves_nothing_open() -> None:
    opening = asyncio.create_task(PostgresState("postgresql://postgres@127.0.0.1:1/test").open())
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening


async def test_an_older_version_works_on_beside_a_newer_one(tmp_path: Path) -> None:
    path, key = tmp_path / "state.db", StateKey("call:c-1", "a")
    old = SqliteState(path)
    version = await old.set(key, value=b"1", version=None, ttl=60)
    with sqlite3.connect(path) as connection:  # as a later step would
        connection.execute("ALTER TABLE webhooks_state ADD COLUMN later TEXT")
        connection.execute("INSERT INTO webhooks_state_schema VALUES (2)")
    connection.close()
    again = SqliteState(path)
    for store in (old, again):
        version = await store.set(key, value=b"2", version=version, ttl=60)
        assert version is not None
        await store.close()
    with postgres_schema() as dsn:
        other = PostgresState(dsn)
        version = await other.set(key, value=b"1", version=None, ttl=60)
        with psycopg.connect(dsn, autocommit=True) as server:
            server.execute("ALTER TABLE webhooks_state ADD COLUMN later text")
            server.execute("INSERT INTO webhooks_state_schema VALUES (2)")
        again_there = PostgresState(dsn)
        for there in (other, again_there):
            version = await there.set(key, value=b"2", version=version, ttl=60)
            assert version is not None
            await there.close()


async def test_the_tables_of_an_inbox_in_the_same_file_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "both.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE inbox (id)")
        connection.execute("PRAGMA user_version = 7")
    store = SqliteState(path)
    await store.open()
    assert connection.execute("PRAGMA user_version").fetchone() == (7,)
    connection.close()
    await store.close()
