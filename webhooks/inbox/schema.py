"""The tables of a `SqliteInbox`, how its file is opened, and what its errors mean to whoever runs it."""

from __future__ import annotations

import sqlite3

from webhooks.errors import InboxError, UsageError
from webhooks.sqlite import write_ahead

__all__ = ["VERSION", "connect", "explained"]

VERSION = 1
"""Of the tables; SQLite's `user_version`."""

# What is due is looked for in small indexes, which do not grow with what was handled long ago.
_TABLES = """
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    first_seen REAL NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    until REAL,
    error TEXT,
    order_key TEXT,
    event_type TEXT,
    correlation_id TEXT,
    head TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX delivery_waiting ON delivery (due) WHERE status = 'waiting';
CREATE INDEX delivery_crashed ON delivery (due) WHERE status = 'waiting' AND crashes > 0;
CREATE INDEX delivery_running ON delivery (owner) WHERE status = 'running';
CREATE INDEX delivery_ended ON delivery (status, first_seen) WHERE status IN ('done', 'dead');
CREATE INDEX delivery_ordered ON delivery (order_key, id)
    WHERE order_key IS NOT NULL AND status IN ('waiting', 'running');
CREATE TABLE clock (latest REAL NOT NULL);
INSERT INTO clock VALUES (0);
"""
# Asked at once, so that no other process makes the tables in between. Those of a `SqliteState` are nobody else's: it
# shares the file, and may have come first.
_LOOK = """
    SELECT user_version, (SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT GLOB 'webhooks_state*')
    FROM pragma_user_version
"""
# Seconds to wait for another process's transaction; they take milliseconds.
_PATIENCE = 5.0
_CACHE_KIB = 32 * 1024

_WRITE_ACCESS = "the file cannot be written: give the process write access to it and to its folder"
_SHARED = "another process has held the file for seconds: end whatever has it open, as a shell of sqlite3"
_DAMAGED = (
    "the file is damaged, or no inbox: stop the app, save what can be read with `sqlite3 FILE .recover`, move the file "
    "and those that begin with its name away, and start with a new one"
)
# What SQLite's own words begin or end with (sqlite.org/rescode), and what to do.
_ADVICE = (
    ("is full", "the disk is full: make room, and it goes on by itself; what was accepted is kept"),
    ("readonly", _WRITE_ACCESS),
    ("locked", _SHARED),
    ("malformed", _DAMAGED),
    ("not a database", _DAMAGED),
    ("unable to open", "the folder must exist, and the process be allowed to write there"),
    ("disk I/O", "the disk fails: see the system's log, and move the inbox to another disk"),
)


def connect(path: str, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """The file at `path`, with its tables, ready to be written. Made when it does not exist.

    Raises:
        sqlite3.Error: it cannot be opened now; see `explained`.
        UsageError: a newer version of this package made it, or another program.
    """
    connection = sqlite3.connect(
        path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, factory=factory, cached_statements=256
    )
    try:
        # Before anything is written: a file of somebody else's stays as it is.
        version = _version(connection, path)
        write_ahead(connection, _PATIENCE)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        if version == 0:
            _make_tables(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection, path: str) -> int:
    version, tables = connection.execute(_LOOK).fetchone()
    if version > VERSION:
        raise UsageError(
            f'"{path}" has version {version} of the tables, this package knows {VERSION}: install the version of '
            "bandwidth-webhooks that made it, or a later one."
        )
    if version == 0 and tables:
        raise UsageError(f'"{path}" is the database of another program: give the inbox a file of its own.')
    return int(version)


def _make_tables(connection: sqlite3.Connection) -> None:
    """All of them, or none; once, when several processes come at the same time."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def explained(error: sqlite3.Error, path: str) -> InboxError:
    """What to do about an error of SQLite's."""
    told = str(error)
    advice = next((advice for sign, advice in _ADVICE if sign in told), "")
    return InboxError(f'the inbox "{path}" cannot be used ({told}){": " + advice if advice else ""}.')
