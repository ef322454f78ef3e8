"""Hooks are told what happens to deliveries, and change nothing: `Webhooks(hooks=[...])`.

1. A hook is told of an event in this order: `received`, then, where a route takes it, `matched`, perhaps `failed` or
   `timed out`, and at last `replied`. One that an inbox keeps is `received` and `replied`, and each of its attempts,
   later and perhaps in another process, is `matched` ... `replied`. A delivery that is not let in is `refused` alone.
2. Nothing that hooks are told is a caller's: no number, text, digit, body or credential, and no message of an error.
3. All of it is told inside of the server's task, in which an `async def` handler runs, too: a context variable that is
   set at `matched` is seen by the handler and by the hook at `replied`.
4. Hooks are called while somebody waits. One that raises is logged, once for each kind of error, and the others go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal, Protocol, TypeAlias

from webhooks.bxml import verb_names
from webhooks.delivery import BXML, Delivery, Reply
from webhooks.events import Event
from webhooks.logs import loggable, loggable_path

__all__ = ["Details", "Happening", "Hook", "Hooks"]

_log = logging.getLogger("webhooks.hooks")

Happening: TypeAlias = Literal["received", "refused", "matched", "replied", "failed", "timed out"]


@dataclass(frozen=True, slots=True)
class Details:
    """What happened. Everything in it may be logged."""

    what: Happening
    """Which of the things that may happen."""
    path: str
    """Where the delivery came to, below the app; parts that no route names are stars."""
    seconds: float
    """Since the delivery came in; 0 for one that was refused."""
    event_type: str | None = None
    """Bandwidth's name: `gather`, `message-delivered`. None for a delivery that was refused."""
    family: str | None = None
    """`voice` or `messaging`."""
    correlation_id: str | None = None
    """The id of the call, conference or message."""
    handler: str | None = None
    """Its qualified name; None where no route takes the event."""
    status: int | None = None
    """Of the reply; when it was refused or replied to."""
    verbs: tuple[str, ...] = ()
    """The verbs of the reply, in order, without those inside of others."""
    time_left: float | None = None
    """Seconds until the handler's deadline; below zero when it has passed."""
    error: str | None = None
    """The class of what a handler raised."""
    attempt: int = 1
    """How often the event was handed to a handler, this time included."""


class Hook(Protocol):
    """Told what happened; cannot change it.

    1. Takes one `Details` and returns nothing.
    2. Returns at once: callers wait meanwhile. What takes time, it hands to a thread or a task of its own.
    """

    def __call__(self, details: Details, /) -> None:
        """Be told."""
        ...


class Hooks:
    """Tells all hooks of one app."""

    def __init__(
        self, hooks: Sequence[Hook], *, paths: frozenset[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hooks = hooks
        # An app is called at few paths, and gives the same few answers again and again, or all of them once.
        self._shown = lru_cache(256)(partial(loggable_path, known=paths))
        self._verbs = lru_cache(64)(verb_names)
        self._clock = clock
        self._complained: set[tuple[str, str]] = set()

    def refused(self, delivery: Delivery, status: int) -> None:
        """A delivery was not let in, or holds no event."""
        self._tell(Details("refused", self._shown(delivery.path), 0.0, status=status))

    def tell(
        self,
        what: Happening,
        event: Event,
        delivery: Delivery,
        arrived: float,
        *,
        handler: str | None = None,
        latest: float | None = None,
        reply: Reply | None = None,
        error: Exception | None = None,
        attempt: int = 1,
    ) -> None:
        """Something happened to an event. `arrived` and `latest` are times of the clock."""
        now = self._clock()
        details = Details(
            what,
            self._shown(delivery.path),
            now - arrived,
            loggable(getattr(event, "event_type", None)),
            event.family,
            loggable(event.correlation_id),
            handler,
            None if reply is None else reply.status,
            self._verbs(reply.body) if reply is not None and reply.content_type == BXML else (),
            None if latest is None else latest - now,
            None if error is None else type(error).__qualname__,
            attempt,
        )
        self._tell(details)

    def _tell(self, details: Details) -> None:
        for hook in self._hooks:
            try:
                hook(details)
            except Exception as error:  # noqa: BLE001 - a user's hook; the caller has an answer without it
                self._complain(hook, error)

    def _complain(self, hook: Hook, error: Exception) -> None:
        name, kind = getattr(hook, "__qualname__", type(hook).__qualname__), type(error).__qualname__
        if (name, kind) not in self._complained:
            self._complained.add((name, kind))
            _log.error('Hook "%s" raised %s; the delivery is answered all the same. Told once.', name, kind)
