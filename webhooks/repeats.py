"""The same answer to a repeated question: a caller who waits is asked about once, however often Bandwidth asks.

1. A question is an event that waits for BXML. It is asked again when the same bytes come at the same path of the same
   mount: another's answer has other URLs. Paths that no route names are one, so a fallback URL there asks the same; a
   fallback URL with routes of its own asks those.
2. Events carry milliseconds. One whose time says none may be another event of the same second: it is never a repeat.
3. Who asks while the first is being answered waits for it, until his own deadline at most. What failed (500) is not
   remembered: that Bandwidth asks again is the remedy.
4. Whoever asks once pays: so one look and one note in a dictionary, which is dropped whole when it is full. Nobody
   looks for what is too old.
5. Where the app has a store, other processes are asked through it. It never costs the answer: what it cannot do, or
   not at once, is left.
6. Who answers a question has a claim in the store, which he renews: nobody takes over from a process that lives, and
   nobody waits long for one that died, or whose loop stands still.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from webhooks.bxml import LinkTo
from webhooks.deadline import Deadline
from webhooks.delivery import Delivery, Reply
from webhooks.errors import DeadlineExceeded
from webhooks.events import Event
from webhooks.state.base import StateKey, StateStore
from webhooks.state.holding import States

if TYPE_CHECKING:
    from webhooks.hooks import Hooks

__all__ = ["Outcome", "Repeats"]

_log = logging.getLogger("webhooks.repeats")

T = TypeVar("T")

Outcome: TypeAlias = Reply | Awaitable[Reply | None] | None
"""The reply to an event, awaitable where something has to be waited for; None when no route takes it."""

Dispatch: TypeAlias = Callable[[Event, Delivery, LinkTo, float], Outcome]
""": of an event, what it came in, what gives handlers' URLs, and when it arrived."""

# How many questions are remembered in a process: twice as many at most, in 8 MiB at most. A repeat comes within
# Bandwidth's own timeout, 25 seconds at most (voice/webhooks/about), in which a process is asked less often than that.
_MOST = 1024
# Bytes of a reply that count as one question. Most replies have a few hundred.
_PLACE = 4 * 1024
# Bytes of a reply that is remembered: of the longest document (voice/bxml/about).
_LONGEST = 64 * 1024
# Seconds for which a store keeps a reply.
_KEPT = 120.0
# Of the store, in seconds: how long it is left alone when it had no answer; and between two looks whether somebody else
# has answered.
_LEFT_ALONE = 10.0
_PAUSE = 0.05
# A claim lasts as long as so many renewals take: a loop or a machine may stand still for a moment.
_RENEWALS = 3
# A time that says its fraction of a second, in JSON or in a query.
_FRACTION = re.compile(rb"""eventTime"?\s*[:=]\s*"?[^"&]*\.\d""")


_Asked: TypeAlias = tuple[Event, Delivery, LinkTo, float]
"""What `Dispatch` takes."""


