"""`SqliteInbox`: an inbox in one file, with nothing to install or to run beside the app.

What it does to keep its promises: write-ahead log, `synchronous = FULL`, one writing thread with group commit, leases
that live as long as their process does. Several processes of one machine may share the file.
"""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from webhooks.errors import InboxError, UsageError
from webhooks.inbox.base import Accepted, Counts, Envelope, Kept, Status
from webhooks.inbox.disk import NETWORK, TEMPORARY, disk_of, mounts
from webhooks.inbox.leasing import WritingInbox
from webhooks.inbox.schema import connect, explained
from webhooks.inbox.store import (
    COLUMNS,
    CRASHED_OFTEN,
    MOST_CRASHES,
    OVERTAKEN,
    Offer,
    WholeStore,
    kept_of,
    taken,
)
from webhooks.inbox.writer import Writer

__all__ = ["SqliteInbox"]

_log = logging.getLogger("webhooks.inbox")

# What runs is looked for apart: what is replayed may stand before it, and there is never much of it.
_HEAD_OF_ITS_ORDER = """(order_key IS NULL OR NOT EXISTS (
    SELECT 1 FROM delivery AS earlier WHERE earlier.order_key = delivery.order_key AND earlier.id < delivery.id
    AND earlier.status IN ('waiting', 'running'))
    AND order_key NOT IN (SELECT order_key FROM delivery WHERE status = 'running' AND order_key IS NOT NULL))"""
_DUE = f"SELECT {COLUMNS} FROM delivery WHERE status = 'waiting' AND due <= ? AND {_HEAD_OF_ITS_ORDER}"  # noqa: S608
_CRASHED_DUE = f"{_DUE} AND crashes > 0 ORDER BY due LIMIT 1"
_ALL_DUE = f"{_DUE} AND crashes = 0 ORDER BY due LIMIT ?"
_BEFORE_PUT = """SELECT (SELECT coalesce(max(id), 0) FROM delivery),
    EXISTS (SELECT 1 FROM delivery WHERE status = 'waiting' AND due <= ?)"""
_PUT = """INSERT INTO delivery
    (id, key, order_key, event_type, correlation_id, head, body, first_seen, due, status, attempts, owner, until)
    VALUES """
_PUT_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Most rows of one statement. Between two statements a thread waits for Python's lock, so there are as few as can be.
_PUT_MOST = 100
# One statement that does all of a transaction, or nothing: the first row "inserted" here has what is done, as
# in `_FINISH`, the others are new, as in `_PUT`. They have their ids from whoever wrote last; if that was another
# process, one of its rows has the id already.
_WRITTEN = (
    """CREATE TEMP VIEW webhooks_written AS SELECT NULL AS id, NULL AS key, NULL AS event_type, NULL AS correlation_id,
    NULL AS head, NULL AS body, NULL AS now, NULL AS owner, NULL AS until""",
    """CREATE TEMP TRIGGER webhooks_finished INSTEAD OF INSERT ON webhooks_written WHEN NEW.key IS NULL BEGIN
    SELECT RAISE(ABORT, 'something has waited')
        WHERE EXISTS (SELECT 1 FROM delivery WHERE status = 'waiting' AND due <= NEW.until);
    UPDATE delivery SET status = 'done', error = NULL, head = '["", "", "", "", []]', body = x''
        WHERE id IN (SELECT value FROM json_each(NEW.head)) AND owner = NEW.owner AND status = 'running';
    SELECT RAISE(ABORT, 'another process has taken it') WHERE changes() < json_array_length(NEW.head);
    END""",
    """CREATE TEMP TRIGGER webhooks_put INSTEAD OF INSERT ON webhooks_written WHEN NEW.key IS NOT NULL BEGIN
    INSERT INTO delivery
        (id, key, event_type, correlation_id, head, body, first_seen, due, status, attempts, owner, until)
        VALUES (NEW.id, NEW.key, NEW.event_type, NEW.correlation_id, NEW.head, NEW.body, NEW.now, NEW.now, 'running', 1,
            NEW.owner, NEW.until);
    END""",
)
# All parameters with a number come first: those without go on from there.
_WRITE = "INSERT INTO webhooks_written VALUES (?5, NULL, NULL, NULL, ?1, NULL, ?2, ?3, ?4)"
_WRITE_ROW = ", (?, ?, ?, ?, ?, ?, ?2, ?3, ?5)"
_LAST = "SELECT coalesce(max(id), 0) FROM delivery"
_LEASE = """UPDATE delivery SET status = 'running', attempts = attempts + 1, owner = ?, until = ?
    WHERE id IN (SELECT value FROM json_each(?))"""
