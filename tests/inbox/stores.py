"""How the inboxes of the package are held to the contract: time that is set, processes that are played."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from webhooks.errors import InboxError
from webhooks.inbox import Envelope, Inbox, Kept, MemoryInbox, SqliteInbox
from webhooks.inbox.leasing import LeasingInbox
from webhooks.inbox.memory import MemoryStore
from webhooks.testing.contracts import InboxContract


class Clock:
    """Stands until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class LeasingContract(InboxContract):
    """With a clock of the test's, and a chance that never varies a delay."""

    @pytest.fixture(autouse=True)
    def _prepare(self, tmp_path: Path) -> None:
        self.clock = Clock()
        self.path = tmp_path / "inbox.db"
        self.store = MemoryStore()
        self.alive: list[LeasingInbox] = []

    @abstractmethod
    def of(self) -> LeasingInbox:
        """One more, not opened."""

    def make(self) -> Inbox:
        made = self.of()
        self.alive.append(made)
        return made

    async def advance(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now != end:
            # No further than signs of life are apart, while nobody is killed meanwhile.
            self.clock.now = end if seconds < 0 or seconds > 3600 else min(end, self.clock.now + self.lease / 3)
            for inbox in self.alive:
                with suppress(InboxError):  # closed
                    await inbox.beat()

    async def kill(self, inbox: Inbox) -> None:
        killed = cast("LeasingInbox", inbox)
        self.alive.remove(killed)
        await killed._close()

    async def test_some_of_what_a_process_has_is_given_back_and_the_rest_stays(self) -> None:
        inbox = self.of()
        await inbox.open()
        for key in "ab":
            await inbox.accept(Envelope(key))
        now = self.clock.now
        kept, other = await inbox._ask(lambda store: store.lease("me", 2, now, now + 15, idle=True))
        for expected in (1, 0):
            assert await inbox._ask(lambda store: store.release("me", [kept.id, -1])) == expected
        again = await inbox.entry(kept.id)
        assert again is not None
        assert (again.status, again.attempts, again.crashes) == ("waiting", 0, 0)
        assert [running.id for running in await inbox.entries("running")] == [other.id]
        await inbox.close(drain=0)

    async def test_an_attempt_whose_failure_is_said_again_is_not_the_next_one(self) -> None:
        inbox = self.of()
        await inbox.open()
        await inbox.accept(Envelope("a"))
        now, after = self.clock.now, self.clock.now + self.lease

        async def lease() -> Kept:
            [kept] = await inbox._ask(lambda store: store.lease("me", 1, now, after, idle=True))
            return kept

        async def fail(kept: Kept, due: float | None) -> bool:
            return await inbox._ask(lambda store: store.fail("me", kept, "why", due))

        first = await lease()
        assert [await fail(first, now) for _ in range(2)] == [True, True]
        second = await lease()
        for due in (now, None):
            assert await fail(first, due)
            assert [kept.attempts for kept in await inbox.entries("running")] == [2]
        await inbox._ask(lambda store: store.beat([], after + 1, after + 1))
        third = await lease()
        assert (third.attempts, third.crashes) == (2, 1)
        assert not await fail(second, None)
        assert [await fail(third, None) for _ in range(2)] == [True, True]
        assert not await fail(replace(third, id=-1), None)
        await inbox.close(drain=0)


class ContractOfMemory(LeasingContract):
    def of(self) -> LeasingInbox:
        return MemoryInbox(store=self.store, clock=self.clock, chance=lambda: 0.5, poll=0.01)


class ContractOfSqlite(LeasingContract):
    def of(self) -> LeasingInbox:
        return SqliteInbox(self.path, clock=self.clock, chance=lambda: 0.5, poll=0.01)
