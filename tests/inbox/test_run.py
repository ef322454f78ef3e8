"""What a handler may do to the task that it runs in, and to its process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from webhooks.inbox import Envelope, Kept, KeptHandler, Retry, SqliteInbox


class Panic(BaseException):
    """As of an extension that is not written in Python."""


@asynccontextmanager
async def running(path: Path, handler: KeptHandler) -> AsyncGenerator[SqliteInbox]:
    """An inbox that hands over one at a time, and again at once."""
    inbox = SqliteInbox(path / "inbox.db", poll=0.001)
    await inbox.open()
    task = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry(first=0.0)))
    try:
        yield inbox
    finally:
        await inbox.close(drain=0)
        await task


async def done(inbox: SqliteInbox, count: int) -> None:
    """Wait until so many are."""
    async with asyncio.timeout(20):
        while (await inbox.counts()).done < count:
            await asyncio.sleep(0)


def this_task() -> asyncio.Task[Any]:
    return cast("asyncio.Task[Any]", asyncio.current_task())


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize(
    "error",
    [
        Panic(),
        BaseExceptionGroup("of a task group", [SystemExit(1)]),
        SystemExit(1),
        GeneratorExit(),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_whatever_a_handler_raises_is_a_failure(error: BaseException, tmp_path: Path, *, waits: bool) -> None:
    told = list[tuple[str, int, str | None]]()

    async def handler(kept: Kept) -> str | None:
        told.append((kept.envelope.key, kept.attempts, kept.error))
        if waits:
            await asyncio.sleep(0)
        if len(told) == 1:
            raise error
        return None

    async with running(tmp_path, handler) as inbox:
        await inbox.accept(Envelope("a"))
        await inbox.accept(Envelope("b"))
        await done(inbox, 2)
    assert sorted(told) == [("a", 1, None), ("a", 2, type(error).__name__), ("b", 1, None)]


async def _by_itself() -> None:
    this_task().cancel()
    await asyncio.sleep(0)


async def _and_returns() -> None:
    this_task().cancel()


async def _while_that_is_written() -> None:
    asyncio.get_running_loop().call_soon(this_task().cancel)


@pytest.mark.parametrize(("cancels", "attempts"), [(_by_itself, 2), (_and_returns, 1), (_while_that_is_written, 1)])
async def test_a_handler_that_cancels_its_task_costs_nothing_but_its_attempt(
    cancels: Callable[[], Any], attempts: int, tmp_path: Path
) -> None:
    keys = list[str]()

    async def handler(kept: Kept) -> str | None:
        keys.append(kept.envelope.key)
        if len(keys) == 1:
            await cancels()
        return None

    async with running(tmp_path, handler) as inbox:
        await inbox.accept(Envelope("a"))
        await inbox.accept(Envelope("b"))
        await done(inbox, 2)
    assert sorted(keys) == [*"a" * attempts, "b"]


def test_an_interpreter_that_is_told_to_end_hears_it_and_the_attempt_has_failed(tmp_path: Path) -> None:
    async def handler(kept: Kept) -> str | None:
        raise KeyboardInterrupt

    async def play() -> None:
        async with running(tmp_path, handler) as inbox:
            await inbox.accept(Envelope("a"))
            await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(play())
    kept = asyncio.run(_only(tmp_path))
    assert (kept.status, kept.attempts, kept.error) == ("waiting", 1, "KeyboardInterrupt")


def test_what_runs_when_its_event_loop_ends_is_given_back_uncounted(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def handler(kept: Kept) -> str | None:
        begun.set()
        await asyncio.Event().wait()
        return None

    async def play() -> asyncio.Task[None]:
        inbox = SqliteInbox(tmp_path / "inbox.db", poll=0.001)
        await inbox.open()
        running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
        await inbox.accept(Envelope("a"))
        await begun.wait()
        return running  # and ends it by ending

    assert asyncio.run(play()).cancelled()
    kept = asyncio.run(_only(tmp_path))
    assert (kept.status, kept.attempts, kept.error) == ("waiting", 0, None)


async def _only(path: Path) -> Kept:
    inbox = SqliteInbox(path / "inbox.db")
    await inbox.open()
    [kept] = await inbox.entries()
    await inbox.close()
    return kept
