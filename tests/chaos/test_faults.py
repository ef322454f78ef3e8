"""What an app stands on fails under a running server: who hears what meanwhile, and that nothing of it is lost."""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.chaos.load import Load
from tests.chaos.processes import CLOCK, FAULT, LEASE, Handled, Processes, rest, started, taken_up
from tests.chaos.relay import relayed
from tests.chaos.test_kills import KILLS
from webhooks.inbox import PostgresInbox, SqliteInbox

PACE = 0.02
"""Seconds between two deliveries of a caller: about 400 a second of all."""
TIMES = max(1, KILLS // 10)

Fault = Callable[[Path, Processes], None]


def tell(words: str, *, to: str) -> Fault:
    """What SQLite is told, or the clock."""

    def told(folder: Path, processes: Processes) -> None:
        (folder / "new").write_text(words, encoding="ascii")
        (folder / "new").rename(folder / to)

    return told


def limit_files(size: int) -> Fault:
    """No file of the server's may grow beyond so many bytes."""

    def limited(folder: Path, processes: Processes) -> None:
        hard = resource.prlimit(processes.server, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(processes.server, resource.RLIMIT_FSIZE, (size, hard))

    return limited


def take_away(folder: Path, processes: Processes) -> None:
    (folder / "disk").rename(folder / "away")


def bring_back(folder: Path, processes: Processes) -> None:
    (folder / "away").rename(folder / "disk")


async def fails(
    load: Load,
    folder: Path,
    fault: Callable[[], Awaitable[None]],
    mend: Callable[[], Awaitable[None]],
    *,
    times: int = TIMES,
    away: float = 0.0,
) -> None:
    """Under load something fails and is mended, again and again; nobody who calls hears silence."""
    async with load.going(keys=6, messages=3, calls=2):
        for _ in range(times):
            await load.more(100)
            await fault()
            await asyncio.sleep(away)
            refused = load.statuses["messages", 503]
            async with asyncio.timeout(30):
                while load.statuses["messages", 503] < refused + 20:
                    await asyncio.sleep(0.01)
            await mend()
            await load.more(100)
    await taken_up(folder)


def expect_all_once(load: Load, folder: Path) -> None:
    handled = Handled(folder)
    print(f"\n{load.told(handled)}")
    assert load.answered <= set(handled.times)
    assert handled.twice == 0
    assert handled.in_order
    assert load.statuses["calls", 200] > 0
    assert load.silences == 0
    assert load.slowest < 2.0
    # Nobody who presses a key is told to come again: Bandwidth would not.
    assert {status for kind, status in load.statuses if kind != "messages"} == {200}


@pytest.mark.parametrize(
    ("fault", "remedy", "words"),
    [
        (tell("PRAGMA max_page_count = 1", to=FAULT), tell("PRAGMA max_page_count = 100000", to=FAULT), "is full"),
        (tell("PRAGMA query_only = ON", to=FAULT), tell("PRAGMA query_only = OFF", to=FAULT), "cannot be written"),
        (limit_files(1_000_000), limit_files(resource.RLIM_INFINITY), "disk I/O"),
    ],
    ids=["a full disk", "a file that cannot be written", "a file that may not grow"],
)
async def test_while_the_disk_fails_calls_are_answered_and_nothing_is_lost(
    tmp_path: Path, fault: Fault, remedy: Fault, words: str
) -> None:
    async with started(tmp_path) as processes:
        load = Load(processes.port, pace=PACE)

        async def do(what: Fault) -> None:
            what(tmp_path, processes)

        await fails(load, tmp_path, lambda: do(fault), lambda: do(remedy))
        assert (await rest(SqliteInbox(tmp_path / "disk" / "inbox.db"))).dead == 0
    expect_all_once(load, tmp_path)
    assert words in (tmp_path / "stderr").read_text(encoding="utf-8")


async def test_a_folder_that_comes_later_is_found_and_nothing_is_lost(tmp_path: Path) -> None:
    async with started(tmp_path) as processes:
        (tmp_path / "disk").rmdir()  # before the server is so far
        load = Load(processes.port, pace=PACE)

        async def nothing() -> None: ...

        async def make_it() -> None:
            (tmp_path / "disk").mkdir(exist_ok=True)

        await fails(load, tmp_path, nothing, make_it, times=1)
        await rest(SqliteInbox(tmp_path / "disk" / "inbox.db"))
    expect_all_once(load, tmp_path)
    assert "the folder must exist" in (tmp_path / "stderr").read_text(encoding="utf-8")


async def test_a_clock_that_is_set_back_holds_up_nothing_not_even_after_a_kill(tmp_path: Path) -> None:
    back = tell("-3600", to=CLOCK)
    async with started(tmp_path, workers=1) as processes:
        load = Load(processes.port, pace=PACE)
        async with load.going(keys=6, messages=3, calls=2):
            await load.more(200)
            back(tmp_path, processes)
            await load.more(200)
        before = time.monotonic()
        await rest(SqliteInbox(tmp_path / "disk" / "inbox.db", clock=lambda: time.time() - 3600))
        assert time.monotonic() - before < 5
        expect_all_once(load, tmp_path)
        async with load.going(keys=6):
            await load.more(100)
            processes.again(1, signal.SIGKILL)
            await load.more(100)
        await rest(SqliteInbox(tmp_path / "disk" / "inbox.db", clock=lambda: time.time() - 3600))
    assert load.answered <= set(Handled(tmp_path).times)


# Beside other tests, on two cores, three processes may have no turn for as long as a lease, and count as ended.
APART = pytest.mark.skipif(KILLS < 10, reason="needs the machine for itself: `make chaos` runs it")


@pytest.mark.parametrize(
    "workers", [pytest.param(0, id="a server"), pytest.param(2, id="a server and two workers apart", marks=APART)]
)
async def test_while_postgres_is_cut_off_calls_are_answered_and_nothing_is_lost(
    tmp_path: Path, dsn: str, workers: int
) -> None:
    await PostgresInbox(dsn).migrate()
    async with relayed(dsn) as (relay, way), started(tmp_path, workers=workers, dsn=way) as processes:
        load = Load(processes.port, pace=PACE)
        await fails(load, tmp_path, relay.cut, relay.mend, away=1.2 * LEASE)
        assert (await rest(PostgresInbox(dsn))).dead == 0
    expect_all_once(load, tmp_path)
    assert "it goes on by itself" in (tmp_path / "stderr").read_text(encoding="utf-8")


@pytest.mark.skipif(KILLS < 10, reason="takes 20 seconds: `make chaos` runs it")
async def test_a_database_that_says_nothing_keeps_no_caller_waiting_and_no_server_from_ending(
    tmp_path: Path, dsn: str
) -> None:
    await PostgresInbox(dsn).migrate()
    async with relayed(dsn) as (relay, way), started(tmp_path, dsn=way, drain=1.0) as processes:
        load = Load(processes.port, pace=PACE)
        async with load.going(keys=6, messages=3, answers=2):
            relay.hush()
            async with asyncio.timeout(20):
                while not load.statuses["messages", 503]:
                    await asyncio.sleep(0.01)
            began = time.monotonic()
            processes.running[0].send_signal(signal.SIGTERM)
            await asyncio.to_thread(processes.running[0].wait, 20)
            assert time.monotonic() - began < 15
            await relay.cut()
            await relay.mend()
            processes.again(0, signal.SIGTERM)
            await load.more(100)
        await taken_up(tmp_path)
        await rest(PostgresInbox(dsn))
    handled = Handled(tmp_path)
    print(f"\n{load.told(handled)}")
    # What had run could not be marked before the server ended, and so ran again.
    assert load.answered <= set(handled.times)
    assert handled.twice <= 2 * (6 + 3)
    assert load.silences == 0
    assert load.slowest < 2.0
