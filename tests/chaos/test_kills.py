"""Processes are killed at random under load; nothing that was answered with 200 is lost. `make chaos` takes longer."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from webhooks.inbox import Counts, Inbox, PostgresInbox, SqliteInbox

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("CHAOS_KILLS", "2"))
CALLERS = 16
CONCURRENCY = 16
PATIENCE = 60.0


@dataclass
class Load:
    """What was delivered and answered with 200."""

    port: int
    going: bool = True
    answered: set[tuple[str, int]] = field(default_factory=set)
    deliveries: int = 0
    repeated: int = 0

    async def call(self, name: str) -> None:
        """One call's keys, each until it is answered; one in ten once more."""
        chance, number = random.Random(name), 0
        while self.going:
            number += 1
            await self._insist(name, number)
            if chance.random() < 0.1:
                self.repeated += 1
                await self._insist(name, number)

    async def _insist(self, name: str, number: int) -> None:
        while not await self._deliver(name, number):
            await asyncio.sleep(0.02)
        self.deliveries += 1
        self.answered.add((name, number))

    async def _deliver(self, name: str, number: int) -> bool:
        at = f"2026-01-01T00:{number // 600 % 60:02}:{number // 10 % 60:02}.{number % 10}{number // 36000:03}Z"
        event = {"eventType": "dtmf", "callId": name, "eventTime": at, "digit": "1", "tag": str(number)}
        body = json.dumps(event).encode()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                head = f"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                async with asyncio.timeout(PATIENCE):
                    return (await reader.readline()).startswith(b"HTTP/1.1 200")
            finally:
                writer.close()
        except OSError:
            return False


class Processes:
    """A server, and workers apart where it has none of its own."""

    def __init__(self, folder: Path, *, apart: bool, dsn: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        here = "no" if apart else "yes"
        self._environ = {**os.environ, "CHAOS_FOLDER": str(folder), "CHAOS_HERE": here, "CHAOS_DSN": dsn}
        server = ["uvicorn", "tests.chaos.served:hooks", "--port", str(self.port), "--no-access-log"]
        worker = ["webhooks", "worker", "tests.chaos.served:hooks"]
        self._commands = [server, worker, worker] if apart else [server]
        self._errors = (folder / "stderr").open("ab")
        self.running = [self._start(command) for command in self._commands]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=self._environ, stdout=self._errors, stderr=self._errors
        )

    def kill_one(self, chance: random.Random) -> None:
        """Kill one of them, and start another in its place."""
        index = chance.randrange(len(self.running))
        self.running[index].kill()
        self.running[index].wait()
        self.running[index] = self._start(self._commands[index])

    def end(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(PATIENCE)
        self._errors.close()


async def place(load: Load, processes: Processes, inbox: Inbox) -> float:
    """Load and kills, then rest until all is handled; the seconds of load."""
    chance = random.Random(7)
    calls = [asyncio.create_task(load.call(f"c-{number}")) for number in range(CALLERS)]
    while not load.answered:
        await asyncio.sleep(0.02)
    started = time.monotonic()
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 1.3))
        before = load.deliveries
        processes.kill_one(chance)
        async with asyncio.timeout(PATIENCE):
            while load.deliveries < before + 100:
                await asyncio.sleep(0.02)
    load.going = False
    await asyncio.gather(*calls)
    seconds = time.monotonic() - started
    await _rest(inbox)
    return seconds


async def _rest(inbox: Inbox) -> Counts:
    await inbox.open()
    try:
        async with asyncio.timeout(PATIENCE):
            while (counts := await inbox.counts()).waiting or counts.running:
                await asyncio.sleep(0.05)
        assert counts.dead == 0
        return counts
    finally:
        await inbox.close()


@pytest.fixture(params=["SQLite", "Postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """A DSN, or "" for a file."""
    if request.param == "SQLite":
        return ""
    dsn: str = request.getfixturevalue("dsn")
    asyncio.run(PostgresInbox(dsn).migrate())
    return dsn


@pytest.mark.parametrize("apart", [False, True], ids=["a server", "a server and two workers apart"])
async def test_nothing_that_was_answered_is_lost_when_processes_are_killed(
    tmp_path: Path, store: str, *, apart: bool
) -> None:
    processes = Processes(tmp_path, apart=apart, dsn=store)
    load = Load(processes.port)
    try:
        seconds = await place(load, processes, PostgresInbox(store) if store else SqliteInbox(tmp_path / "inbox.db"))
    finally:
        processes.end()
    runs = [(name, int(number)) for name, number in map(str.split, (tmp_path / "handled").read_text().splitlines())]
    times = Counter(runs)
    twice = sum(count - 1 for count in times.values())
    print(
        f"\n{load.deliveries} deliveries answered with 200 in {seconds:.1f} s "
        f"({load.deliveries / seconds:.0f} a second), "
        f"{load.repeated} repeated on purpose, {KILLS} kills; handled {len(times)}, of these twice {twice}, "
        f"lost {len(load.answered - set(times))}"
    )
    assert load.answered <= set(times)
    # Only what ran, or had run and was not marked yet, when its process was killed: one commit's worth.
    assert twice <= KILLS * 4 * CONCURRENCY
    order: dict[str, list[int]] = defaultdict(list)
    for name, number in dict.fromkeys(runs):
        order[name].append(number)
    assert all(numbers == sorted(numbers) for numbers in order.values())
