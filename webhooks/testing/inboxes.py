"""The promises of an inbox, as tests to inherit from: `webhooks.testing.contracts.InboxContract`. Needs pytest."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest

from webhooks.errors import InboxError
from webhooks.inbox import Counts, Envelope, Inbox, Kept, KeptHandler, Retry
from webhooks.testing.recorder import Recorder

__all__ = ["InboxContract"]


@pytest.mark.anyio
class InboxContract(ABC):
    """The promises of `webhooks.inbox.Inbox`, one test or more for each."""

    retry: ClassVar[Retry] = Retry(attempts=3, first=10.0, longest=40.0)
    """What the tests run with; 10 seconds pass by `advance`, not by waiting."""
    lease: ClassVar[float] = 15.0
    """Seconds after which a process without a sign of life counts as ended."""
    patience: ClassVar[float] = 20.0
    """Seconds after which a test gives up."""

    @abstractmethod
    def make(self) -> Inbox:
        """Another process's inbox on what this test keeps deliveries in; not opened."""
        ...

    @abstractmethod
    async def advance(self, seconds: float) -> None:
        """Let so many seconds pass, or set the clock back; processes that live give their signs of life."""
        ...

    @abstractmethod
    async def kill(self, inbox: Inbox) -> None:
        """As if its process had been killed: nothing is given back, nothing more is written."""
        ...

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Inboxes are for asyncio."""
        return "asyncio"

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[Inbox]:
        """An inbox, closed afterwards."""
        inbox = self.make()
        await inbox.open()
        try:
            yield inbox
        finally:
            await inbox.close(drain=0)

    @asynccontextmanager
    async def running(self, inbox: Inbox, handler: KeptHandler, concurrency: int = 8) -> AsyncGenerator[None]:
        """The inbox hands its deliveries to `handler`."""
        task = asyncio.create_task(inbox.run(handler, concurrency=concurrency, retry=self.retry))
        try:
            yield
        finally:
            await inbox.close(drain=0)
            await task

    async def becomes(self, inbox: Inbox, **expected: int) -> None:
        """Wait until the inbox has so many, and no others."""
        async with asyncio.timeout(self.patience):
            while not _as_expected(await inbox.counts(), expected):  # noqa: ASYNC110 - an inbox tells nobody
                await asyncio.sleep(0)

    async def tried(self, inbox: Inbox, key: str, times: int) -> None:
        """Wait until a delivery has failed so often."""
        async with asyncio.timeout(self.patience):
            while not _has_failed(await inbox.entries(), key, times):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0)

    async def dies(self, inbox: Inbox, key: str) -> None:
        """Wait through all attempts of a delivery that was just accepted."""
        for times in range(1, self.retry.attempts):
            await self.tried(inbox, key, times)
            await self.advance(self.retry.delay(times, 1.0))
        await self.tried(inbox, key, self.retry.attempts)

    async def test_what_was_accepted_survives_the_end_of_the_process(self) -> None:
        """Promise 1."""
        async with self.opened() as first, self.opened() as second:
            envelope = Envelope("a", "order", "dtmf", "c-1", "GET", "/x", b"a=\xff", ((b"x", b"\xe4"),), "/root", b"\0")
            assert await first.accept(envelope) == "accepted"
            await self.kill(first)
            assert [kept.envelope for kept in await second.entries()] == [envelope]

    async def test_a_key_that_was_accepted_is_a_duplicate_whatever_became_of_it(self) -> None:
        """Promise 2."""
        handler = Recorder({"dead": 3})
        async with self.opened() as inbox:
            for key in ("done", "dead"):
                assert await inbox.accept(Envelope(key)) == "accepted"
                assert await inbox.accept(Envelope(key, body=b"other")) == "duplicate"
            async with self.running(inbox, handler):
                await self.dies(inbox, "dead")
                await self.becomes(inbox, done=1, dead=1)
                await self.advance(6 * 24 * 3600)
                assert [await inbox.accept(Envelope(key)) for key in ("done", "dead")] == ["duplicate"] * 2
                await self.becomes(inbox, done=1, dead=1)

    async def test_a_delivery_is_handed_over_once_with_all_that_it_came_with(self) -> None:
        """Promise 3."""
        handler, envelope = Recorder(), Envelope("a", body=b"body", headers=((b"content-type", b"text/plain"),))
        async with self.opened() as inbox:
            await inbox.accept(envelope)
            async with self.running(inbox, handler):
                kept = await handler.begun.get()
                assert (kept.envelope, kept.attempts, kept.status) == (envelope, 1, "running")
                await self.becomes(inbox, done=1)
                await self.advance(3600)
                await inbox.accept(Envelope("b"))
                await self.becomes(inbox, done=2)
        assert handler.keys == ["a", "b"]

    async def test_what_failed_comes_again_later_and_is_dead_after_its_last_attempt(self) -> None:
        """Promise 4."""
        handler = Recorder({"a": 99, "b": 1})
        async with self.opened() as inbox:
            await inbox.accept(Envelope("a"))
            await inbox.accept(Envelope("b"))
            async with self.running(inbox, handler):
                await self.dies(inbox, "a")
                await self.becomes(inbox, dead=1, done=1)
                dead = await inbox.entries("dead")
        assert [(kept.envelope.key, kept.attempts, kept.error) for kept in dead] == [("a", 3, "it was told to")]
        assert sorted(zip(handler.keys, handler.attempts, strict=True)) == [
            ("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2),
        ]  # fmt: skip

    async def test_what_failed_does_not_come_before_its_time(self) -> None:
        """Promise 4."""
        handler = Recorder({"a": 1})
        async with self.opened() as inbox:
            await inbox.accept(Envelope("a"))
            async with self.running(inbox, handler):
                await self.tried(inbox, "a", 1)
                await self.advance(7)
                await inbox.accept(Envelope("b"))
                await self.becomes(inbox, waiting=1, done=1)
        assert handler.keys == ["a", "b"]

    async def test_a_handler_that_raises_has_failed_and_what_it_said_is_not_kept(self) -> None:
        """Promise 4."""

        async def handler(kept: Kept) -> str | None:
            raise LookupError("+19195550123")

        async with self.opened() as inbox:
            await inbox.accept(Envelope("a"))
            async with self.running(inbox, handler):
                await self.tried(inbox, "a", 1)
                kept = await inbox.entry((await inbox.entries())[0].id)
        assert kept is not None
        assert "LookupError" in str(kept.error)
        assert "+1919" not in str(kept.error)

    async def test_what_has_one_order_key_is_handled_in_order(self) -> None:
        """Promise 5."""
        handler = Recorder({"a3": 1})
        async with self.opened() as inbox:
            for number in range(9):
                await inbox.accept(Envelope(f"a{number}", "a"))
                await inbox.accept(Envelope(f"b{number}", "b"))
            async with self.running(inbox, handler):
                await self.tried(inbox, "a3", 1)
                await self.becomes(inbox, waiting=6, done=12)
                assert [key for key in handler.keys if key[0] == "a"] == ["a0", "a1", "a2", "a3"]
                await self.advance(13)
                await self.becomes(inbox, done=18)
        assert [key for key in handler.keys if key[0] == "b"] == [f"b{number}" for number in range(9)]
        assert [key for key in handler.keys if key[0] == "a"][4:] == ["a3", "a4", "a5", "a6", "a7", "a8"]

    async def test_one_that_is_dead_holds_up_nobody(self) -> None:
        """Promise 5."""
        handler = Recorder({"a": 3})
        async with self.opened() as inbox:
            await inbox.accept(Envelope("a", "order"))
            await inbox.accept(Envelope("b", "order"))
            async with self.running(inbox, handler):
                await self.dies(inbox, "a")
                await self.becomes(inbox, dead=1, done=1)
        assert handler.keys == ["a", "a", "a", "b"]

    async def test_what_is_replayed_waits_for_what_runs_of_its_order(self) -> None:
        """Promise 5."""
        handler = Recorder({"a": 3})
        async with self.opened() as inbox:
            await inbox.accept(Envelope("a", "order"))
            async with self.running(inbox, handler):
                await self.dies(inbox, "a")
                handler.go_on.clear()
                await inbox.accept(Envelope("b", "order"))
                await self.becomes(inbox, dead=1, running=1)
                assert await inbox.replay() == 1
                await inbox.accept(Envelope("c", "another order"))
                await self.becomes(inbox, waiting=1, running=2)
                handler.go_on.set()
                await self.becomes(inbox, done=3)
        assert handler.keys == ["a", "a", "a", "b", "c", "a"]

    async def test_nobody_is_given_what_a_living_process_handles(self) -> None:
        """Promise 6."""
        first, second = Recorder(hangs=True), Recorder()
        async with self.opened() as one, self.opened() as other:
            await one.accept(Envelope("a"))
            async with self.running(one, first, concurrency=1):
                await first.begun.get()
                async with self.running(other, second):
                    for _ in range(10):
                        await self.advance(self.lease / 3)
                    await other.accept(Envelope("b"))
                    await second.begun.get()
                    first.go_on.set()
                    await self.becomes(one, done=2)
        assert (first.keys, second.keys) == (["a"], ["b"])

    async def test_what_a_process_that_ended_was_handling_comes_again_alone(self) -> None:
        """Promise 6."""
        first, second = Recorder(hangs=True), Recorder(hangs=True)
        async with self.opened() as one, self.opened() as other:
            for key in ("a", "b", "c"):
                await one.accept(Envelope(key))
            async with self.running(one, first, concurrency=2):
                for _ in range(2):
                    await first.begun.get()
                await self.kill(one)
                await self.advance(self.lease + 1)
                async with self.running(other, second):
                    kept = await second.begun.get()
                    assert (kept.envelope.key, kept.attempts, kept.crashes) == ("a", 1, 1)
                    await self.becomes(other, running=1, waiting=2)
                    second.go_on.set()
                    await self.becomes(other, done=3)
        assert second.keys[:2] == ["a", "b"]
        assert second.most_at_once == 1

    async def test_at_its_third_crash_a_delivery_is_dead_and_its_neighbours_are_not(self) -> None:
        """Promise 6."""
        async with self.opened() as last:
            for key in ("poison", "neighbour"):
                await last.accept(Envelope(key))
            for crashes in (1, 2, 3):
                await self._crash()
                await (self.becomes(last, dead=1, waiting=1) if crashes == 3 else self.becomes(last, waiting=2))
            handler = Recorder()
            async with self.running(last, handler):
                await self.becomes(last, dead=1, done=1)
                dead = await last.entries("dead")
        assert handler.keys == ["neighbour"]
        assert [(kept.envelope.key, kept.crashes) for kept in dead] == [("poison", 3)]

    async def _crash(self) -> None:
        handler = Recorder(hangs=True)
        async with self.opened() as inbox, self.running(inbox, handler):
            assert (await handler.begun.get()).envelope.key == "poison"
            await self.kill(inbox)
        await self.advance(self.lease + 1)

    async def test_no_more_are_handled_at_once_than_allowed(self) -> None:
        """Promise 7."""
        handler = Recorder(hangs=True)
        async with self.opened() as inbox:
            for number in range(10):
                await inbox.accept(Envelope(str(number)))
            async with self.running(inbox, handler, concurrency=3):
                for _ in range(3):
                    await handler.begun.get()
                await self.becomes(inbox, running=3, waiting=7)
                handler.go_on.set()
                await self.becomes(inbox, done=10)
        assert handler.most_at_once == 3

    async def test_close_lets_what_runs_end_and_takes_no_more(self) -> None:
        """Promise 8."""
        handler = Recorder(hangs=True)
        async with self.opened() as inbox, self.opened() as other:
            await inbox.accept(Envelope("a"))
            async with self.running(inbox, handler, concurrency=1):
                await handler.begun.get()
                await inbox.accept(Envelope("b"))
                closing = asyncio.create_task(inbox.close(drain=self.patience))
                await asyncio.sleep(0)
                handler.go_on.set()
                await closing
            await self.becomes(other, done=1, waiting=1)
        assert handler.keys == ["a"]

    async def test_close_gives_back_what_does_not_end_in_time_and_counts_nothing(self) -> None:
        """Promise 8."""
        first, second = Recorder(hangs=True), Recorder()
        async with self.opened() as inbox, self.opened() as other:
            await inbox.accept(Envelope("a"))
            async with self.running(inbox, first):
                await first.begun.get()
                await inbox.close(drain=0)
            await self.becomes(other, waiting=1)
            async with self.running(other, second):
                kept = await second.begun.get()
        assert (kept.envelope.key, kept.attempts, kept.crashes) == ("a", 1, 0)

    async def test_what_is_dead_can_be_replayed_as_if_just_accepted(self) -> None:
        """Promise 9."""
        handler = Recorder({"a": 3, "b": 3})
        async with self.opened() as inbox:
            for key in ("a", "b"):
                await inbox.accept(Envelope(key, body=b"kept"))
            async with self.running(inbox, handler):
                await self.dies(inbox, "a")
                await self.becomes(inbox, dead=2)
                dead = await inbox.entries("dead")
                assert await inbox.replay([dead[0].id, dead[0].id, 999_999]) == 1
                await self.becomes(inbox, dead=1, done=1)
                assert await inbox.replay() == 1
                await self.becomes(inbox, done=2)
                assert await inbox.replay() == 0
        assert handler.attempts[-2:] == [1, 1]

    async def test_only_what_is_done_is_pruned_and_what_is_dead_when_asked_for(self) -> None:
        """Promise 10."""
        handler = Recorder({"dead": 3, "waiting": 4})
        async with self.opened() as inbox:
            for key in ("dead", "done"):
                await inbox.accept(Envelope(key))
            async with self.running(inbox, handler):
                await self.dies(inbox, "dead")
                await self.becomes(inbox, dead=1, done=1)
                await inbox.accept(Envelope("waiting"))
                await inbox.accept(Envelope("young"))
                await self.becomes(inbox, dead=1, done=2, waiting=1)
                assert await inbox.prune(30) == 1
                assert await inbox.prune(30) == 0
                await self.becomes(inbox, dead=1, done=1, waiting=1)
                assert await inbox.prune(-1, dead=True) == 1
                await self.becomes(inbox, done=1, waiting=1)
                assert await inbox.accept(Envelope("done")) == "accepted"

    async def test_nothing_waits_longer_because_the_clock_was_set_back(self) -> None:
        """Promise 11."""
        handler = Recorder({"a": 1})
        async with self.opened() as inbox:
            await inbox.accept(Envelope("a"))
            async with self.running(inbox, handler):
                await self.tried(inbox, "a", 1)
                await self.advance(-3600)
                await self.advance(13)
                await self.becomes(inbox, done=1)
        async with self.opened() as later:
            await self.advance(-3600)
            await later.accept(Envelope("b"))
            async with self.running(later, handler):
                await self.becomes(later, done=2)

    async def test_a_closed_inbox_says_so_and_can_be_opened_again(self) -> None:
        """Promise 12."""
        async with self.opened() as inbox:
            await inbox.accept(Envelope("a"))
            await self.kill(inbox)
            with pytest.raises(InboxError):
                await inbox.accept(Envelope("b"))
            await inbox.open()
            assert await inbox.accept(Envelope("b")) == "accepted"
            await inbox.close()
            async with asyncio.timeout(self.patience):
                await inbox.run(Recorder(), concurrency=1, retry=self.retry)

    async def test_entries_are_given_oldest_first_and_no_more_than_asked_for(self) -> None:
        """`entries` and `counts`."""
        async with self.opened() as inbox:
            for key in ("a", "b", "c"):
                await inbox.accept(Envelope(key))
            assert [kept.envelope.key for kept in await inbox.entries("waiting", limit=2)] == ["a", "b"]
            assert await inbox.entries("dead") == []
            assert await inbox.entry(999_999) is None
            assert (await inbox.counts()).oldest == (await inbox.entries())[0].first_seen


def _has_failed(entries: Sequence[Kept], key: str, times: int) -> bool:
    found = [kept for kept in entries if kept.envelope.key == key]
    return any(kept.attempts == times and kept.status != "running" for kept in found)


def _as_expected(counts: Counts, expected: Mapping[str, int]) -> bool:
    found = {name: getattr(counts, name) for name in ("waiting", "running", "done", "dead")}
    return found == {name: expected.get(name, 0) for name in found}
