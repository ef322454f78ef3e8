"""One of several processes that count in one call's state: `python -m tests.state.adding 150 sqlite state.db`."""

from __future__ import annotations

import asyncio
import sys

from pydantic import BaseModel

from tests.apps import answer, app, payload
from webhooks import Context
from webhooks.events import GatherEvent
from webhooks.state import MemoryState, PostgresState, RedisState, SqliteState, StateStore


class Total(BaseModel):
    """What they count in."""

    count: int = 0


def store_of(kind: str, *where: str) -> StateStore:
    """The store that the arguments name."""
    if kind == "sqlite":
        return SqliteState(where[0])
    if kind == "postgres":
        return PostgresState(where[0])
    return RedisState(where[0], prefix=where[1]) if kind == "redis" else MemoryState()


async def add(times: int, store: StateStore) -> int:
    """Count so many events, a few at once; what the state says in the end."""
    hooks = app(state=store)
    last = 0

    @hooks.on(GatherEvent)
    async def count(call: GatherEvent, context: Context) -> None:
        nonlocal last
        async with context.state(Total) as total:
            before = total.count
            await asyncio.sleep(0)
            total.count = last = before + 1

    await hooks._start()
    for _ in range(times // 5):
        replies = await asyncio.gather(*(answer(hooks, payload("gather")) for _ in range(5)))
        assert [reply.status for reply in replies] == [200] * 5
    await hooks._stop()
    return last


if __name__ == "__main__":
    print(asyncio.run(add(int(sys.argv[1]), store_of(*sys.argv[2:]))))
