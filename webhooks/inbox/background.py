"""How an app handles what its inbox keeps."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from webhooks.delivery import Delivery
from webhooks.errors import UsageError
from webhooks.events import Event
from webhooks.inbox.base import Inbox, Retry
from webhooks.inbox.keys import delivery_key

__all__ = ["Background"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How an app handles what its inbox keeps: `Webhooks(inbox=..., background=Background(concurrency=4))`.

    Raises:
        UsageError: a value that cannot be.
    """

    here: bool = True
    """Whether the processes that receive deliveries handle them, too. Without, `webhooks worker` must run."""
    concurrency: int = 32
    """Deliveries handled at once by one process."""
    deadline: float = 300.0
    """Seconds that an `async def` handler may take for one attempt; then it is cancelled and has failed. The thread of
    a `def` handler cannot be stopped: that is told, and its delivery waits for it."""
    retry: Retry = field(default_factory=Retry)
    """When what failed comes again, and how often."""
    drain: float = 10.0
    """Seconds that handlers get to end when the app stops; what runs on is given back, and comes again. The thread of a
    `def` handler runs on, and Python waits for it before the process ends: give it the time that the longest takes."""
    keep: float = 7 * 24 * 3600.0
    """Seconds for which keys of what is done are kept. Bandwidth repeats messages for a day (messaging/webhooks)."""
    spool: str | os.PathLike[str] | None = None
    """The file for notifications of calls while the inbox fails; best on another disk than the inbox, and of no other
    app. When None, "b.db.spool" beside `SqliteInbox("b.db")`, and "inbox.spool" for others."""
    key: Callable[[Event, Delivery], str] = delivery_key
    """What tells deliveries apart; the same text for the same event. See `webhooks.inbox.keys`."""

    def __post_init__(self) -> None:
        if isinstance(self.concurrency, bool) or not isinstance(self.concurrency, int) or self.concurrency < 1:
            raise UsageError(f"Background: concurrency={self.concurrency!r}, expected a whole number above 0.")
        for name in ("deadline", "drain", "keep"):
            seconds = getattr(self, name)
            if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds > 0:
                raise UsageError(f"Background: {name}={seconds!r}, expected seconds above 0.")
        if not isinstance(self.retry, Retry):
            raise UsageError(f"Background: retry={self.retry!r}, expected Retry(attempts=...).")
        if not callable(self.key):
            raise UsageError(f"Background: key={self.key!r}, expected a function of the event and the delivery.")
        if self.spool is not None and not Path(self.spool).name:
            raise UsageError(f'Background: spool={self.spool!r}, expected the path of a file, as "inbox.spool".')

    def spool_for(self, inbox: Inbox) -> Path:
        """Where the spool of an inbox is. One that is a file may have others beside it, of other apps."""
        return Path(getattr(inbox, "spool", "inbox.spool") if self.spool is None else self.spool)
