"""State in a SQLite file, for any number of processes on one machine. Standard library only.

1. One thread for each store: SQLite blocks, and its connections belong to threads.
2. Each operation is one statement, so SQLite itself makes it atomic, between processes too.
3. The file may be an inbox's. So the tables have names of our own, and the schema's version is a row, not the file's
   `user_version`.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from webhooks.errors import StateError
from webhooks.sqlite import write_ahead
from webhooks.state.base import Clock, Entry, StateKey, new_version

__all__ = ["SqliteState"]

T = TypeVar("T")

# Seconds that a statement waits for another process's write. One takes well under a millisecond.
_BUSY = 3.0

# Run once each, in this order. A step that was released never changes, and an older version must be able to work on
# with what a later step leaves: two versions run side by side while a deployment rolls.
_STEPS = (
    (
        """
    CREATE TABLE webhooks_state (
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        value BLOB NOT NULL,
        expires REAL NOT NULL,  -- seconds since 1970
        ends REAL,              -- when the namespace is forgotten; `expires` is never later
        PRIMARY KEY (namespace, name)
    ) WITHOUT ROWID
    """,
        "CREATE INDEX webhooks_state_expires ON webhooks_state (expires)",
    ),
)

_GET = """
    SELECT value, version FROM webhooks_state
    WHERE namespace = :namespace AND name = :name AND expires > :now
"""
_CREATE = """
    INSERT INTO webhooks_state (namespace, name, version, value, expires, ends)
    SELECT :namespace, :name, :new, :value, coalesce(min(:gone, ends), :gone), ends
    FROM (SELECT min(ends) AS ends FROM webhooks_state WHERE namespace = :namespace AND expires > :now) WHERE true
    ON CONFLICT (namespace, name) DO UPDATE
    SET version = excluded.version, value = excluded.value, expires = excluded.expires, ends = excluded.ends
    WHERE webhooks_state.expires <= :now
    RETURNING version
"""
_REPLACE = """
    UPDATE webhooks_state SET version = :new, value = :value, expires = coalesce(min(:gone, ends), :gone)
    WHERE namespace = :namespace AND name = :name AND version = :version AND expires > :now
    RETURNING version
"""
_FORGET = """
    UPDATE webhooks_state SET ends = coalesce(min(ends, :gone), :gone), expires = min(expires, :gone)
    WHERE namespace = :namespace AND expires > :now
"""
_PRUNE = "DELETE FROM webhooks_state WHERE expires <= :now"

_Values = Mapping[str, str | bytes | float | None]


class SqliteState:
    """A `StateStore` in a file.

    What was set survives the end of the process. When the machine loses its power, the last moments may be missing
    (`synchronous=NORMAL`): the calls that they belonged to are over then.

    Args:
        path: the file; it is made when it is not there, and may be that of an inbox.
        clock: seconds since 1970.
    """

    def __init__(self, path: str | os.PathLike[str], *, clock: Clock = time.time) -> None:
        self.path: Path = Path(path)
        """The file."""
        self._clock = clock
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, and make the table when it is not there.

        Raises:
            StateError: it cannot be opened.
        """
        await self._run(lambda connection: None)

    async def close(self) -> None:
        """Close the file."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.wrap_future(thread.submit(self._disconnect))
            thread.shutdown(wait=False)

    async def get(self, key: StateKey) -> Entry | None:
        """What is kept under a key."""
        row = await self._first(_GET, namespace=key.namespace, name=key.name)
        return None if row is None else Entry(bytes(row[0]), row[1])

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        """Keep a value for `ttl` seconds if nobody set another since `version`; its new version, or None."""
        gone, new = self._clock() + ttl, new_version()
        statement = _CREATE if version is None else _REPLACE
        row = await self._first(
            statement, namespace=key.namespace, name=key.name, value=value, version=version, new=new, gone=gone
        )
        return None if row is None else new

    async def forget(self, namespace: str, *, after: float) -> None:
        """Let go of a namespace's values in `after` seconds."""
        await self._first(_FORGET, namespace=namespace, gone=self._clock() + after)

    async def prune(self) -> None:
        """Remove what is gone."""
        await self._first(_PRUNE)

    async def _first(self, statement: str, **values: str | bytes | float | None) -> tuple[bytes, str] | None:
        """The first row that a statement gives."""
        named: _Values = {**values, "now": self._clock()}

        def run(connection: sqlite3.Connection) -> tuple[bytes, str] | None:
            # All rows are fetched: a statement that is not at its end is not committed.
            rows: list[tuple[bytes, str]] = connection.execute(statement, named).fetchall()
            return rows[0] if rows else None

        return await self._run(run)

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="webhooks-state")
        try:
            return await asyncio.wrap_future(self._thread.submit(lambda: work(self._connected())))
        except sqlite3.Error as error:
            raise StateError(
                f'The state in "{self.path}" cannot be used: {error}. Expected a file that this process may write, on '
                "a local disk with room."
            ) from error

    def _connected(self) -> sqlite3.Connection:
        """In the thread."""
        if self._connection is None:
            # Closed by whichever thread closes the store.
            connection = sqlite3.connect(self.path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("PRAGMA synchronous = NORMAL")
                _migrate(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        """In the thread."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date; where they are, nothing is written."""
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        write_ahead(connection, _BUSY)
    if _version(connection) >= len(_STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        connection.execute("CREATE TABLE IF NOT EXISTS webhooks_state_schema (version INTEGER PRIMARY KEY)")
        # Looked at again: another process may have been faster.
        for number, step in list(enumerate(_STEPS, start=1))[_version(connection) :]:
            for statement in step:
                connection.execute(statement)
            connection.execute("INSERT INTO webhooks_state_schema VALUES (?)", (number,))


def _version(connection: sqlite3.Connection) -> int:
    """The last step that was run on this file; a later version of this package may have run more than we know."""
    there = "SELECT count(*) FROM sqlite_master WHERE name = 'webhooks_state_schema'"
    if connection.execute(there).fetchone() == (0,):
        return 0
    (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM webhooks_state_schema").fetchone()
    return int(version)
