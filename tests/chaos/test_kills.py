"""Processes end at random under load; nothing that was answered with 200 is lost. `make chaos` takes longer."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.chaos.load import Load
from tests.chaos.processes import Handled, rest, started
from webhooks.inbox import Inbox, PostgresInbox, SqliteInbox

KILLS = int(os.environ.get("CHAOS_KILLS", "2"))
CALLERS = 16
CONCURRENCY = 32


@pytest.fixture(params=["SQLite", "Postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """A DSN, or "" for a file."""
    if request.param == "SQLite":
        return ""
    dsn: str = request.getfixturevalue("dsn")
    asyncio.run(PostgresInbox(dsn).migrate())
    return dsn


def inbox_of(store: str, folder: Path) -> Inbox:
    return PostgresInbox(store) if store else SqliteInbox(folder / "disk" / "inbox.db")


@pytest.mark.parametrize("workers", [0, 2], ids=["a server", "a server and two workers apart"])
async def test_nothing_that_was_answered_is_lost_when_processes_are_killed(
    tmp_path: Path, store: str, workers: int
) -> None:
    chance = random.Random(7)
    async with started(tmp_path, workers=workers, dsn=store) as processes:
        load = Load(processes.port)
        async with load.going(keys=CALLERS):
            began = time.monotonic()
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0.3, 1.3))
                processes.again(chance.randrange(len(processes.running)), signal.SIGKILL)
                await load.more(100)
            seconds, count = time.monotonic() - began, load.deliveries
        assert (await rest(inbox_of(store, tmp_path))).dead == 0
    handled = Handled(tmp_path)
    print(f"\n{KILLS} kills in {seconds:.1f} s, {count / seconds:.0f} deliveries a second: {load.told(handled)}")
    assert load.answered <= set(handled.times)
    # Only what ran, or had run and was not marked yet, when its process was killed: one commit's worth.
    assert handled.twice <= KILLS * 2 * CONCURRENCY
    assert handled.in_order


@pytest.mark.parametrize("workers", [0, 1] if KILLS > 2 else [0])
async def test_nothing_is_lost_or_handled_twice_when_processes_are_told_to_end(
    tmp_path: Path, store: str, workers: int
) -> None:
    # Some handlers take longer than a process has: what they handle is given back, and no attempt is counted.
    async with started(tmp_path, workers=workers, dsn=store, drain=0.02) as processes:
        load = Load(processes.port, pace=0.02, slow=10)
        async with load.going(keys=CALLERS):
            began = time.monotonic()
            for number in range(KILLS):
                await load.more(300)
                await asyncio.to_thread(processes.again, number % len(processes.running), signal.SIGTERM)
            seconds, count = time.monotonic() - began, load.deliveries
        assert (await rest(inbox_of(store, tmp_path))).dead == 0
    handled = Handled(tmp_path)
    print(f"\n{KILLS} ends in {seconds:.1f} s, {count / seconds:.0f} deliveries a second: {load.told(handled)}")
    assert load.answered <= set(handled.times)
    assert handled.twice == 0
    assert handled.in_order
    assert "were given back" in (tmp_path / "stderr").read_text(encoding="utf-8")
