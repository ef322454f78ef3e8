"""A server and workers, each a process of its own, and what they wrote down."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from webhooks.inbox import Counts, Inbox

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds after which a test gives up."""
LEASE = 2.5
"""Seconds after which a process that gave no sign counts as ended."""
FAULT = "fault"
"""The file in the folder that says what SQLite is told before each transaction."""
CLOCK = "clock"
"""The file in the folder that says by how many seconds the clock is wrong."""


class Processes:
    """A server, and workers apart where it has none of its own."""

    def __init__(self, folder: Path, *, workers: int = 0, dsn: str = "", drain: float = 10.0) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        told = {"FOLDER": str(folder), "HERE": "no" if workers else "yes", "DSN": dsn, "DRAIN": str(drain)}
        self._environ = {**os.environ, **{f"CHAOS_{name}": value for name, value in told.items()}}
        server = ["uvicorn", "tests.chaos.served:hooks", "--port", str(self.port), "--no-access-log"]
        worker = ["webhooks", "worker", "tests.chaos.served:hooks"]
        self._commands = [server, *([worker] * workers)]
        self._errors = (folder / "stderr").open("ab")
        self.running = [self._start(command) for command in self._commands]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=self._environ, stdout=self._errors, stderr=self._errors
        )

    @property
    def server(self) -> int:
        """Its process's id."""
        return self.running[0].pid

    def again(self, index: int, sign: signal.Signals) -> None:
        """End one of them, and start another in its place."""
        self.running[index].send_signal(sign)
        self.running[index].wait(PATIENCE)
        self.running[index] = self._start(self._commands[index])

    def end(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        try:
            for process in self.running:
                process.wait(PATIENCE)
        finally:
            for process in self.running:
                process.kill()
            self._errors.close()


@asynccontextmanager
async def started(folder: Path, *, workers: int = 0, dsn: str = "", drain: float = 10.0) -> AsyncGenerator[Processes]:
    """Processes, ended afterwards."""
    (folder / "disk").mkdir(exist_ok=True)
    processes = Processes(folder, workers=workers, dsn=dsn, drain=drain)
    try:
        yield processes
    finally:
        await asyncio.to_thread(processes.end)


async def rest(inbox: Inbox) -> Counts:
    """Wait until all is handled, or dead."""
    await inbox.open()
    try:
        async with asyncio.timeout(PATIENCE):
            while (counts := await inbox.counts()).waiting or counts.running:
                await asyncio.sleep(0.05)
        return counts
    finally:
        await inbox.close()


async def taken_up(folder: Path) -> None:
    """Wait until nothing is in the spool."""
    async with asyncio.timeout(PATIENCE):
        while any(folder.glob("spool*")):
            await asyncio.sleep(0.05)


class Handled:
    """What handlers wrote down."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / "handled").read_text(encoding="ascii").splitlines()
        self._runs = [(name, int(number)) for name, number in map(str.split, lines)]
        self.times = Counter(self._runs)
        self.twice = sum(count - 1 for count in self.times.values())
        """How often one was handled that had been before."""

    @property
    def in_order(self) -> bool:
        """Whether each call's and each conversation's came one after the other."""
        order: dict[str, list[int]] = defaultdict(list)
        for name, number in dict.fromkeys(self._runs):
            order[name].append(number)
        return all(numbers == sorted(numbers) for numbers in order.values())
