"""What is accepted while there is room for it is handled from then on, without being looked for."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.inbox.stores import Clock
from tests.inbox.test_sqlite import opened
from webhooks.errors import InboxError
from webhooks.inbox import Envelope, Kept, Retry, SqliteInbox


async def nothing(kept: Kept) -> str | None:
    return None


async def test_what_could_not_be_written_was_never_anybodys(tmp_path: Path) -> None:
    full = False

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if full and sql == "COMMIT":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    async with opened(tmp_path / "inbox.db", connection=Full, poll=60) as inbox:
        running = asyncio.create_task(inbox.run(nothing, concurrency=1, retry=Retry()))
        await inbox.counts()
        full = True
        for _ in range(3):
            with pytest.raises(InboxError, match="make room"):
                await inbox.accept(Envelope("a"))
        full = False
        assert inbox.promised == 0
        # There is room for it still: nothing but the poll, a minute away, would find one that waits.
        assert await inbox.accept(Envelope("a")) == "accepted"
        while not (await inbox.counts()).done:
            await asyncio.sleep(0)
        await inbox.close()
        await running


async def test_what_was_not_written_is_looked_for_no_longer_than_a_lease(tmp_path: Path) -> None:
    clock, full = Clock(), False

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if full and sql == "COMMIT":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    async with opened(tmp_path / "inbox.db", connection=Full, clock=clock, lease=15.0, poll=60) as inbox:
        running = asyncio.create_task(inbox.run(nothing, concurrency=1, retry=Retry()))
        await inbox.counts()
        full = True
        with pytest.raises(InboxError):
            await inbox.accept(Envelope("a"))
        full = False
        for passed, doubtful in ((0, 1), (15, 1), (1, 0)):
            clock.now += passed
            await inbox.beat()
            assert inbox.doubtful == doubtful
        await inbox.close()
        await running


@pytest.mark.parametrize("order_key", [None, "c-1"], ids=["at once", "looked for"])
async def test_what_was_written_without_anybody_hearing_of_it_is_handled_too(
    tmp_path: Path, order_key: str | None
) -> None:
    cut = False

    class Cut(sqlite3.Connection):
        """Says of a transaction that is on disk that it failed, as a connection that broke in that moment."""

        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            nonlocal cut
            result = super().execute(sql, *rest)
            if cut and sql == "COMMIT" and inbox.promised:
                cut = False
                raise sqlite3.OperationalError("disk I/O error")
            return result

    async with opened(tmp_path / "inbox.db", connection=Cut, lease=0.3) as inbox:
        keys = list[str]()

        async def handler(kept: Kept) -> str | None:
            keys.append(kept.envelope.key)
            return None

        async def handled(count: int) -> None:
            async with asyncio.timeout(5):
                while len(keys) < count:
                    await asyncio.sleep(0.01)

        running = asyncio.create_task(inbox.run(handler, concurrency=3, retry=Retry()))
        await inbox.counts()
        cut = True
        with suppress(InboxError):
            await inbox.accept(Envelope("a", order_key=order_key))
        await handled(1)
        assert not cut
        # Beats that still ask for it take away from nobody what came later.
        for key in "bcdefghij":
            await inbox.accept(Envelope(key, order_key=order_key))
            await asyncio.sleep(0.05)
        await handled(10)
        assert [kept.crashes for kept in await inbox.entries()] == [0] * 10
        assert inbox.doubtful == 0
        await inbox.close()
        await running
    assert keys == list("abcdefghij")


async def test_what_has_crashed_and_could_not_be_leased_leaves_room_for_others(tmp_path: Path) -> None:
    full, keys = False, list[str]()

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            nonlocal full
            if full and sql == "COMMIT" and inbox.promised:
                full = False
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    async def handler(kept: Kept) -> str | None:
        keys.append(kept.envelope.key)
        return None

    async with opened(tmp_path / "inbox.db", connection=Full, poll=0.001) as inbox:
        await inbox.accept(Envelope("crashed"))
        now = inbox.clock.now()
        await inbox._ask(lambda store: store.lease("gone", 1, now, now - 1, idle=True))
        await inbox.beat()
        full = True
        running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
        async with asyncio.timeout(20):
            while full:
                await asyncio.sleep(0)
            await inbox.accept(Envelope("new"))
            while (await inbox.counts()).done < 2:
                await asyncio.sleep(0)
        await inbox.close()
        await running
    assert sorted(keys) == ["crashed", "new"]


async def test_what_has_waited_goes_before_what_comes(tmp_path: Path) -> None:
    clock, go_on, keys = Clock(), asyncio.Event(), list[str]()

    async def handler(kept: Kept) -> str | None:
        keys.append(kept.envelope.key)
        await go_on.wait()
        return None

    async with opened(tmp_path / "inbox.db", clock=clock, poll=60) as inbox:
        running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
        await inbox.counts()
        for key in "abc":
            await inbox.accept(Envelope(key))
            clock.now += 1
        go_on.set()
        while (await inbox.counts()).done < 3:
            await asyncio.sleep(0)
        await inbox.close()
        await running
    assert keys == ["a", "b", "c"]


async def test_of_two_that_come_together_with_one_key_the_second_is_the_duplicate(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        keys = ["a", "b", "a", *(str(number) for number in range(150)), "b"]
        results = await asyncio.gather(*(inbox.accept(Envelope(key)) for key in keys))
        assert [key for key, result in zip(keys, results, strict=True) if result == "duplicate"] == ["a", "b"]
        assert [kept.envelope.key for kept in await inbox.entries(limit=999)] == list(dict.fromkeys(keys))


async def test_what_begins_while_an_inbox_closes_is_given_back(tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()
    keys = list[str]()

    class Slow(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if sql == "COMMIT" and inbox.promised:
                reached.set()
                go_on.wait(20)
            return super().execute(sql, *rest)

    async def handler(kept: Kept) -> str | None:
        keys.append(kept.envelope.key)
        return None

    inbox = SqliteInbox(tmp_path / "inbox.db", connection=Slow)
    await inbox.open()
    running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
    await inbox.counts()
    accepting = asyncio.create_task(inbox.accept(Envelope("a")))
    await asyncio.to_thread(reached.wait, 20)
    closing = asyncio.create_task(inbox.close())
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(closing, running)
    assert await accepting == "accepted"
    async with opened(tmp_path / "inbox.db") as later:
        assert ((await later.counts()).waiting, keys) == (1, [])


async def test_what_is_asked_in_the_moment_in_which_the_writer_closes_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        writer = inbox._writer
        assert writer is not None
        asked = asyncio.ensure_future(writer.ask(lambda store, items: items, 1))
        writer.close(20)
        with pytest.raises(InboxError, match="is closed"):
            await asked
