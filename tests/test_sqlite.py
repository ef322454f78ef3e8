from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from webhooks.inbox import SqliteInbox
from webhooks.sqlite import write_ahead
from webhooks.state import SqliteState


@pytest.fixture(name="held")
def hold(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A new file that somebody writes to."""
    with closing(sqlite3.connect(tmp_path / "file.db", isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("CREATE TABLE there (id)")
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def other(tmp_path: Path) -> sqlite3.Connection:
    return sqlite3.connect(tmp_path / "file.db", timeout=0, isolation_level=None)


def test_a_file_that_is_held_is_waited_for(held: sqlite3.Connection, tmp_path: Path) -> None:
    threading.Timer(0.05, held.execute, ["COMMIT"]).start()
    with closing(other(tmp_path)) as connection:
        write_ahead(connection, 20)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.usefixtures("held")
def test_patience_ends(tmp_path: Path) -> None:
    with closing(other(tmp_path)) as connection, pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(connection, 0.02)


def test_another_error_is_not_waited_for(held: sqlite3.Connection, tmp_path: Path) -> None:
    held.execute("COMMIT")
    readonly = sqlite3.connect(f"file:{tmp_path}/file.db?mode=ro", uri=True)
    with closing(readonly) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        write_ahead(connection, 3600)


async def test_an_inbox_and_a_state_share_a_file_whoever_comes_first(tmp_path: Path) -> None:
    for first, then in ((SqliteInbox, SqliteState), (SqliteState, SqliteInbox)):
        path = tmp_path / f"{first.__name__}.db"
        stores = first(path), then(path)
        for store in stores:
            await store.open()
        with closing(sqlite3.connect(path)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        assert {"delivery", "webhooks_state"} <= tables
        for store in stores:
            await store.close()


async def test_many_can_come_first(tmp_path: Path) -> None:
    """Of a thousand turns, some went wrong before there was patience."""
    for turn in range(30):
        stores = [store(tmp_path / f"{turn}.db") for _ in range(4) for store in (SqliteInbox, SqliteState)]
        opened = await asyncio.gather(*(store.open() for store in stores), return_exceptions=True)
        assert opened == [None] * 8
        for store in stores:
            await store.close()