_FINISH = """UPDATE delivery SET status = 'done', error = NULL, head = '["", "", "", "", []]', body = x''
    WHERE id IN (SELECT value FROM json_each(?)) AND owner = ? AND status = 'running'"""
_FINISHED = "SELECT id FROM delivery WHERE id IN (SELECT value FROM json_each(?)) AND owner = ? AND status = 'done'"
# Only the attempt that failed. When that is said again, its owner may have the next one.
_ATTEMPT = "WHERE id = ? AND owner = ? AND attempts = ? AND crashes = ? AND status = 'running'"
_FAIL = f"UPDATE delivery SET status = 'waiting', crashes = 0, error = ?, due = ? {_ATTEMPT}"  # noqa: S608
_BURY = f"UPDATE delivery SET status = 'dead', error = ? {_ATTEMPT}"  # noqa: S608
_FAILED = "SELECT 1 FROM delivery WHERE id = ? AND owner = ? AND (attempts > ? OR status IN ('waiting', 'dead'))"
_RELEASE = "UPDATE delivery SET status = 'waiting', attempts = attempts - 1 WHERE owner = ? AND status = 'running'"
_RELEASE_SOME = f"{_RELEASE} AND id IN (SELECT value FROM json_each(?))"  # noqa: S608
_KEEP = "UPDATE delivery SET until = ? WHERE owner = ? AND status = 'running'"
_CRASHED = """UPDATE delivery SET crashes = crashes + 1, attempts = attempts - 1, owner = NULL,
    status = iif(crashes + 1 < ?, 'waiting', 'dead'), error = iif(crashes + 1 < ?, error, ?)
    WHERE status = 'running' AND until < ?"""
_COUNTS = "SELECT count(*) FROM delivery WHERE status = ?"
_OLDEST = "SELECT min(first_seen) FROM delivery WHERE status IN ('waiting', 'running')"
_REPLAY = """UPDATE delivery SET status = 'waiting', attempts = 0, crashes = 0, error = NULL, due = ?
    WHERE status = 'dead'"""
_PRUNE = """DELETE FROM delivery WHERE id IN
    (SELECT id FROM delivery WHERE status = ? AND status IN ('done', 'dead') AND first_seen < ? LIMIT ?)"""


