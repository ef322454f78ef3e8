from __future__ import annotations

import logging
import tracemalloc

import pytest

from tests.apps import answer, app, payload
from webhooks.events import GatherEvent


async def test_hints_keep_no_long_event_types() -> None:
    logging.getLogger("webhooks").setLevel(logging.CRITICAL)
    hooks = app()
    await answer(hooks, {"eventType": "first"})
    tracemalloc.start()
    for number in range(20):
        await answer(hooks, {"eventType": f"{number}" + "a" * 500_000})
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    logging.getLogger("webhooks").setLevel(logging.NOTSET)
    assert held < 2_000_000


async def test_strangers_paths_do_not_silence_the_other_hints(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()
    hooks.on(GatherEvent)(lambda call: None)
    for number in range(1001):
        await answer(hooks, payload("gather"), f"/{number}")
    caplog.clear()
    await answer(hooks, payload("disconnect"))
    assert "DisconnectEvent" in caplog.text
