from __future__ import annotations

import asyncio

import pytest

from webhooks.inbox.patience import Patience


async def waits(patience: Patience, event: asyncio.Event) -> str:
    try:
        with patience():
            await event.wait()
    except TimeoutError:
        return "too long"
    return "came"


async def test_who_waits_too_long_is_interrupted_and_nobody_else() -> None:
    patience, never, soon = Patience(0.05), asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, soon.set)
    async with asyncio.timeout(20):
        assert await asyncio.gather(waits(patience, never), waits(patience, soon)) == ["too long", "came"]
        later = asyncio.create_task(waits(patience, never))
        assert await later == "too long"
        assert later.cancelling() == 0


async def test_each_has_its_own_time() -> None:
    patience, never = Patience(0.1), asyncio.Event()
    ended = list[str]()

    async def one(name: str) -> None:
        await waits(patience, never)
        ended.append(name)

    async with asyncio.timeout(20):
        first = asyncio.create_task(one("first"))
        await asyncio.wait([first], timeout=0.03)
        await asyncio.gather(first, one("second"))
    assert ended == ["first", "second"]


async def test_who_is_cancelled_by_somebody_else_is_cancelled() -> None:
    patience, never = Patience(0.01), asyncio.Event()

    async def both() -> None:
        with patience():
            try:
                await never.wait()
            except asyncio.CancelledError:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                raise

    waiting = asyncio.create_task(both())
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_every_event_loop_has_its_own_time() -> None:
    patience = Patience(0.01)
    for _ in range(2):
        assert asyncio.run(waits(patience, asyncio.Event())) == "too long"
