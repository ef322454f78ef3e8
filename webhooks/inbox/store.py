"""What the inboxes of this package keep deliveries in: plain, blocking operations, each whole or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from webhooks.inbox.base import Accepted, Counts, Envelope, Kept, Status

__all__ = [
    "COLUMNS",
    "CRASHED_OFTEN",
    "MOST_CRASHES",
    "OVERTAKEN",
    "Offer",
    "Results",
    "Store",
    "Wanted",
    "WholeStore",
    "kept_of",
    "taken",
]

MOST_CRASHES = 3
"""A delivery that was being handled so often when its process ended is dead."""
CRASHED_OFTEN = f"its process ended {MOST_CRASHES} times while it was handled"

OVERTAKEN = 0.1
"""Seconds for which what comes later may be handled before something due that has no order."""


Wanted: TypeAlias = Mapping[Any, Sequence[Any]]
"""What operations on a store are for: their items."""
Results: TypeAlias = Mapping[Any, Sequence[object]]
"""What they give, for each of their items."""


class Offer(NamedTuple):
    """A delivery to be kept."""

    envelope: Envelope
    owner: str | None = None
    """Who would handle it at once; nobody, where it has an order."""


class Store(Protocol):
    """The operations. `now` and `until` are seconds since 1970, `owner` is whoever handles."""

    def put(self, offers: Sequence[Offer], now: float, until: float) -> Sequence[Kept | Accepted]:
        """Keep those whose key is not known.

        One that its owner has now, until `until`, is given whole. Nobody has one at once while anything else has been
        due for `OVERTAKEN`.
        """
        ...

    def lease(self, owner: str, most: int, now: float, until: float, *, idle: bool) -> Sequence[Kept]:
        """Take what is due, as `owner`'s until `until`: at most so many, none whose order key is taken.

        What has crashed goes first, alone: to an `idle` owner, and until one is idle nothing is given.
        """
        ...

    def finish(self, owner: str, ids: Sequence[int]) -> Collection[int]:
        """They are done; those that were the owner's still."""
        ...

    def fail(self, owner: str, kept: Kept, error: str, due: float | None) -> bool:
        """This attempt failed, and is due again, or dead when None; False when it is no longer the owner's.

        Said again, because the answer was lost, it changes nothing: the owner may have the next attempt by then.
        """
        ...

    def release(self, owner: str, ids: Sequence[int] | None = None) -> int:
        """Give back what the owner has, of these or of all, as if it had not been taken; how many."""
        ...

    def beat(self, owners: Sequence[str], now: float, until: float) -> int:
        """Keep what these owners have, and free what belongs to others who have not done so; how many of these."""
        ...

    def prolong(self, until: float) -> None:
        """Keep what anybody has."""
        ...

    def latest(self) -> float:
        """The latest `now` of any beat."""
        ...

    def counts(self) -> Counts:
        """How many there are."""
        ...

    def entries(self, status: Status | None, limit: int) -> Sequence[Kept]:
        """Deliveries, the oldest first."""
        ...

    def entry(self, id: int) -> Kept | None:
        """One of them."""
        ...

    def replay(self, ids: Sequence[int] | None, now: float) -> int:
        """Dead ones wait again."""
        ...

    def prune(self, status: Status, before: float, most: int) -> int:
        """Remove what was first seen before that; at most so many at a time."""
        ...


class WholeStore(Store, Protocol):
    """A store that can do in one statement what is done most."""

    def put_and_finish(
        self, owner: str, envelopes: Sequence[Envelope], ids: Sequence[int], now: float, until: float
    ) -> Sequence[Kept] | None:
        """`put`, all of it offered to `owner`, and `finish`, in a transaction of their own.

        None, and nothing is done, where any is a duplicate, has to wait, or is not the owner's any more.
        """
        ...


COLUMNS = (
    "id, key, order_key, event_type, correlation_id, head, body, status, first_seen, due, attempts, crashes, error"
)
"""What a table must give of a delivery, in this order."""


def taken(id: int, envelope: Envelope, now: float) -> Kept:
    """What its owner has from the moment when it was accepted."""
    return Kept(id, envelope, "running", now, now, 1, 0, None)


def kept_of(row: Sequence[Any], leased: int = 0) -> Kept:
    """A row of `COLUMNS`; `leased` is what was added to its attempts since it was read."""
    id, key, order_key, event_type, correlation_id, head, body, status, first_seen, due, attempts, crashes, error = row
    envelope = Envelope.of(
        key=key,
        order_key=order_key,
        event_type=event_type,
        correlation_id=correlation_id,
        head=head,
        body=bytes(body),
    )
    now: Status = "running" if leased else status
    return Kept(id, envelope, now, first_seen, due, attempts + leased, crashes, error)
