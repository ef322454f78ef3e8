"""What a handler gets besides the event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from webhooks.bxml import Handler
from webhooks.delivery import Delivery

__all__ = ["Attempt", "Context"]


@dataclass(slots=True)
class Attempt:
    """One run of a delivery that an inbox kept."""

    number: int
    first_seen: datetime
    failure: str | None = None
    """Why it failed, in words that may be logged; set where that is found out."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler gets besides the event, as its second parameter, when that is annotated `Context`."""

    delivery: Delivery
    """The delivery that the event came in: headers, path, raw body."""
    _link: Callable[[Handler, str], str] = field(repr=False)
    _time_left: Callable[[], float] = field(repr=False)
    attempt: int = 1
    """How often the event was handed to a handler, this time included; more than 1 only with an inbox."""
    first_seen: datetime | None = None
    """When an inbox accepted the event, in UTC; None for an event that is answered at once."""

    @property
    def time_left(self) -> float:
        """Seconds until the handler's deadline; below zero when it has passed."""
        return self._time_left()

    def url_for(self, handler: Handler, event_type: str = "") -> str:
        """The URL of a handler, path-absolute, for a REST call made meanwhile.

        Raises:
            UsageError: no route, or several, have this handler and a path.
        """
        return self._link(handler, event_type)
