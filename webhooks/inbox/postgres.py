"""`PostgresInbox`: one inbox for many machines, in a Postgres database. Needs psycopg (the extra `postgres`).

1. The operations are those of `SqliteInbox`, the leases, too; what is here is their SQL and the connection.
2. One connection for each process, and one thread that writes; who waits while it writes shares its next transaction.
3. A connection that broke is made anew by the next operation. Until then whoever asks is told.
4. Tables are made by `migrate` and by nothing else, so that a new version can be rolled out machine by machine.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from webhooks.errors import InboxError, UsageError
from webhooks.inbox.base import Accepted, Counts, Envelope, Kept, Status
from webhooks.inbox.leasing import WritingInbox
from webhooks.inbox.store import COLUMNS, CRASHED_OFTEN, MOST_CRASHES, OVERTAKEN, Offer, Store, kept_of, taken
from webhooks.inbox.writer import Writer

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
except ModuleNotFoundError:
    raise UsageError('PostgresInbox needs psycopg: pip install "bandwidth-webhooks[postgres]".') from None

__all__ = ["PostgresInbox"]

VERSION = 1
"""Of the tables."""

# A lock of this database, so that of several machines that migrate one does. The number is nobody else's.
_MIGRATES = 7_215_004_031

# As in SQLite: what is due is looked for in small indexes, which do not grow with what was handled long ago.
_TABLES = """
CREATE TABLE IF NOT EXISTS webhooks_inbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    first_seen DOUBLE PRECISION NOT NULL,
    due DOUBLE PRECISION NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    until DOUBLE PRECISION,
    error TEXT,
    order_key TEXT,
    event_type TEXT,
    correlation_id TEXT,
    head TEXT NOT NULL,
    body BYTEA NOT NULL
);
CREATE INDEX IF NOT EXISTS webhooks_inbox_waiting ON webhooks_inbox (due) WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS webhooks_inbox_crashed ON webhooks_inbox (due) WHERE status = 'waiting' AND crashes > 0;
CREATE INDEX IF NOT EXISTS webhooks_inbox_running ON webhooks_inbox (owner) WHERE status = 'running';
CREATE INDEX IF NOT EXISTS webhooks_inbox_ended ON webhooks_inbox (status, first_seen)
    WHERE status IN ('done', 'dead');
CREATE INDEX IF NOT EXISTS webhooks_inbox_ordered ON webhooks_inbox (order_key, id)
    WHERE order_key IS NOT NULL AND status IN ('waiting', 'running');