class Repeats:
    """Remembers the last questions of calls and conferences, and their answers.

    Args:
        states: has the store where other processes look, if the app has one.
        dispatch: gives the reply to a question that is new.
        paths: those that routes name.
        clock: seconds, from any start.
        deadline: until when who asks waits for another process.
        late: gives the reply to whoever has waited until then.
        hooks: are told of replies that are given again.
        patience: seconds for an answer of the store's.
        renewal: seconds after which a claim in the store is renewed.
    """

    def __init__(
        self,
        states: States,
        *,
        dispatch: Dispatch,
        paths: frozenset[str],
        clock: Callable[[], float],
        deadline: Deadline,
        late: Callable[[DeadlineExceeded, Event, Delivery, LinkTo, float], Awaitable[Reply]],
        hooks: Hooks | None = None,
        patience: float = 1.0,
        renewal: float = 2.0,
    ) -> None:
        self._states = states
        self._store = states.shared
        self._dispatch = dispatch
        # As deliveries may write them.
        self._paths = {written: path for path in paths for written in (path, path + "/")}
        self._clock = clock
        self._deadline = deadline
        self._late = late
        self._patience = patience
        self._renewal = renewal
        self._hooks = hooks
        # Python's own hash, of 64 bits and keyed, stands for a question: it takes a twentieth of the memory, and two of
        # eight thousand are never the same.
        self._answers: dict[int, Reply] = {}
        self._older: dict[int, Reply] = {}
        # Of `_MOST`, how many `_answers` takes.
        self._places = 0
        # Questions that are being answered, and their replies to come; made by the first who waits for one. Those who
        # wait may have an event loop of their own, in a thread of its own.
        self._open: dict[int, Future[Reply | None] | None] = {}
        self._store_is_left_until = 0.0
        self._claims: dict[int, asyncio.Task[None]] = {}
        # Of claims: those whose reply is being written.
        self._written: set[asyncio.Task[None]] = set()

    def once(self, event: Event, delivery: Delivery, link: LinkTo, arrived: float) -> Outcome:
        """What `dispatch` makes of an event that waits for BXML, or what it made of it before."""
        path = self._paths.get(delivery.path, "*")
        question = hash((delivery.body or delivery.query, path, delivery.root_path))
        if (
            self._store is not None or question in self._answers or question in self._older or question in self._open
        ) and _is_precise(event, delivery):
            return self._unless_known(question, (event, delivery, link, arrived))
        reply = self._dispatch(event, delivery, link, arrived)
        if isinstance(reply, Reply):
            # Nobody else can have asked meanwhile.
            self._note(question, reply)
            return reply
        return None if reply is None else self._when_known(question, reply)

    def _note(self, question: int, reply: Reply) -> None:
        size = len(reply.body)
        if reply.status >= 500 or size > _LONGEST:
            return
        self._places = places = self._places + 1 + size // _PLACE
        if places > _MOST:
            self._older, self._answers, self._places = self._answers, {}, 1 + size // _PLACE
        self._answers[question] = reply

    def _end(self, question: int, reply: Reply | None) -> None:
        """What was answered; None when that was interrupted."""
        waiting = self._open.pop(question, None)
        if reply is not None:
            self._note(question, reply)
        if waiting is not None:
            waiting.set_result(reply)
        if question in self._claims:
            task = self._claims.pop(question)
            self._written.add(task)
            task.add_done_callback(self._written.discard)

    async def written(self) -> None:
        """Wait until other processes can know of the replies that were given, where they are told: who stops the event
        loop now would have them wait.
        """
        if self._written:
            await asyncio.wait(tuple(self._written), timeout=2 * self._patience)

    async def _when_known(self, question: int, coming: Awaitable[Reply | None]) -> Reply | None:
        self._open[question] = None
        reply = None
        try:
            reply = await coming
        finally:
            self._end(question, reply)
        return reply

    async def _unless_known(self, question: int, asked: _Asked) -> Reply | None:
        while question in self._open:
            # Shielded: one that is interrupted must not interrupt others that wait.
            await asyncio.shield(asyncio.wrap_future(self._answered(question)))
        reply = self._answers.get(question) or self._older.get(question)
        if reply is not None:
            return self._again(reply, asked)
        try:
            return await self._as_first(question, asked)
        except DeadlineExceeded as error:
            return await self._late(error, *asked)

    def _answered(self, question: int) -> Future[Reply | None]:
        """Done when a question is answered that is open."""
        answered = self._open[question]
        if answered is None:
            answered = self._open[question] = Future()
        return answered

    def _again(self, reply: Reply, asked: _Asked) -> Reply:
        if self._hooks is not None:
            event, delivery, _, arrived = asked
            self._hooks.tell("replied", event, delivery, arrived, reply=reply)
        return reply

    async def _as_first(self, question: int, asked: _Asked) -> Reply | None:
        """The reply to a question that this process has not heard yet."""
        self._open[question] = None
        reply = None
        try:
            if self._store is not None:
                reply = await self._elsewhere(self._store, question, asked)
            if reply is not None:
                return self._again(reply, asked)
            coming = self._dispatch(*asked)
            reply = coming if coming is None or isinstance(coming, Reply) else await coming
        finally:
            self._end(question, reply)
        return reply

    async def _elsewhere(self, store: StateStore, question: int, asked: _Asked) -> Reply | None:
        """The reply that another process gave, or gives soon; None when there is none, and then it is ours to give.

        Raises:
            DeadlineExceeded: it did not give it in time.
        """
        event, delivery, _, arrived = asked
        key, latest = self._key(delivery), arrived + self._deadline.of(event)
        while self._store_is_left_until <= self._clock() < latest:
            # Who is interrupted here, or waits no longer, may have a claim: it is given back.
            version = await self._ask(
                self._claim(store, key, None), lambda late: store.set(key, value=b"", version=late, ttl=0.0)
            )
            if version is not None:
                answered = asyncio.wrap_future(self._answered(question))
                self._claims[question] = asyncio.ensure_future(self._hold(store, key, version, answered))
                return None
            entry = await self._ask(store.get(key))
            if entry is not None and entry.value:
                return _read(entry.value)
            if entry is not None and self._clock() + _PAUSE >= latest:
                raise DeadlineExceeded("another process, which was asked the same, has not answered in time")
            await asyncio.sleep(_PAUSE)
        return None

    def _claim(self, store: StateStore, key: StateKey, version: str | None) -> Coroutine[Any, Any, str | None]:
        return store.set(key, value=b"", version=version, ttl=_RENEWALS * self._renewal)

    async def _hold(
        self, store: StateStore, key: StateKey, version: str, answered: asyncio.Future[Reply | None]
    ) -> None:
        """Renew a claim until its question is answered, then tell the other processes. The reply waits for neither."""
        while not answered.done():
            await asyncio.wait({answered}, timeout=self._renewal)
            if not answered.done():
                version = await self._ask(self._claim(store, key, version)) or version
        reply = answered.result()
        value, ttl = b"", 0.0
        if reply is not None and reply.status < 500 and len(reply.body) <= _LONGEST:
            value, ttl = _written(reply), _KEPT
        await self._ask(store.set(key, value=value, version=version, ttl=ttl))
        await self._states.prune()

    async def _ask(
        self,
        question: Coroutine[Any, Any, T | None],
        give_back: Callable[[T], Coroutine[Any, Any, object]] | None = None,
    ) -> T | None:
        """What the store answers; None, and it is left alone for a while, when it fails."""
        try:
            return await self._states.ask(question, patience=self._patience, give_back=give_back)
        except Exception as error:  # noqa: BLE001 - a user's store; a caller waits, and has an answer without it
            self._store_is_left_until = self._clock() + _LEFT_ALONE
            _log.error("Other processes are not asked about repeated deliveries for a while: %s.", type(error).__name__)
            return None

    def _key(self, delivery: Delivery) -> StateKey:
        places = (delivery.root_path, self._paths.get(delivery.path, "*"))
        mount, path = (place.encode("utf-8", "surrogatepass") for place in places)
        asked = b"%d:%s%d:%s%s" % (len(mount), mount, len(path), path, delivery.body or delivery.query)
        digest = hashlib.blake2b(asked, digest_size=16)
        return StateKey(f"reply:{digest.hexdigest()}", "reply")


def _is_precise(event: Event, delivery: Delivery) -> bool:
    """Whether an event's time tells it from others of the same second. It is text, when nobody can read it."""
    microsecond = getattr(getattr(event, "event_time", None), "microsecond", None)
    # One of a thousand has no milliseconds, and says so.
    return microsecond is not None and (microsecond > 0 or bool(_FRACTION.search(delivery.body or delivery.query)))


def _written(reply: Reply) -> bytes:
    return json.dumps([reply.status, reply.content_type, reply.headers]).encode() + b"\n" + reply.body


def _read(value: bytes) -> Reply | None:
    """What was written; None where another version wrote it, in another way."""
    head, _, body = value.partition(b"\n")
    try:
        status, content_type, headers = json.loads(head)
        return Reply(int(status), body, content_type, tuple((str(name), str(text)) for name, text in headers))
    except (TypeError, ValueError):
        return None
