"""The story in one place: delivery, authenticated, parsed, matched, handled, answered. No I/O of its own.

Checks come in this order: method, credentials, size, body. Nothing of a delivery is parsed before it is authenticated.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from webhooks.auth import Authenticator
from webhooks.bxml import LinkTo
from webhooks.delivery import EMPTY, Delivery, Reply
from webhooks.dispatch import Dispatcher
from webhooks.errors import (
    DeliveryError,
    DeliveryTooLarge,
    InvalidPayload,
    MethodNotAllowed,
    NotAuthenticated,
    Problem,
    UsageError,
)
from webhooks.events import Event, InvalidEvent
from webhooks.hints import Hints
from webhooks.logs import described, loggable, loggable_path
from webhooks.parsing import parse
from webhooks.repeats import Repeats
from webhooks.reply import FAILED, refusal
from webhooks.routing import Links, Table
from webhooks.rules import ALLOWED

if TYPE_CHECKING:
    from webhooks.hooks import Hooks
    from webhooks.inbox.intake import Intake

__all__ = ["Receiver"]

_log = logging.getLogger("webhooks.receiver")


class Receiver:
    """Answers deliveries for one app."""

    def __init__(
        self,
        *,
        auth: Authenticator,
        table: Table,
        dispatcher: Dispatcher,
        hints: Hints,
        max_body: int,
        intake: Intake | None = None,
        repeats: Repeats | None = None,
        hooks: Hooks | None = None,
        debug: bool = False,
    ) -> None:
        # Whatever it is annotated to return.
        self._auth: Callable[[Delivery], object] = auth
        self._table = table
        self._dispatcher = dispatcher
        self._clock = dispatcher.clock
        self._dispatch = dispatcher.dispatch
        self._ask = dispatcher.dispatch if repeats is None else repeats.once
        self._repeats = repeats
        self._hints = hints
        self._unreadable = hints.unreadable
        self._hooks = hooks
        self._intake = intake
        self._debug = debug
        # As in most apps.
        self._is_plain = hooks is None and intake is None
        self._last_link = Links(table, "")
        self.max_body = max_body
        self.needs_body: bool = bool(getattr(auth, "needs_body", False))
        """Whether the authenticator wants to see the body."""

    async def receive(self, delivery: Delivery) -> Reply:
        """The reply to a delivery, all checks included, and what other processes have to know of it written: there may
        be no event loop after this.
        """
        reply = self.refuse(delivery)
        if reply is None and len(delivery.body) > self.max_body:
            reply = self.too_large(delivery)
        coming = self.answer(delivery) if reply is None else reply
        reply = coming if isinstance(coming, Reply) else await coming
        if self._repeats is not None:
            await self._repeats.written()
        return reply

    def close(self) -> None:
        """Let go of what handlers may hold."""
        self._dispatcher.close()

    def refuse(self, delivery: Delivery) -> Reply | None:
        """The reply to a delivery whose method or credentials will not do; None when they do. Reads no body."""
        try:
            if delivery.method not in ("POST", "GET"):
                raise MethodNotAllowed("Bandwidth sends POST or GET")
            if self._auth(delivery) is not None:
                # Whoever wrote `return False` meant to refuse.
                _log.error("The authenticator returned something; it must return None or raise NotAuthenticated.")
                return self._not_let_in(FAILED, delivery)
        except DeliveryError as error:
            return self._refused(error, delivery)
        except Exception as error:  # noqa: BLE001 - a user's authenticator; failing open is out of the question
            told = "The authenticator failed: %s. The delivery is refused."
            _log.error(told, described(error), exc_info=error if self._debug else None)
            return self._not_let_in(FAILED, delivery)
        return None

    def _refused(self, error: DeliveryError, delivery: Delivery) -> Reply:
        """The reply that an authenticator's refusal asks for, where it is one."""
        try:
            reply = refusal(error)
            self._report(error, delivery)
        except Exception as wrong:  # noqa: BLE001 - a user's error class
            why = wrong if isinstance(wrong, UsageError) else f"{type(error).__name__}: {type(wrong).__name__}"
            _log.error("A refusal cannot be sent: %s", why)
            reply = FAILED
        return self._not_let_in(reply, delivery)

    def _not_let_in(self, reply: Reply, delivery: Delivery) -> Reply:
        if self._hooks is not None:
            self._hooks.refused(delivery, reply.status)
        return reply

    def too_large(self, delivery: Delivery) -> Reply:
        """The reply to a body over the limit."""
        _log.warning("A delivery of more than %d bytes was refused.", self.max_body)
        error = DeliveryTooLarge(f"the body has more than {self.max_body} bytes")
        return self._not_let_in(refusal(error), delivery)

    def answer(self, delivery: Delivery) -> Reply | Awaitable[Reply]:
        """The reply to a delivery that was let in; awaitable where something has to be waited for."""
        arrived = self._clock()
        try:
            events = parse(delivery, self._unreadable)
        except DeliveryError as error:
            self._report(error, delivery)
            return self._not_let_in(refusal(error), delivery)
        if delivery.path not in self._table.known:
            self._hints.unknown_path(delivery.path, self._table.paths)
        link = self._last_link
        if link.root_path != delivery.root_path:
            link = self._link(delivery.root_path)
        if len(events) != 1:
            return self._one_by_one(events, delivery, link, arrived)
        if self._is_plain:  # a layer less
            return self._at_once(events[0], delivery, link, arrived)
        return self._answer_one(events[0], delivery, link, arrived)

    async def _one_by_one(self, events: Sequence[Event], delivery: Delivery, link: LinkTo, arrived: float) -> Reply:
        """The reply to several events."""
        worst = EMPTY
        for index, event in enumerate(events):
            coming = self._answer_one(event, delivery, link, arrived, (index, len(events)))
            reply = coming if isinstance(coming, Reply) else await coming
            # A failure of any element of an array makes Bandwidth deliver all of it again.
            if index == 0 or reply.status > worst.status:
                worst = reply
        return worst

    def _answer_one(
        self, event: Event, delivery: Delivery, link: LinkTo, arrived: float, place: tuple[int, int] = (0, 1)
    ) -> Reply | Awaitable[Reply]:
        """The reply to an event; `place`: which of how many of the delivery it is."""
        if self._hooks is not None:
            self._hooks.tell("received", event, delivery, arrived)
        if self._intake is not None and event.__class__ not in ALLOWED:
            keeping = self._dispatcher.keeping(event, delivery.path)
            if keeping != "not":
                coming = self._intake.keep(event, delivery, place, ordered=keeping == "ordered")
                return self._kept(coming, event, delivery, link, arrived=arrived, index=place[0])
        return self._at_once(event, delivery, link, arrived, place[0])

    async def _kept(
        self,
        coming: Awaitable[Reply | None],
        event: Event,
        delivery: Delivery,
        link: LinkTo,
        *,
        arrived: float,
        index: int,
    ) -> Reply:
        """The reply to an event that is for the inbox, or is handled at once where nothing can keep it."""
        reply = await coming
        # One line for both: what comes after an error that was thrown into here is not traced (CPython 3.11).
        answer = (
            self._at_once(event, delivery, link, arrived, index)
            if reply is None
            else self._replied(reply, event, delivery, arrived)
        )
        return answer if isinstance(answer, Reply) else await answer

    def _at_once(
        self, event: Event, delivery: Delivery, link: LinkTo, arrived: float, index: int = 0
    ) -> Reply | Awaitable[Reply]:
        """The reply to the event at `index` of a delivery, which waits in no inbox."""
        answer = self._ask if event.__class__ in ALLOWED else self._dispatch
        reply = answer(event, delivery, link, arrived)
        if isinstance(reply, Reply):
            return reply
        if reply is None:
            return self._replied(self._unrouted(event, delivery, link, index), event, delivery, arrived)
        return self._later(reply, event, delivery, link, arrived=arrived, index=index)

    async def _later(
        self,
        coming: Awaitable[Reply | None],
        event: Event,
        delivery: Delivery,
        link: LinkTo,
        *,
        arrived: float,
        index: int,
    ) -> Reply:
        reply = await coming
        if reply is None:
            return self._replied(self._unrouted(event, delivery, link, index), event, delivery, arrived)
        return reply

    def _replied(self, reply: Reply, event: Event, delivery: Delivery, arrived: float) -> Reply:
        """Tell of a reply that no handler gave."""
        if self._hooks is not None:
            self._hooks.tell("replied", event, delivery, arrived, reply=reply)
        return reply

    def _unrouted(self, event: Event, delivery: Delivery, link: LinkTo, index: int) -> Reply:
        """The reply to an event that no route takes."""
        if isinstance(event, InvalidEvent):
            where = f"[{index}]." if delivery.body.lstrip().startswith(b"[") else ""
            return self._answer_invalid(event, link, where)
        near = self._table.handlers_of(type(event))
        self._hints.no_route(event, delivery.path, known=self._table.paths, near=near)
        return EMPTY

    def _answer_invalid(self, event: InvalidEvent, link: LinkTo, where: str) -> Reply:
        names = ", ".join(problem.field for problem in event.problems)
        _log.warning("%s cannot be read: %s.", loggable(event.event_type), names)
        reply = self._dispatcher.fall_back(event.expected, link)
        problems = [Problem(where + problem.field, problem.message) for problem in event.problems]
        return reply or refusal(InvalidPayload(f"{event.expected.__name__} cannot be read", problems=problems))

    def _link(self, root_path: str) -> Links:
        # One mount has one root path, so the next delivery nearly always wants the same.
        self._last_link = Links(self._table, root_path)
        return self._last_link

    def _report(self, error: DeliveryError, delivery: Delivery) -> None:
        where = loggable_path(delivery.path, self._table.paths)
        if isinstance(error, NotAuthenticated) and not error.attempted:
            _log.debug("A delivery to %s was challenged.", where)
        else:
            _log.warning("A delivery to %s was refused with %d: %s.", where, error.status, error.detail)
