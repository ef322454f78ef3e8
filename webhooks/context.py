"""What a handler gets besides the event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from webhooks.bxml import Handler
from webhooks.delivery import Delivery
from webhooks.errors import UsageError
from webhooks.events import Event
from webhooks.state.holding import TTL, States

__all__ = ["Attempt", "Context"]


@dataclass(slots=True)
class Attempt:
    """One run of a delivery that an inbox kept."""

    number: int
    first_seen: datetime
    failure: str | None = None
    """Why it failed, in words that may be logged; set where that is found out."""


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler gets besides the event, as its second parameter, when that is annotated `Context`."""

    delivery: Delivery
    """The delivery that the event came in: headers, path, raw body."""
    _link: Callable[[Handler, str], str] = field(repr=False)
    _time_left: Callable[[], float] = field(repr=False)
    _event: Event = field(repr=False)
    _states: States = field(repr=False)
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

    def state(
        self, model: type[M], *, key: str | None = None, ttl: float = TTL
    ) -> AbstractAsyncContextManager[M, bool | None]:
        """What is remembered of this call: `async with context.state(Cart) as cart:` in an `async def` handler.

        A new call begins with `Cart()`. What the body leaves in it is saved when the body ends, and nothing when it
        raises. Handlers of the same call that run at the same time wait for each other, for as long as their deadlines
        allow, so ask Bandwidth or anybody else before or after, not inside. Kept per model; a conference event has its
        conference's, a leg that a Transfer dialled its call's, a message that of the conversation with its sender or
        recipient.

        Inside one, a handler may open another model, but not the same one again. A task of its own that opens one waits
        until the body ends.

        It is kept as JSON, and what would not come back as it was left is refused when the body ends: secrets, excluded
        fields, fields that only a subclass has, keys that are tuples, what a validator refuses or changes. Private
        attributes are not kept.

        Two versions of an app may run side by side while a deployment rolls. The older one keeps the top-level fields
        that it does not know, but drops those of a model inside the model: give what a newer version adds a field of
        its own at the top.

        An hour after the call or conference has ended it is forgotten, with what its later events left until then. What
        one leaves there later still is kept for `ttl`.

        Args:
            model: a class derived from pydantic's BaseModel, all of whose fields have defaults.
            key: what it belongs to instead, such as an account number. Handlers that open several at once open them in
                the same order, or wait for each other until a deadline.
            ttl: seconds that it is kept after it was last saved; two days.

        Raises:
            StateError: it cannot be read or saved; the message says why.
            UsageError: the handler is no `async def`, such a model or event has no state, it is open already in the
                same handler, or what the body left would not come back.
        """
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise UsageError(
                "context.state(...) is for `async def` handlers: `async with context.state(Cart) as cart:`."
            ) from None
        return self._states.hold(self._event, model, key, ttl, self)
