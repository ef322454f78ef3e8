"""State in PostgreSQL, for any number of machines. Needs the extra `postgres`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, LiteralString, cast

from webhooks.errors import StateError, UsageError
from webhooks.state.base import Clock, Entry, StateKey, new_version

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

    _Pool = AsyncConnectionPool[AsyncConnection]

__all__ = ["PostgresState"]

# Of the advisory lock that one migration at a time holds; any number that nobody else uses.
_LOCK = 6_812_337_401

# Run once each, in this order. A step that was released never changes, and an older version must be able to work on
# with what a later step leaves: two versions run side by side while a deployment rolls.
_STEPS: tuple[LiteralString, ...] = (
    """
    CREATE TABLE webhooks_state (
        namespace text NOT NULL,
        name text NOT NULL,
        version text NOT NULL,
        value bytea NOT NULL,
        expires double precision NOT NULL,  -- seconds since 1970
        ends double precision,              -- when the namespace is forgotten; `expires` is never later
        PRIMARY KEY (namespace, name)
    );
    CREATE INDEX webhooks_state_expires ON webhooks_state (expires);
    """,
)

# The server's time, so that machines need not agree; tests give one.
_NOW = "coalesce(%(now)s::float8, extract(epoch FROM statement_timestamp())::float8)"

_GET = f"""
    SELECT value, version FROM webhooks_state
    WHERE namespace = %(namespace)s AND name = %(name)s AND expires > {_NOW}
"""  # noqa: S608 - nothing of anybody else\'s
_CREATE = f"""
    INSERT INTO webhooks_state AS kept (namespace, name, version, value, expires, ends)
    SELECT %(namespace)s, %(name)s, %(new)s, %(value)s, least({_NOW} + %(seconds)s::float8, ends), ends
    FROM (SELECT min(ends) AS ends FROM webhooks_state WHERE namespace = %(namespace)s AND expires > {_NOW}) AS others
    ON CONFLICT (namespace, name) DO UPDATE
    SET version = excluded.version, value = excluded.value, expires = excluded.expires, ends = excluded.ends
    WHERE kept.expires <= {_NOW}
    RETURNING value, version
"""  # noqa: S608 - nothing of anybody else\'s
_REPLACE = f"""
    UPDATE webhooks_state
    SET version = %(new)s, value = %(value)s, expires = least({_NOW} + %(seconds)s::float8, ends)
    WHERE namespace = %(namespace)s AND name = %(name)s AND version = %(version)s AND expires > {_NOW}
    RETURNING value, version
"""  # noqa: S608 - nothing of anybody else\'s
_FORGET = f"""
    UPDATE webhooks_state
    SET ends = least(ends, {_NOW} + %(seconds)s::float8), expires = least(expires, {_NOW} + %(seconds)s::float8)
    WHERE namespace = %(namespace)s AND expires > {_NOW}
    RETURNING value, version
