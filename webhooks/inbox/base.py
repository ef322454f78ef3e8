"""What an inbox is: the protocol with its promises, and the values that go through it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, Protocol, TypeAlias

from webhooks.delivery import Delivery
from webhooks.errors import UsageError
from webhooks.events import Event

__all__ = ["Accepted", "Counts", "Envelope", "Inbox", "Kept", "KeptHandler", "Retry", "Status", "delivery_of", "when"]

Accepted: TypeAlias = Literal["accepted", "duplicate"]
"""What became of a delivery that was offered to an inbox."""
Status: TypeAlias = Literal["waiting", "running", "done", "dead"]
"""Where a kept delivery stands."""


@dataclass(slots=True)  # and never changed; `frozen` takes three times as long to make one
class Envelope:
    """One event as it was delivered, raw: what a newer version of the app reads it as is decided when it is handled."""

    key: str
    """Tells deliveries apart: two with the same key are the same event delivered twice."""
    order_key: str | None = None
    """Deliveries with the same one are handled one at a time, in the order of their acceptance."""
    event_type: str | None = None
    """For display."""
    correlation_id: str | None = None
    """The call's, conference's or message's id, for display."""
    method: str = "POST"
    path: str = "/"
    query: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    """Without credentials."""
    root_path: str = ""
    body: bytes = field(default=b"", repr=False)
    event: Event | None = field(default=None, repr=False, compare=False)
    """What was read of it, in the process that has just accepted it. No store keeps that."""

    def head(self) -> str:
        """Everything that is neither key nor body, as JSON text; `of` reads it back."""
        return _head(self.method, self.path, self.query, self.root_path, self.headers)

    @classmethod
    def of(
        cls,
        *,
        key: str,
        order_key: str | None,
        event_type: str | None,
        correlation_id: str | None,
        head: str,
        body: bytes,
    ) -> Envelope:
        """An envelope from what a store holds of it."""
        method, path, query, root_path, pairs = json.loads(head)
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)
        raw_query = query.encode("latin-1")
        return cls(key, order_key, event_type, correlation_id, method, path, raw_query, headers, root_path, body)


# Nearly all deliveries of an app have one of a few.
@lru_cache(maxsize=64)
def _head(method: str, path: str, query: bytes, root_path: str, headers: tuple[tuple[bytes, bytes], ...]) -> str:
    pairs = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers]
    return json.dumps([method, path, query.decode("latin-1"), root_path, pairs])


def delivery_of(envelope: Envelope) -> Delivery:
    """The delivery that an envelope was made from, without the headers that were left out."""
    return Delivery(envelope.method, envelope.path, envelope.body, envelope.query, envelope.headers, envelope.root_path)


@dataclass(slots=True)  # as an `Envelope`
class Kept:
    """A delivery in an inbox. What is done keeps its key and its times; its body is gone."""

    id: int
    envelope: Envelope
    status: Status
    first_seen: float
    """Seconds since 1970, as all times of an inbox."""
    due: float
    """When it may be handled next."""
    attempts: int
    """How often it was handed to a handler, this time included."""
    crashes: int
    """How often its process ended while it was handled."""
    error: str | None
    """Class and place of the last failure; never a message, which may hold what somebody said."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many deliveries an inbox has."""

    waiting: int = 0
    running: int = 0
    done: int = 0
    dead: int = 0
    oldest: float | None = None
    """When the oldest one was first seen that is neither done nor dead."""


@dataclass(frozen=True, slots=True)
class Retry:
    """When a delivery whose handler failed is handed over again.

    The usual 15 attempts take about three hours: the first delays are 1, 2, 4, ... seconds, later ones an hour. Each is
    changed by up to a quarter at random, so that what failed together does not come back together.
    """

    attempts: int = 15
    """How often it is handed over at most, the first time included; then it is dead."""
    first: float = 1.0
    """Seconds before the second attempt."""
    longest: float = 3600.0
    """Seconds before a late one."""

    def __post_init__(self) -> None:
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise UsageError(f"Retry: attempts={self.attempts!r}, expected a whole number above 0.")
        for name in ("first", "longest"):
            seconds = getattr(self, name)
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds >= 0:
                raise UsageError(f"Retry: {name}={seconds!r}, expected seconds, 0 or more.")

    def delay(self, attempts: int, chance: float) -> float:
        """Seconds until the next attempt after so many; `chance` is a random number from 0 to 1."""
        whole: float = min(self.first * 2.0 ** min(attempts - 1, 64), self.longest)
        return whole * (0.75 + chance / 2)


KeptHandler: TypeAlias = Callable[[Kept], Awaitable[str | None]]
"""Handles a kept delivery. Returns None when it is done, or why it failed, in words that may be logged and kept."""


class Inbox(Protocol):
    """Deliveries kept until handled. All methods may be called while `run` runs, from one event loop.

    1. `accept` returns only when the delivery would survive the end of the process.
    2. A key that was accepted within the last seven days is a `duplicate`, whatever became of it; nothing changes.
    3. What is accepted is handed to a handler until one returns None, and then never again.
    4. What failed comes again after `retry.delay`; after `retry.attempts` it is dead. An exception is a failure.
    5. Deliveries with one order key are handled one at a time, in the order of acceptance. One that failed holds up
       those behind it until it is done or dead.
    6. While a process lives, nobody else is given what it handles. When it has ended, another is, and a crash is
       counted instead of an attempt. Whatever has crashed is handled alone; at the third crash it is dead.
    7. At most `concurrency` are handled at once by one `run`.
    8. `close(drain=...)` takes no more, gives what runs so many seconds, and gives back the rest, uncounted. Then `run`
       returns.
    9. What is dead stays until it is replayed, or pruned by name. `replay` makes it as if just accepted.
    10. `prune` removes only what is done, and what is dead when asked to.
    11. Where the clock is set back, nothing waits longer for that.
    12. It raises InboxError and nothing else, and a later call may succeed.
    """

    async def open(self) -> None:
        """Make it ready; needless after the first time.

        Raises:
            InboxError: it cannot now.
            UsageError: it never will, as it is set up.
        """
        ...

    async def accept(self, envelope: Envelope, /) -> Accepted:
        """Keep a delivery."""
        ...

    async def run(self, handler: KeptHandler, /, *, concurrency: int, retry: Retry) -> None:
        """Hand deliveries to `handler` until `close`."""
        ...

    async def counts(self) -> Counts:
        """How many there are."""
        ...

    async def entries(self, status: Status | None = None, /, *, limit: int = 100) -> Sequence[Kept]:
        """Deliveries, the oldest first."""
        ...

    async def entry(self, id: int, /) -> Kept | None:
        """One of them."""
        ...

    async def replay(self, ids: Sequence[int] | None = None, /) -> int:
        """Let dead deliveries wait again, all of them when None; how many there were."""
        ...

    async def prune(self, older_than: float, /, *, dead: bool = False) -> int:
        """Remove what is done, or with `dead` what is dead, and was first seen so many seconds ago; how many."""
        ...

    async def close(self, *, drain: float = 10.0) -> None:
        """Stop `run` within about `drain` seconds and let go of everything. `open` opens it again."""
        ...


def when(seconds: float) -> datetime:
    """A time of an inbox as a datetime, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
