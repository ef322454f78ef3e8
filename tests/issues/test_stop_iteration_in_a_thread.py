from __future__ import annotations

import asyncio
import time

from tests.apps import answer, app, payload
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent


async def test_a_def_handler_that_raises_stop_iteration_is_answered_at_once() -> None:
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    hooks = app(deadline=2)

    @hooks.on(InitiateEvent)
    def picks(call: InitiateEvent) -> Hangup:
        return next(verb for verb in [Hangup()] if verb is None)

    start = time.monotonic()
    assert (await answer(hooks, payload("initiate"))).status == 500
    assert time.monotonic() - start < 1
