from __future__ import annotations

import asyncio

import pytest

from tests.apps import answer, app, payload
from webhooks.bxml import Document, Hangup
from webhooks.events import InitiateEvent


async def test_a_handler_that_awaits_a_cancelled_task_falls_back() -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(InitiateEvent)
    async def waits(call: InitiateEvent) -> None:
        task = asyncio.ensure_future(asyncio.sleep(10))
        asyncio.get_running_loop().call_soon(task.cancel)
        await task

    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body


@pytest.mark.parametrize("raised", [asyncio.CancelledError])
async def test_a_handler_that_raises_no_exception_falls_back(raised: type[BaseException]) -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(InitiateEvent)
    async def fails(call: InitiateEvent) -> None:
        raise raised

    assert b"<Hangup/>" in (await answer(hooks, payload("initiate"))).body


async def test_a_delivery_that_the_server_cancels_is_cancelled() -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(InitiateEvent)
    async def waits(call: InitiateEvent) -> None:
        await asyncio.sleep(10)

    task = asyncio.ensure_future(answer(hooks, payload("initiate")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
