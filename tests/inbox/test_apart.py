"""One task handles many, and none of them notices."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from pathlib import Path

from tests.inbox.test_sqlite import opened
from tests.inbox.test_whole import done, running, together
from webhooks.inbox import Kept


async def test_what_a_handler_sets_for_itself_the_next_does_not_see(tmp_path: Path) -> None:
    mine, seen, waits = ContextVar("mine", default=""), list[str](), asyncio.Event()

    async def handler(kept: Kept) -> None:
        seen.append(mine.get())
        mine.set(kept.envelope.key)
        if kept.envelope.key == "b":
            await waits.wait()
            seen.append(mine.get())
        if kept.envelope.key == "d":
            waits.set()

    async with opened(tmp_path / "inbox.db") as inbox, running(inbox, handler):
        await together(inbox, "a", "b", "c", "d")
        await done(inbox, 4)
    assert seen == ["", "", "", "", "b"]


async def test_one_that_cancels_its_own_task_takes_nobody_along(tmp_path: Path) -> None:
    keys = list[str]()

    async def handler(kept: Kept) -> None:
        keys.append(kept.envelope.key)
        if kept.envelope.key == "a":
            task = asyncio.current_task()
            assert task is not None
            task.cancel()

    async with opened(tmp_path / "inbox.db", poll=60) as inbox, running(inbox, handler):
        await together(inbox, "a", "b", "c")
        await done(inbox, 3)
    assert sorted(keys) == ["a", "b", "c"]


async def test_a_handler_that_is_no_coroutine_is_awaited(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()

    def handler(kept: Kept) -> asyncio.Future[None]:
        future = loop.create_future()
        loop.call_soon(future.set_result, None)
        return future

    async with opened(tmp_path / "inbox.db") as inbox, running(inbox, handler):
        await together(inbox, "a", "b")
        await done(inbox, 2)