class SqliteStore:
    """The operations of `Store` in SQL."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._last: int | None = None  # id, where nobody else has put since
        for statement in _WRITTEN:
            self._execute(statement)

    def put(self, offers: Sequence[Offer], now: float, until: float) -> Sequence[Kept | Accepted]:
        """See `Store`, as for all of these."""
        last, overtaken = self._execute(_BEFORE_PUT, (now - OVERTAKEN,)).fetchone()
        first, at_once = last + 1, not overtaken
        rows = [_row(id, offer, now, until, at_once=at_once) for id, offer in enumerate(offers, first)]
        known = set[int]() if self._insert(rows) == len(rows) else self._missing(range(first, first + len(rows)))
        return [
            "duplicate" if id in known else taken(id, envelope, now) if at_once and owner is not None else "accepted"
            for id, (envelope, owner) in enumerate(offers, first)
        ]

    def put_and_finish(
        self, owner: str, envelopes: Sequence[Envelope], ids: Sequence[int], now: float, until: float
    ) -> Sequence[Kept] | None:
        """See `WholeStore`."""
        last = self._one(_LAST) if self._last is None else self._last
        self._last = None
        kept = [taken(id, envelope, now) for id, envelope in enumerate(envelopes, last + 1)]
        values: list[object] = [str([*ids]), now, owner, now - OVERTAKEN, until]
        for id, one in enumerate(envelopes, last + 1):
            values += (id, one.key, one.event_type, one.correlation_id, one.head(), one.body)
        try:
            self._execute(f"{_WRITE}{_WRITE_ROW * len(envelopes)}", values)
        except sqlite3.IntegrityError:
            return None
        self._last = last + len(envelopes)
        return kept

    def _insert(self, rows: Sequence[tuple[object, ...]]) -> int:
        """How many were inserted."""
        count = 0
        for begin in range(0, len(rows), _PUT_MOST):
            some = rows[begin : begin + _PUT_MOST]
            query = f"{_PUT}{', '.join([_PUT_ROW] * len(some))} ON CONFLICT (key) DO NOTHING"
            count += self._execute(query, [value for row in some for value in row]).rowcount
        return count

    def _missing(self, ids: range) -> set[int]:
        found = self._execute("SELECT id FROM delivery WHERE id >= ?", (ids.start,)).fetchall()
        return set(ids).difference(id for (id,) in found)

    def _one(self, query: str, values: Sequence[object] = ()) -> Any:
        return self._execute(query, values).fetchone()[0]

    def lease(self, owner: str, most: int, now: float, until: float, *, idle: bool) -> Sequence[Kept]:
        """What has crashed first, alone."""
        crashed = self._execute(_CRASHED_DUE, (now,)).fetchall()
        if crashed and not idle:
            return []
        rows = crashed or self._execute(_ALL_DUE, (now, most)).fetchall()
        if rows:
            self._execute(_LEASE, (owner, until, str([row[0] for row in rows])))
        return [kept_of(row, leased=1) for row in rows]

    def finish(self, owner: str, ids: Sequence[int]) -> Collection[int]:
        """The bodies go."""
        which = (str([*ids]), owner)
        if self._execute(_FINISH, which).rowcount == len(ids):
            return ids
        return [id for (id,) in self._execute(_FINISHED, which).fetchall()]

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
        return self._execute(_RELEASE_SOME, (owner, str([*ids]))).rowcount

    def beat(self, owners: Sequence[str], now: float, until: float) -> int:
        """Leases go on, or have ended."""
        self._execute("UPDATE clock SET latest = max(latest, ?)", (now,))
        for owner in owners:
            self._execute(_KEEP, (until, owner))
        return self._execute(_CRASHED, (MOST_CRASHES, MOST_CRASHES, CRASHED_OFTEN, now)).rowcount

    def prolong(self, until: float) -> None:
        """Leases go on."""
        self._execute("UPDATE delivery SET until = ? WHERE status = 'running'", (until,))

    def latest(self) -> float:
        """What beats said."""
        return float(self._one("SELECT latest FROM clock"))

    def counts(self) -> Counts:
        """From the indexes."""
        by_status = {
            status: self._execute(_COUNTS.replace("?", f"'{status}'")).fetchone()[0]
            for status in ("waiting", "running", "done", "dead")
        }
        return Counts(**by_status, oldest=self._execute(_OLDEST).fetchone()[0])

    def entries(self, status: Status | None, limit: int) -> Sequence[Kept]:
        """In the order of acceptance."""
        found = self._execute(
            f"SELECT {COLUMNS} FROM delivery WHERE ?1 IS NULL OR status = ?1 ORDER BY id LIMIT ?2",  # noqa: S608
            (status, limit),
        )
        return [kept_of(row) for row in found.fetchall()]

    def entry(self, id: int) -> Kept | None:
        """By its id."""
        row = self._execute(f"SELECT {COLUMNS} FROM delivery WHERE id = ?", (id,)).fetchone()  # noqa: S608
        return None if row is None else kept_of(row)

    def replay(self, ids: Sequence[int] | None, now: float) -> int:
        """As if just accepted."""
        if ids is None:
            return self._execute(_REPLAY, (now,)).rowcount
        return sum(self._execute(f"{_REPLAY} AND id = ?", (now, id)).rowcount for id in dict.fromkeys(ids))

    def prune(self, status: Status, before: float, most: int) -> int:
        """Key and all."""
        return self._execute(_PRUNE, (status, before, most)).rowcount


def _row(id: int, offer: Offer, now: float, until: float, *, at_once: bool) -> tuple[object, ...]:
    envelope, owner = offer
    names = (envelope.key, envelope.order_key, envelope.event_type, envelope.correlation_id)
    lease = ("running", 1, owner, until) if at_once and owner is not None else ("waiting", 0, None, None)
    return (id, *names, envelope.head(), envelope.body, now, now, *lease)


class SqliteInbox(WritingInbox):
    """An inbox in the SQLite file at `path`, which is made when it does not exist; its folder must be there.

    It belongs to one app, whose processes may share it: any app that opens the file handles all that is in it. The file
    must be on a disk of this machine, and on one that outlives it: in a container, on a volume.

    Args:
        path: the file. SQLite makes two more beside it, with `-wal` and `-shm` after the name; back up all three
            together, or with `sqlite3 FILE .backup`.
        clock: gives seconds since 1970.
        chance: gives random numbers from 0 to 1, for delays.
        lease: seconds after which a process that gave no sign counts as ended. It gives one each third of them, on a
            thread of its own: a handler that blocks the event loop loses nothing.
        poll: seconds between two looks for what has become due, or was accepted by another process.
        mounted: gives the text of /proc/self/mountinfo.
        connection: the class of SQLite's connection; a subclass may log, or fail in a test.

    Raises:
        UsageError: no path, or a disk that SQLite cannot work on (at `open`).
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        lease: float = 15.0,
        poll: float = 0.25,
        mounted: Callable[[], str] = mounts,
        connection: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        super().__init__(clock=clock, chance=chance, lease=lease, poll=poll)
        self.path: Path = Path(path)
        """The file."""
        if not self.path.name or str(path) == ":memory:":
            raise UsageError(f'SqliteInbox({str(path)!r}): expected the path of a file, as "inbox.db".')
        self.spool: Path = self.path.with_name(f"{self.path.name}.spool")
        """Where notifications of calls go while it fails, unless `Background` says otherwise."""
        self._mounted = mounted
        self._connection = connection

    def _check_disk(self) -> None:
        disk = disk_of(self.path, self._mounted())
        if disk in NETWORK:
            raise UsageError(
                f'"{self.path}" is on a network disk ({disk}), where SQLite cannot keep processes apart: put the inbox '
                "on a disk of this machine."
            )
        if disk in TEMPORARY:
            _log.warning(
                '"%s" is on a temporary disk (%s): what it keeps is lost with the container or at the next start of '
                "the machine. Put the inbox on a volume.",
                self.path,
                disk,
            )

    def _opened(self) -> Writer[WholeStore, sqlite3.Error]:
        self._check_disk()
        try:
            connection = connect(str(self.path), self._connection)
        except sqlite3.Error as error:
            raise self._explained(error) from error
        store = SqliteStore(connection)
        return Writer(
            connection,
            store,
            begin="BEGIN IMMEDIATE",
            errors=sqlite3.Error,
            explained=self._explained,
            undone=self.undone,
            whole=self.whole,
            beat=self.beat_on,
            every=self._lease / 3,
        )

    def _explained(self, error: sqlite3.Error) -> InboxError:
        return explained(error, str(self.path))
