from __future__ import annotations

import asyncio
from contextlib import suppress

from tests.apps import answer, app, payload
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent


async def test_a_handler_may_await_as_many_failures_as_it_likes() -> None:
    hooks = app()

    @hooks.on(InitiateEvent)
    async def retries(call: InitiateEvent) -> Hangup:
        loop = asyncio.get_running_loop()
        for _ in range(3000):
            future = loop.create_future()
            loop.call_soon(future.set_exception, ConnectionError())
            with suppress(ConnectionError):
                await future
        await asyncio.sleep(0)
        return Hangup()

    assert (await answer(hooks, payload("initiate"))).status == 200
