"""What comes together is written in one statement, and in several where that cannot be."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.inbox.stores import Clock
from tests.inbox.test_sqlite import opened
from webhooks.errors import InboxError
from webhooks.inbox import Envelope, Kept, KeptHandler, Retry, SqliteInbox


class Told(sqlite3.Connection):
    """Says how often it was asked for what."""

    asked: Counter[str]

    def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        self.asked[sql.partition(" VALUES")[0]] += 1
        return super().execute(sql, *rest)


@asynccontextmanager
async def running(inbox: SqliteInbox, handler: KeptHandler, concurrency: int = 8) -> AsyncGenerator[None]:
    """The inbox hands over."""
    task = asyncio.create_task(inbox.run(handler, concurrency=concurrency, retry=Retry()))
    await inbox.counts()
    try:
        yield
    finally:
        await inbox.close()
        await task


async def together(inbox: SqliteInbox, *keys: str) -> list[str]:
    """What becomes of deliveries that come at once."""
    return list(await asyncio.gather(*(inbox.accept(Envelope(key)) for key in keys)))


async def done(inbox: SqliteInbox, count: int) -> None:
    """Wait until so many are done, and nothing else is there."""
    async with asyncio.timeout(20):
        while (counts := await inbox.counts()).done < count or counts.waiting or counts.running:
            pass


def recorder() -> tuple[list[str], KeptHandler]:
    """The keys that a handler was given, and the handler."""
    keys = list[str]()

    async def handler(kept: Kept) -> None:
        keys.append(kept.envelope.key)

    return keys, handler


async def test_what_comes_together_is_put_and_finished_in_one_statement(tmp_path: Path) -> None:
    class Counting(Told):
        asked = Counter()

    keys, handler = recorder()
    async with opened(tmp_path / "inbox.db", connection=Counting, poll=60) as inbox, running(inbox, handler):
        await together(inbox, "a", "b", "c")
        Counting.asked.clear()
        await together(inbox, "d", "e", "f")
        assert Counting.asked["INSERT INTO webhooks_written"] == 1
        assert not any(sql.startswith("INSERT INTO delivery") for sql in Counting.asked)
        await done(inbox, 6)
    assert sorted(keys) == list("abcdef")


async def test_one_that_came_before_is_a_duplicate_among_others(tmp_path: Path) -> None:
    keys, handler = recorder()
    async with opened(tmp_path / "inbox.db") as inbox, running(inbox, handler):
        await together(inbox, "a", "b")
        assert await together(inbox, "c", "a", "d", "c") == ["accepted", "duplicate", "accepted", "duplicate"]
        await done(inbox, 4)
    assert sorted(keys) == list("abcd")


async def test_two_processes_put_in_turns(tmp_path: Path) -> None:
    path, all_keys = tmp_path / "inbox.db", list[str]()
    keys, handler = recorder()
    async with (
        opened(path, poll=60) as one,
        opened(path, poll=60) as other,
        running(one, handler),
        running(other, handler),
    ):
        for number in range(12):
            coming = [f"{number}-{index}" for index in range(4)]
            all_keys += coming
            assert set(await together(one if number // 2 % 2 else other, *coming)) == {"accepted"}
        await done(one, len(all_keys))
        assert [kept.envelope.key for kept in await one.entries()] == all_keys
    assert sorted(keys) == sorted(all_keys)


async def test_what_has_waited_goes_before_what_comes_together(tmp_path: Path) -> None:
    path, clock = tmp_path / "inbox.db", Clock()
    keys, handler = recorder()
    async with (
        opened(path, clock=clock) as other,
        opened(path, clock=clock, poll=60) as inbox,
        running(inbox, handler),
    ):
        await other.accept(Envelope("a"))
        clock.now += 1
        assert await together(inbox, "b", "c") == ["accepted", "accepted"]
        await done(inbox, 3)
    assert keys == ["a", "b", "c"]


async def test_a_full_disk_costs_what_comes_together_nothing_but_the_answer(tmp_path: Path) -> None:
    full = False

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if full and "webhooks_written" in sql:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    keys, handler = recorder()
    async with (
        opened(tmp_path / "inbox.db", connection=Full, poll=60) as inbox,
        running(inbox, handler, 2),
    ):
        full = True
        results = await asyncio.gather(*(inbox.accept(Envelope(key)) for key in "ab"), return_exceptions=True)
        assert [type(result) for result in results] == [InboxError, InboxError]
        assert inbox.promised == 0
        full = False
        assert await together(inbox, "a", "b") == ["accepted", "accepted"]
        await done(inbox, 2)
    assert sorted(keys) == ["a", "b"]


async def test_what_another_process_took_is_told_among_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handler(kept: Kept) -> None:
        begun.set()
        await go_on.wait()

    async with opened(tmp_path / "inbox.db", poll=60) as inbox, running(inbox, handler, 3):
        await inbox.accept(Envelope("a"))
        await begun.wait()
        await inbox._ask(lambda store: store.beat([], 9e9, 9e9))
        await inbox._ask(lambda store: store.lease("other", 1, 9e9, 9.1e9, idle=True))
        go_on.set()
        await asyncio.sleep(0)
        assert await together(inbox, "b", "c") == ["accepted", "accepted"]
        async with asyncio.timeout(20):
            while "is handled twice" not in caplog.text:
                await inbox.counts()


async def test_what_has_an_order_is_handled_in_it_among_others(tmp_path: Path) -> None:
    keys, handler = recorder()
    async with opened(tmp_path / "inbox.db") as inbox, running(inbox, handler):
        envelopes = [Envelope("a", "order"), Envelope("b"), Envelope("c", "order"), Envelope("d")]
        await asyncio.gather(*(inbox.accept(envelope) for envelope in envelopes))
        await done(inbox, 4)
    assert sorted(keys) == list("abcd")
    assert keys.index("a") < keys.index("c")


async def test_what_ends_while_the_inbox_is_closed_is_written_when_it_is_open_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = list[str]()

    async def handler(kept: Kept) -> None:
        keys.append(kept.envelope.key)
        await inbox._close()

    async with opened(tmp_path / "inbox.db", poll=60) as inbox, running(inbox, handler):
        await together(inbox, "a", "b")
        async with asyncio.timeout(20):
            while "is not open" not in caplog.text:
                await asyncio.sleep(0)
        await inbox.open()
        await done(inbox, 2)
    assert sorted(keys) == ["a", "b"]