CREATE TABLE IF NOT EXISTS webhooks_inbox_state (version INTEGER NOT NULL, latest DOUBLE PRECISION NOT NULL);
INSERT INTO webhooks_inbox_state SELECT 1, 0 WHERE NOT EXISTS (SELECT FROM webhooks_inbox_state);
"""
_HEAD_OF_ITS_ORDER = """(order_key IS NULL OR NOT EXISTS (
    SELECT FROM webhooks_inbox AS earlier WHERE earlier.order_key = delivery.order_key AND earlier.id < delivery.id
    AND earlier.status IN ('waiting', 'running'))
    AND order_key NOT IN (SELECT order_key FROM webhooks_inbox WHERE status = 'running' AND order_key IS NOT NULL))"""
_DUE = (
    f"SELECT {COLUMNS} FROM webhooks_inbox AS delivery WHERE status = 'waiting' AND due <= %s AND {_HEAD_OF_ITS_ORDER}"  # noqa: S608
)
# What another process is taking at this moment is not waited for, nor seen as running: what is replayed just then may
# run beside it.
_CRASHED_DUE = f"{_DUE} AND crashes > 0 ORDER BY due, id LIMIT 1 FOR UPDATE SKIP LOCKED"
_ALL_DUE = f"{_DUE} AND crashes = 0 ORDER BY due, id LIMIT %s FOR UPDATE SKIP LOCKED"
_ANY_DUE = "SELECT EXISTS (SELECT FROM webhooks_inbox WHERE status = 'waiting' AND due <= %s)"
# Ids in the order of what is offered where that has an order key: it is handled by them. All else in the order of its
# keys, as on every machine: two that are given the same deliveries would otherwise wait for each other in a circle.
_PUT = """INSERT INTO webhooks_inbox
    (key, order_key, event_type, correlation_id, head, body, owner, first_seen, due, status, attempts, until)
    SELECT key, order_key, event_type, correlation_id, head, body, owner, %s, %s,
        CASE WHEN owner IS NULL THEN 'waiting' ELSE 'running' END, CASE WHEN owner IS NULL THEN 0 ELSE 1 END, %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::text[]) WITH ORDINALITY
        AS offer (key, order_key, event_type, correlation_id, head, body, owner, place)
    ORDER BY coalesce(order_key, key) COLLATE "C", place ON CONFLICT (key) DO NOTHING RETURNING key, id"""
_LEASE = """UPDATE webhooks_inbox SET status = 'running', attempts = attempts + 1, owner = %s, until = %s
    WHERE id = ANY(%s)"""
# Only the attempt that failed. When that is said again, its owner may have the next one.
_ATTEMPT = "WHERE id = %s AND owner = %s AND attempts = %s AND crashes = %s AND status = 'running'"
# Said again where the answer was lost: what is the owner's and done, he has done.
_ALL_MINE = "WHERE id = ANY(%s) AND owner = %s AND status IN ('running', 'done') RETURNING id"
_FINISH = f"""UPDATE webhooks_inbox SET status = 'done', error = NULL, head = '["", "", "", "", []]', body = ''
    {_ALL_MINE}"""  # noqa: S608
_FAIL = f"UPDATE webhooks_inbox SET status = 'waiting', crashes = 0, error = %s, due = %s {_ATTEMPT}"  # noqa: S608
_BURY = f"UPDATE webhooks_inbox SET status = 'dead', error = %s {_ATTEMPT}"  # noqa: S608
_FAILED = "SELECT FROM webhooks_inbox WHERE id = %s AND owner = %s AND (attempts > %s OR status IN ('waiting', 'dead'))"
_RELEASE = """UPDATE webhooks_inbox SET status = 'waiting', attempts = attempts - 1
    WHERE owner = %s AND status = 'running'"""
_KEEP = "UPDATE webhooks_inbox SET until = %s WHERE owner = ANY(%s) AND status = 'running'"
_CRASHED = """UPDATE webhooks_inbox SET crashes = crashes + 1, attempts = attempts - 1, owner = NULL,
    status = CASE WHEN crashes + 1 < %s THEN 'waiting' ELSE 'dead' END,
    error = CASE WHEN crashes + 1 < %s THEN error ELSE %s END
    WHERE status = 'running' AND until < %s"""
_OLDEST = "SELECT min(first_seen) FROM webhooks_inbox WHERE status IN ('waiting', 'running')"
_REPLAY = """UPDATE webhooks_inbox SET status = 'waiting', attempts = 0, crashes = 0, error = NULL, due = %s
    WHERE status = 'dead'"""
_PRUNE = """DELETE FROM webhooks_inbox WHERE id IN (SELECT id FROM webhooks_inbox
    WHERE status = %s AND status IN ('done', 'dead') AND first_seen < %s LIMIT %s FOR UPDATE SKIP LOCKED)"""

_ADVICE = (
    ("connection", "the database does not answer: it goes on by itself when it does; what was accepted is kept"),
    ("does not exist", "make the tables first: webhooks inbox migrate MODULE:ATTR"),
    ("permission denied", "the user needs SELECT, INSERT, UPDATE and DELETE on the tables webhooks_inbox*"),
)


# Whoever delivers waits for seconds, where TCP would for hours: what libpq is told, unless the DSN says otherwise.
_IMPATIENT = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10}


class _Connection:
    """A connection that is made when it is needed, and made anew when it broke."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._open: psycopg.Connection[Any] | None = None

    def execute(self, query: str, values: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        """Run a statement; transactions begin and end by their own."""
        if self._open is None:
            told = conninfo_to_dict(self._dsn)
            usual = {name: value for name, value in _IMPATIENT.items() if name not in told}
            self._open = psycopg.connect(make_conninfo(self._dsn, **usual), autocommit=True)
        return self._open.execute(query.encode(), values or None)

    def rollback(self) -> None:
        """End a transaction that failed, with its connection: whatever is wrong with that, the next has it not."""
        self.close()

    def close(self) -> None:
        """Let go of it."""
        if self._open is not None:
            self._open.close()
            self._open = None


class PostgresStore:
    """The operations of `Store` in Postgres's SQL."""

    def __init__(self, execute: Callable[..., psycopg.Cursor[Any]]) -> None:
        self._execute = execute

    def put(self, offers: Sequence[Offer], now: float, until: float) -> Sequence[Kept | Accepted]:
        """See `Store`, as for all of these."""
        at_once = any(owner for _, owner in offers) and not _one(self._execute(_ANY_DUE, (now - OVERTAKEN,)))
        rows = [_row(envelope, owner if at_once else None) for envelope, owner in offers]
        columns = [list(column) for column in zip(*rows, strict=True)]
        ids = dict(self._execute(_PUT, (now, now, until, *columns)).fetchall())
        # Each id once: of two offers with the same key, the second is the duplicate.
        return [
            _kept_at(ids.pop(envelope.key, None), envelope, owner if at_once else None, now)
            for envelope, owner in offers
        ]

    def lease(self, owner: str, most: int, now: float, until: float, *, idle: bool) -> Sequence[Kept]:
        """What has crashed first, alone."""
        crashed = self._execute(_CRASHED_DUE, (now,)).fetchall()
        if crashed and not idle:
            return []
        rows = crashed or self._execute(_ALL_DUE, (now, most)).fetchall()
        if rows:
            self._execute(_LEASE, (owner, until, [row[0] for row in rows]))
        return [kept_of(row, leased=1) for row in rows]

    def finish(self, owner: str, ids: Sequence[int]) -> Collection[int]:
        """The bodies go."""
        return [id for (id,) in self._execute(_FINISH, ([*ids], owner)).fetchall()]

    def fail(self, owner: str, kept: Kept, error: str, due: float | None) -> bool:
        """Waits, or is dead. It ran to its end: whatever ended processes before, this is not it."""
        which = (kept.id, owner, kept.attempts)
        values = (error,) if due is None else (error, due)
        failed = self._execute(_BURY if due is None else _FAIL, (*values, *which, kept.crashes))
        return bool(failed.rowcount) or self._execute(_FAILED, which).fetchone() is not None

    def release(self, owner: str, ids: Sequence[int] | None = None) -> int:
        """Attempts that were none."""
        if ids is None:
            return self._execute(_RELEASE, (owner,)).rowcount
        return self._execute(f"{_RELEASE} AND id = ANY(%s)", (owner, list(ids))).rowcount

    def beat(self, owners: Sequence[str], now: float, until: float) -> int:
        """Leases go on, or have ended."""
        self._execute("UPDATE webhooks_inbox_state SET latest = greatest(latest, %s)", (now,))
        if owners:
            self._execute(_KEEP, (until, list(owners)))
        return self._execute(_CRASHED, (MOST_CRASHES, MOST_CRASHES, CRASHED_OFTEN, now)).rowcount

    def prolong(self, until: float) -> None:
        """Leases go on."""
        self._execute("UPDATE webhooks_inbox SET until = %s WHERE status = 'running'", (until,))

    def latest(self) -> float:
        """What beats said."""
        return float(_one(self._execute("SELECT latest FROM webhooks_inbox_state")))

    def counts(self) -> Counts:
        """In one reading."""
        rows = self._execute("SELECT status, count(*) FROM webhooks_inbox GROUP BY status").fetchall()
        return Counts(**dict(rows), oldest=_one(self._execute(_OLDEST)))

    def entries(self, status: Status | None, limit: int) -> Sequence[Kept]:
        """In the order of acceptance."""
        found = self._execute(
            f"SELECT {COLUMNS} FROM webhooks_inbox WHERE %s::text IS NULL OR status = %s ORDER BY id LIMIT %s",  # noqa: S608
            (status, status, limit),
        )
        return [kept_of(row) for row in found.fetchall()]

    def entry(self, id: int) -> Kept | None:
        """By its id."""
        row = self._execute(f"SELECT {COLUMNS} FROM webhooks_inbox WHERE id = %s", (id,)).fetchone()  # noqa: S608
        return None if row is None else kept_of(row)

    def replay(self, ids: Sequence[int] | None, now: float) -> int:
        """As if just accepted."""
        if ids is None:
            return self._execute(_REPLAY, (now,)).rowcount
        return self._execute(f"{_REPLAY} AND id = ANY(%s)", (now, list(ids))).rowcount

    def prune(self, status: Status, before: float, most: int) -> int:
        """Key and all."""
        return self._execute(_PRUNE, (status, before, most)).rowcount


def _row(envelope: Envelope, owner: str | None) -> tuple[object, ...]:
    names = (envelope.key, envelope.order_key, envelope.event_type, envelope.correlation_id)
    return (*names, envelope.head(), envelope.body, owner)


def _kept_at(id: int | None, envelope: Envelope, owner: str | None, now: float) -> Kept | Accepted:
    if id is None:
        return "duplicate"
    return "accepted" if owner is None else taken(id, envelope, now)


def _one(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    return None if row is None else row[0]


class PostgresInbox(WritingInbox):
    """An inbox in the Postgres database of `dsn`, for any number of machines. `migrate` makes its tables first.

    The machines' clocks should agree within a few seconds: a lease ends by the clock of whoever looks.

    Args:
        dsn: as "postgresql://user@host/database"; what it leaves out comes from libpq's variables (PGPASSWORD, ...).
        clock: gives seconds since 1970.
        chance: gives random numbers from 0 to 1, for delays.
        lease: seconds after which a process that gave no sign counts as ended.
        poll: seconds between two looks for what has become due, or was accepted by another process.
    """

    def __init__(
        self,
        dsn: str,
        *,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        lease: float = 15.0,
        poll: float = 0.25,
    ) -> None:
        super().__init__(clock=clock, chance=chance, lease=lease, poll=poll)
        if not dsn:
            raise UsageError('PostgresInbox(""): expected where the database is, as "postgresql://user@host/database".')
        self._dsn = dsn

    def __repr__(self) -> str:
        return "PostgresInbox(...)"  # the DSN may hold a password

    async def migrate(self) -> int:
        """Make the tables, or bring them to this version; theirs afterwards. Several may do so at the same time.

        Raises:
            InboxError: the database does not answer, or does not let this user.
        """
        return await asyncio.to_thread(self._migrate)

    def _migrate(self) -> int:
        connection = _Connection(self._dsn)
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATES,))
            for statement in _TABLES.split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            version = int(_one(connection.execute("SELECT version FROM webhooks_inbox_state")))
            connection.execute("COMMIT")
        except psycopg.Error as error:
            raise _explained(error) from error
        finally:
            connection.close()
        return version

    async def look(self) -> None:
        """Look whether it could be opened, and change nothing.

        Raises:
            InboxError: the database does not answer, or does not let this user.
            UsageError: it has no tables of an inbox, or those of a newer version.
        """
        (await asyncio.to_thread(self._connected)).close()

    def _connected(self) -> _Connection:
        """To a database that has the tables."""
        connection = _Connection(self._dsn)
        try:
            version = int(_one(connection.execute("SELECT version FROM webhooks_inbox_state")))
        except psycopg.errors.UndefinedTable:
            connection.close()
            raise UsageError(
                "The database has no tables of an inbox: make them with `webhooks inbox migrate MODULE:ATTR`."
            ) from None
        except psycopg.Error as error:
            connection.close()
            raise _explained(error) from error
        if version > VERSION:
            connection.close()
            raise UsageError(
                f"The inbox has version {version} of the tables, this package knows {VERSION}: install the version of "
                "bandwidth-webhooks that made them, or a later one."
            )
        return connection

    def _opened(self) -> Writer[Store, psycopg.Error]:
        """Connect, and look whether the tables are there."""
        connection = self._connected()
        store = PostgresStore(connection.execute)
        return Writer(
            connection,
            store,
            begin="BEGIN",
            errors=psycopg.Error,
            explained=_explained,
            undone=self.undone,
            beat=self.beat_on,
            every=self._lease / 3,
        )


def _explained(error: psycopg.Error) -> InboxError:
    """What to do about an error of Postgres's. Its own words may hold a value of a row: they are not repeated."""
    told = str(error)
    advice = next((advice for sign, advice in _ADVICE if sign in told), "see the database's log")
    return InboxError(f"the inbox in Postgres cannot be used ({type(error).__name__}): {advice}.")
