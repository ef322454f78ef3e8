"""The same answer to a repeated question: a caller who waits is asked about once, however often Bandwidth asks.

1. A question is an event that waits for BXML. It is asked again when the last one of the same call or conference had
   the same bytes and came at the same path. Paths that no route names are one, so a fallback URL there asks the same;
   a fallback URL with routes of its own asks those.
2. Events carry milliseconds. One whose time says none may be another event of the same second: it is never a repeat.
3. Who asks while the first is being answered waits for it. What failed (500) is not remembered: that Bandwidth asks
   again is the remedy.
4. Whoever asks once pays: so one look and two notes in a dictionary, which is dropped whole when it is full. Nobody
   counts bytes or looks for what is too old.
5. Where the app has a store, other processes are asked through it. It never costs the answer: what it cannot do, or
   not at once, is left.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from webhooks.delivery import Delivery, Reply
from webhooks.events import Event
from webhooks.state.base import StateKey, StateStore
from webhooks.state.holding import States

__all__ = ["Repeats"]

_log = logging.getLogger("webhooks.repeats")

T = TypeVar("T")

# How many replies are remembered in a process: twice as many at most. A repeat comes within Bandwidth's own timeout, 25
# seconds at most (voice/webhooks/about), in which a process answers fewer calls than that.
_MOST = 2048
# Bytes of an event that is remembered. Documented ones have one or two thousand.
_LONGEST = 16 * 1024
# Seconds for which a store keeps a reply.
_KEPT = 120.0
# Of the store, in seconds: how long it is left alone when it had no answer; for how long a question is somebody's who
# has not answered it; and between two looks whether he has.
_LEFT_ALONE = 10.0
_CLAIMED = 10.0
_PAUSE = 0.05


_Answer = tuple[bytes, str, Reply | None]
"""What was asked, at which path, and the reply; None while it is being answered."""


class Repeats:
    """Remembers the last question of each call or conference, and its answer.

    Args:
        states: has the store where other processes look, if the app has one.
        paths: those that routes name.
        clock: seconds, from any start.
        patience: seconds for an answer of the store's.
    """

    def __init__(
        self, states: States, *, paths: frozenset[str], clock: Callable[[], float], patience: float = 1.0
    ) -> None:
        self._states = states
        self._store = states.shared
        self._paths = paths
        self._clock = clock
        self._patience = patience
        self._asked: dict[str, _Answer] = {}
        self._older: dict[str, _Answer] = {}
        self._room = _MOST
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._claims: dict[int, tuple[StateStore, StateKey, str]] = {}
        self._store_is_left_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def is_new(self, call: str, delivery: Delivery) -> bool:
        """Whether nobody can know the answer. Who hears yes says later what was `answered`; else see `earlier`."""
        last = self._asked.get(call) or self._older.get(call)
        if self._store is not None or (last is not None and last[0] == (delivery.body or delivery.query)):
            return False
        self._asked[call] = (delivery.body or delivery.query, delivery.path, None)
        return True

    def answered(self, call: str, delivery: Delivery, reply: Reply | None) -> None:
        """What was answered; None when that was interrupted."""
        question = delivery.body or delivery.query
        if reply is None or reply.status >= 500 or len(question) > _LONGEST:
            self._asked.pop(call, None)
            # It may have begun there, and nobody shall wait for it.
            self._older.pop(call, None)
        else:
            self._asked[call] = (question, delivery.path, reply)
            self._room -= 1
            if not self._room:
                self._older, self._asked, self._room = self._asked, {}, _MOST
        if self._waiting and (waiting := self._waiting.pop(call, None)) is not None:
            waiting.set_result(None)
        if self._claims and (claim := self._claims.pop(id(delivery), None)) is not None:
            self._tell(*claim, reply)

    async def earlier(self, event: Event, call: str, delivery: Delivery) -> Reply | None:
        """The reply to the same question; None when there is none. Then this is new, see `is_new`."""
        while (same := self._same(event, call, delivery)) is not None:
            if same[2] is not None:
                return same[2]
            # Shielded: one that is interrupted must not interrupt others that wait.
            await asyncio.shield(self._waiting.setdefault(call, asyncio.get_running_loop().create_future()))
        self._asked[call] = (delivery.body or delivery.query, delivery.path, None)
        if self._store is None or not _is_precise(event):
            return None
        try:
            reply = await self._elsewhere(self._store, delivery)
        except BaseException:
            self.answered(call, delivery, None)
            raise
        if reply is not None:
            self.answered(call, delivery, reply)
        return reply

    def _same(self, event: Event, call: str, delivery: Delivery) -> _Answer | None:
        """What is known of the same question."""
        last = self._asked.get(call) or self._older.get(call)
        if last is None or last[0] != (delivery.body or delivery.query) or not _is_precise(event):
            return None
        return last if self._at(last[1]) == self._at(delivery.path) else None

    def _at(self, path: str) -> str:
        return path if path in self._paths else ""

    async def _elsewhere(self, store: StateStore, delivery: Delivery) -> Reply | None:
        """The reply that another process gave, or gives soon; None when there is none, and then it is ours to give."""
        key, until = self._key(delivery), self._clock() + _CLAIMED
        while self._store_is_left_until <= self._clock() < until:
            claim = await self._ask(store.set(key, value=b"", version=None, ttl=_CLAIMED))
            if claim is not None:
                self._claims[id(delivery)] = store, key, claim
                return None
            entry = await self._ask(store.get(key))
            if entry is not None and entry.value:
                return _read(entry.value)
            await asyncio.sleep(_PAUSE)
        return None

    def _tell(self, store: StateStore, key: StateKey, version: str, reply: Reply | None) -> None:
        """Tell the other processes what was answered. The reply does not wait for that."""
        value, ttl = (b"", 0.0) if reply is None or reply.status >= 500 else (_written(reply), _KEPT)

        async def tell() -> None:
            await self._ask(store.set(key, value=value, version=version, ttl=ttl))
            await self._states.prune()

        task = asyncio.ensure_future(tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, question: Coroutine[Any, Any, T]) -> T | None:
        """What the store answers; None, and it is left alone for a while, when it fails."""
        try:
            return await self._states.ask(question, patience=self._patience)
        except Exception as error:  # noqa: BLE001 - a user's store; a caller waits, and has an answer without it
            self._store_is_left_until = self._clock() + _LEFT_ALONE
            _log.error("Other processes are not asked about repeated deliveries for a while: %s.", type(error).__name__)
            return None

    def _key(self, delivery: Delivery) -> StateKey:
        parts = (self._at(delivery.path).encode("utf-8", "surrogatepass"), delivery.query, delivery.body)
        digest = hashlib.blake2b(b"".join(b"%d:%s" % (len(part), part) for part in parts), digest_size=16)
        return StateKey(f"reply:{digest.hexdigest()}", "reply")


def _is_precise(event: Event) -> bool:
    """Whether an event's time tells it from others of the same second. It is text, when nobody can read it."""
    return bool(getattr(getattr(event, "event_time", None), "microsecond", 0))


def _written(reply: Reply) -> bytes:
    return json.dumps([reply.status, reply.content_type, reply.headers]).encode() + b"\n" + reply.body


def _read(value: bytes) -> Reply:
    head, _, body = value.partition(b"\n")
    status, content_type, headers = json.loads(head)
    return Reply(status, body, content_type, tuple((name, text) for name, text in headers))