"""  # noqa: S608 - nothing of anybody else\'s
_PRUNE = f"DELETE FROM webhooks_state WHERE expires <= {_NOW} RETURNING value, version"  # noqa: S608 - as above


class PostgresState:
    """A `StateStore` in a PostgreSQL database, in a table of its own.

    Args:
        dsn: how to connect: "postgresql://user@host/database", or "" for the PG... variables of the environment.
        connections: how many this process opens at most.
        timeout: seconds to wait for a connection, and again for an answer.
        clock: seconds since 1970; the server's own when None.

    Raises:
        UsageError: the extra is not installed.
    """

    def __init__(self, dsn: str, *, connections: int = 4, timeout: float = 3.0, clock: Clock | None = None) -> None:
        try:
            import psycopg
            import psycopg_pool
        except ImportError as error:
            raise UsageError(
                'PostgresState needs psycopg: install the extra, as in `pip install "bandwidth-webhooks[postgres]"`.'
            ) from error
        self._error = psycopg.Error
        self._make_pool: Callable[..., _Pool] = psycopg_pool.AsyncConnectionPool
        self._check = psycopg_pool.AsyncConnectionPool.check_connection
        self._opening = asyncio.Lock()
        self._dsn = dsn
        self._connections = connections
        self._timeout = timeout
        self._clock = clock
        self._pool: _Pool | None = None

    async def open(self) -> None:
        """Connect, and make the table when it is not there.

        Raises:
            StateError: the server cannot be reached, or the user may not make the table.
        """
        if self._pool is None:
            async with self._opening:
                self._pool = self._pool or await self._connected()

    async def close(self) -> None:
        """Close the connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def get(self, key: StateKey) -> Entry | None:
        """What is kept under a key."""
        row = await self._first(_GET, namespace=key.namespace, name=key.name)
        return None if row is None else Entry(*row)

    async def set(self, key: StateKey, *, value: bytes, version: str | None, ttl: float) -> str | None:
        """Keep a value for `ttl` seconds if nobody set another since `version`; its new version, or None."""
        new = new_version()
        statement = _CREATE if version is None else _REPLACE
        row = await self._first(
            statement, namespace=key.namespace, name=key.name, value=value, version=version, new=new, seconds=ttl
        )
        return None if row is None else new

    async def forget(self, namespace: str, *, after: float) -> None:
        """Let go of a namespace's values in `after` seconds."""
        await self._first(_FORGET, namespace=namespace, seconds=after)

    async def prune(self) -> None:
        """Remove what is gone."""
        await self._first(_PRUNE)

    async def _first(self, statement: LiteralString, **values: str | bytes | float | None) -> tuple[bytes, str] | None:
        """The first row that a statement gives."""
        await self.open()
        named = {**values, "now": self._clock() if self._clock else None}
        try:
            async with cast("_Pool", self._pool).connection() as connection:
                cursor = await connection.execute(statement, named)
                return await cursor.fetchone()
        except self._error as error:
            raise self._failed(error) from error

    async def _connected(self) -> _Pool:
        pool = self._make_pool(
            self._dsn,
            kwargs={"autocommit": True},
            configure=self._hurry,
            min_size=1,
            max_size=self._connections,
            timeout=self._timeout,
            check=self._check,
            open=False,
        )
        try:
            await pool.open()
            async with pool.connection() as connection:
                await _migrate(connection)
        except self._error as error:
            await pool.close()
            raise self._failed(error) from error
        except BaseException:
            await pool.close()
            raise
        return pool

    async def _hurry(self, connection: AsyncConnection) -> None:
        """Not by the connection's options: those are the user's."""
        milliseconds = f"{self._timeout * 1000:.0f}"
        await connection.execute("SELECT set_config('statement_timeout', %s, false)", (milliseconds,))

    def _failed(self, error: Exception) -> StateError:
        # What the server says may quote a key. Its class and five characters tell what is wrong.
        state = getattr(error, "sqlstate", None) or "no answer"
        return StateError(
            f"The state in PostgreSQL cannot be used: {type(error).__name__} ({state}). Expected a server that can be "
            "reached and a user that may make and write the table webhooks_state."
        )


async def _migrate(connection: AsyncConnection) -> None:
    """Bring the tables up to date; where they are, nothing is locked, and the user need not be allowed to make any."""
    if await _version(connection) >= len(_STEPS):
        return
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        await connection.execute("CREATE TABLE IF NOT EXISTS webhooks_state_schema (version integer PRIMARY KEY)")
        # Looked at again: another process may have been faster.
        for number, step in list(enumerate(_STEPS, start=1))[await _version(connection) :]:
            await connection.execute(step)
            await connection.execute("INSERT INTO webhooks_state_schema VALUES (%s)", (number,))


async def _version(connection: AsyncConnection) -> int:
    """The last step that was run; a later version of this package may have run more than we know."""
    there = await (await connection.execute("SELECT to_regclass('webhooks_state_schema') IS NOT NULL")).fetchone()
    if there != (True,):
        return 0
    row = await (await connection.execute("SELECT coalesce(max(version), 0) FROM webhooks_state_schema")).fetchone()
    return int(row[0]) if row else 0
