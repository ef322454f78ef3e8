"""Four processes that change one state at the same time lose none of each other's changes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.servers import REDIS, postgres_schema, redis_prefix
from tests.state.adding import add
from webhooks.state import MemoryState

ROOT = Path(__file__).resolve().parents[2]


def counted(*store: str) -> int:
    """What the last of four processes sees that count to 150 each."""
    command = [sys.executable, "-m", "tests.state.adding", "150", *store]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) for _ in range(4)]
    try:
        told = [process.communicate(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * 4, told
    return max(int(out) for out, _ in told)


def test_four_processes_lose_nothing_in_sqlite(tmp_path: Path) -> None:
    assert counted("sqlite", str(tmp_path / "state.db")) == 600


def test_four_processes_lose_nothing_in_postgres() -> None:
    with postgres_schema() as dsn:
        assert counted("postgres", dsn) == 600


def test_four_processes_lose_nothing_in_redis() -> None:
    with redis_prefix() as prefix:
        assert counted("redis", REDIS, prefix) == 600


async def test_four_apps_lose_nothing_in_memory() -> None:
    store = MemoryState()
    assert max(await asyncio.gather(*(add(150, store) for _ in range(4)))) == 600
