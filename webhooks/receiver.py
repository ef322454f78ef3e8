"""The story in one place: delivery, authenticated, parsed, matched, handled, answered. No I/O of its own.

Checks come in this order: method, credentials, size, body. Nothing of a delivery is parsed before it is authenticated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

from webhooks.auth import Authenticator
from webhooks.bxml import Handler, LinkTo
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
from webhooks.logs import loggable, loggable_path
from webhooks.parsing import parse
from webhooks.repeats import Repeats
from webhooks.reply import FAILED, refusal
from webhooks.routing import Table, url_path
from webhooks.rules import ALLOWED

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
        repeats: Repeats | None = None,
    ) -> None:
        self._auth = auth
        self._table = table
        self._dispatcher = dispatcher
        self._repeats = repeats
        self._hints = hints
        self._last_link = _Link(table, "")
        self.max_body = max_body
        self.needs_body = bool(getattr(auth, "needs_body", False))
        """Whether the authenticator wants to see the body."""

    async def receive(self, delivery: Delivery) -> Reply:
        """The reply to a delivery, all checks included."""
        reply = self.refuse(delivery)
        if reply is None and len(delivery.body) > self.max_body:
            reply = self.too_large()
        return await self.answer(delivery) if reply is None else reply

    def close(self) -> None:
        """Let go of what handlers may hold."""
        self._dispatcher.close()

    def refuse(self, delivery: Delivery) -> Reply | None:
        """The reply to a delivery whose method or credentials will not do; None when they do. Reads no body."""
        try:
            if delivery.method not in ("POST", "GET"):
                raise MethodNotAllowed("Bandwidth sends POST or GET")
            answered = cast("Callable[[Delivery], object]", self._auth)(delivery)
            if answered is not None:
                # Whoever wrote `return False` meant to refuse.
                _log.error("The authenticator returned something; it must return None or raise NotAuthenticated.")
                return FAILED
        except DeliveryError as error:
            return self._refused(error, delivery)
        except Exception as error:  # noqa: BLE001 - a user's authenticator; failing open is out of the question
            _log.error("The authenticator failed: %s. The delivery is refused.", type(error).__name__)
            return FAILED
        return None

    def _refused(self, error: DeliveryError, delivery: Delivery) -> Reply:
        """The reply that an authenticator's refusal asks for, where it is one."""
        try:
            reply = refusal(error)
            self._report(error, delivery)
        except Exception as wrong:  # noqa: BLE001 - a user's error class
            why = wrong if isinstance(wrong, UsageError) else f"{type(error).__name__}: {type(wrong).__name__}"
            _log.error("A refusal cannot be sent: %s", why)
            return FAILED
        return reply

    def too_large(self) -> Reply:
        """The reply to a body over the limit."""
        _log.warning("A delivery of more than %d bytes was refused.", self.max_body)
        return refusal(DeliveryTooLarge(f"the body has more than {self.max_body} bytes"))

    async def answer(self, delivery: Delivery) -> Reply:
        """The reply to a delivery that was let in."""
        arrived = self._dispatcher.clock()
        try:
            events = parse(delivery, self._hints.unreadable)
        except DeliveryError as error:
            self._report(error, delivery)
            return refusal(error)
        if delivery.path not in self._table.known:
            self._hints.unknown_path(delivery.path, self._table.paths)
        link = self._last_link if delivery.root_path == self._last_link.root_path else self._link(delivery.root_path)
        worst, repeats = EMPTY, self._repeats
        for index, event in enumerate(events):
            if repeats is None or event.__class__ not in ALLOWED:
                reply = await self._dispatcher.dispatch(event, delivery, link, arrived)
            else:
                call = event.correlation_id or ""
                if not repeats.is_new(call, delivery):
                    reply = await repeats.earlier(event, call, delivery)
                    if reply is not None:
                        return reply
                reply = None
                try:
                    reply = await self._dispatcher.dispatch(event, delivery, link, arrived)
                finally:
                    repeats.answered(call, delivery, reply)
            if reply is None:
                reply = self._unrouted(event, delivery, link, index)
            # A failure of any element of an array makes Bandwidth deliver all of it again.
            if index == 0 or reply.status > worst.status:
                worst = reply
        return worst

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

    def _link(self, root_path: str) -> _Link:
        # One mount has one root path, so the next delivery nearly always wants the same.
        self._last_link = _Link(self._table, root_path)
        return self._last_link

    def _report(self, error: DeliveryError, delivery: Delivery) -> None:
        where = loggable_path(delivery.path, self._table.paths)
        if isinstance(error, NotAuthenticated) and not error.attempted:
            _log.debug("A delivery to %s was challenged.", where)
        else:
            _log.warning("A delivery to %s was refused with %d: %s.", where, error.status, error.detail)


class _Link:
    """Gives the URL of a handler for one delivery: root path, mount and path."""

    __slots__ = ("_root", "_table", "root_path")

    def __init__(self, table: Table, root_path: str) -> None:
        self._table = table
        self._root = url_path(root_path.rstrip("/"))
        self.root_path = root_path

    def __call__(self, handler: Handler, event_type: str) -> str:
        return self._root + self._table.path_for(handler, event_type)
