"""`MemoryInbox`: an inbox for tests. It keeps every promise but the first: it ends with its process."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from webhooks.errors import InboxError
from webhooks.inbox.base import Accepted, Counts, Envelope, Kept, Status
from webhooks.inbox.leasing import LeasingInbox
from webhooks.inbox.store import CRASHED_OFTEN, MOST_CRASHES, OVERTAKEN, Offer, Store

__all__ = ["MemoryInbox", "MemoryStore"]

Item = TypeVar("Item")
T = TypeVar("T")


@dataclass(slots=True)
class _Row:
    kept: Kept
    owner: str = ""
    until: float = 0.0


class MemoryStore:
    """Deliveries in a dictionary; simple before it is fast."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}
        self._keys: dict[str, int] = {}
        self._last_id = 0
        self._latest = 0.0

    def put(self, offers: Sequence[Offer], now: float, until: float) -> Sequence[Kept | Accepted]:
        """See `Store`, as for all of these."""
        at_once = not self._due(now - OVERTAKEN)
        return [self._put(envelope, owner if at_once else None, now, until) for envelope, owner in offers]

    def _put(self, envelope: Envelope, owner: str | None, now: float, until: float) -> Kept | Accepted:
        if envelope.key in self._keys:
            return "duplicate"
        self._last_id += 1
        self._keys[envelope.key] = self._last_id
        bare = replace(envelope, event=None)  # what comes again is read again
        row = self._rows[self._last_id] = _Row(Kept(self._last_id, bare, "waiting", now, now, 0, 0, None))
        return "accepted" if owner is None else replace(self._lease(row, owner, until), envelope=envelope)

    def lease(self, owner: str, most: int, now: float, until: float, *, idle: bool) -> Sequence[Kept]:
        """What has crashed first, alone."""
        due = sorted(self._due(now), key=lambda kept: (kept.due, kept.id))
        suspects = [kept for kept in due if kept.crashes]
        if suspects:
            due = suspects[:1] if idle else []
        return [self._lease(self._rows[kept.id], owner, until) for kept in due[:most]]

    def _due(self, now: float) -> list[Kept]:
        running = [row.kept for row in self._rows.values() if row.kept.status == "running"]
        # What is replayed may stand before what runs.
        taken, due = {kept.envelope.order_key for kept in running} - {None}, list[Kept]()
        for row in self._rows.values():
            kept, order_key = row.kept, row.kept.envelope.order_key
            if kept.status != "waiting":
                continue
            if kept.due <= now and order_key not in taken:
                due.append(kept)
            if order_key is not None:
                taken.add(order_key)
        return due

    def _lease(self, row: _Row, owner: str, until: float) -> Kept:
        row.kept = replace(row.kept, status="running", attempts=row.kept.attempts + 1)
        row.owner, row.until = owner, until
        return row.kept

    def finish(self, owner: str, ids: Sequence[int]) -> Collection[int]:
        """The bodies go."""
        mine = {id: row for id in ids if (row := self._owned(owner, id)) is not None}
        for row in mine.values():
            bare = replace(row.kept.envelope, body=b"", query=b"", headers=())
            row.kept = replace(row.kept, status="done", envelope=bare, error=None)
        return mine

    def fail(self, owner: str, kept: Kept, error: str, due: float | None) -> bool:
        """Waits, or is dead."""
        row = self._rows.get(kept.id)
        if row is None or row.owner != owner:
            return False
        now = row.kept
        if now.status != "running" or now.attempts > kept.attempts:
            return True  # said before
        if now.crashes != kept.crashes:
            return False
        if due is None:
            row.kept = replace(now, status="dead", error=error)
        else:
            # It ran to its end: whatever ended processes before, this is not it.
            row.kept = replace(now, status="waiting", error=error, due=due, crashes=0)
        return True

    def release(self, owner: str, ids: Sequence[int] | None = None) -> int:
        """An attempt that was none."""
        rows = [row for id in (self._rows if ids is None else ids) if (row := self._owned(owner, id))]
        for row in rows:
            row.kept = replace(row.kept, status="waiting", attempts=row.kept.attempts - 1)
        return len(rows)

    def _owned(self, owner: str, id: int) -> _Row | None:
        row = self._rows.get(id)
        return row if row is not None and row.kept.status == "running" and row.owner == owner else None

    def beat(self, owners: Sequence[str], now: float, until: float) -> int:
        """Leases go on, or have ended."""
        self._latest = max(self._latest, now)
        running = [row for row in self._rows.values() if row.kept.status == "running"]
        for row in running:
            row.until = until if row.owner in owners else row.until
        ended = [row for row in running if row.until < now]
        for row in ended:
            self._crashed(row)
        return len(ended)

    def _crashed(self, row: _Row) -> None:
        crashes, row.owner = row.kept.crashes + 1, ""
        kept = replace(row.kept, status="waiting", crashes=crashes, attempts=row.kept.attempts - 1)
        row.kept = kept if crashes < MOST_CRASHES else replace(kept, status="dead", error=CRASHED_OFTEN)

    def prolong(self, until: float) -> None:
        """Leases go on."""
        for row in self._rows.values():
            row.until = until

    def latest(self) -> float:
        """What beats said."""
        return self._latest

    def counts(self) -> Counts:
        """One pass over all."""
        by_status = dict.fromkeys(("waiting", "running", "done", "dead"), 0)
        for row in self._rows.values():
            by_status[row.kept.status] += 1
        seen = [row.kept.first_seen for row in self._rows.values() if row.kept.status in ("waiting", "running")]
        return Counts(**by_status, oldest=min(seen, default=None))

    def entries(self, status: Status | None, limit: int) -> Sequence[Kept]:
        """In the order of acceptance."""
        return [row.kept for row in self._rows.values() if status in (None, row.kept.status)][:limit]

    def entry(self, id: int) -> Kept | None:
        """By its id."""
        row = self._rows.get(id)
        return row.kept if row is not None else None

    def replay(self, ids: Sequence[int] | None, now: float) -> int:
        """As if just accepted."""
        rows = [row for row in self._rows.values() if row.kept.status == "dead" and (ids is None or row.kept.id in ids)]
        for row in rows:
            row.kept = replace(row.kept, status="waiting", due=now, attempts=0, crashes=0, error=None)
        return len(rows)

    def prune(self, status: Status, before: float, most: int) -> int:
        """Key and all."""
        kept = [row.kept for row in self._rows.values() if row.kept.status == status and row.kept.first_seen < before]
        for one in kept[:most]:
            del self._rows[one.id], self._keys[one.envelope.key]
        return min(len(kept), most)


class MemoryInbox(LeasingInbox):
    """An inbox for tests, which ends with its process.

    Args:
        store: what it keeps deliveries in; one that another inbox has, where a test plays two processes.
        clock: gives seconds since 1970.
        chance: gives random numbers from 0 to 1, for delays.
        lease: seconds after which a process that gave no sign counts as ended.
        poll: seconds between two looks for what has become due.
    """

    def __init__(
        self,
        *,
        store: MemoryStore | None = None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
        lease: float = 15.0,
        poll: float = 0.05,
    ) -> None:
        super().__init__(clock=clock, chance=chance, lease=lease, poll=poll)
        self._store: Store = store or MemoryStore()
        self._is_open = False

    async def _open(self) -> None:
        self._is_open = True
        await self.beat()

    async def _ask_each(
        self,
        operation: Callable[[Store, Sequence[Item]], Sequence[T]],
        item: Item,
        then: Callable[[T | None], None] | None = None,
        *,
        soon: bool = False,
    ) -> T:
        if not self._is_open:
            raise InboxError("the inbox is not open.")
        [result] = operation(self._store, [item])
        if then is not None:
            then(result)
        return result

    async def _close(self) -> None:
        self._is_open = False
