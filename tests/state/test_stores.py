from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import REDIS, Ticking, postgres_schema, redis_prefix
from webhooks.state import MemoryState, PostgresState, RedisState, SqliteState, StateStore
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
