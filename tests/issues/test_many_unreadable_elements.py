from __future__ import annotations

import time

import pytest

from tests.apps import answer, app


@pytest.mark.parametrize("message_id", ['"m-1"', "1"], ids=["readable", "invalid"])
async def test_a_long_array_of_unreadable_values_takes_no_seconds(message_id: str) -> None:
    body = '[{"type":"message-delivered","message":{"id":%s,"owner":"+1","to":[%s]}}]'
    start = time.process_time()
    reply = await answer(app(), (body % (message_id, ",".join(["1"] * 500_000))).encode())
    assert time.process_time() - start < 1.5
    assert len(reply.body) < 100_000
