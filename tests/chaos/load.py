"""Deliveries from real sockets: keys that callers press, messages, and calls that somebody has to answer."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.processes import PATIENCE, Handled

Answer = tuple[int, bytes]


@dataclass
class Load:
    """What was delivered, and what was answered."""

    port: int
    pace: float = 0.0
    """Seconds between two deliveries of one caller."""
    slow: int = 0
    """Each so manieth key takes its handler long; none, when 0."""
    answered: set[tuple[str, int]] = field(default_factory=set)
    """Keys and messages that heard 200."""
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """What keys, messages and calls heard; 0 is no answer."""
    silences: int = 0
    """Calls that heard no BXML."""
    slowest: float = 0.0
    """Seconds until a call was answered."""
    repeated: int = 0

    @property
    def deliveries(self) -> int:
        """How many heard 200."""
        return sum(count for (_, status), count in self.statuses.items() if status == 200)

    @asynccontextmanager
    async def going(
        self, *, keys: int = 0, messages: int = 0, calls: int = 0, answers: int = 0
    ) -> AsyncGenerator[None]:
        """So many of each at once, from the first answer on; each key and message until it is answered with 200."""
        await self._listening()
        over = asyncio.Event()
        tellers = [("keys", f"k-{number}") for number in range(keys)]
        tellers += [("messages", f"m-{number}") for number in range(messages)]
        tasks = [asyncio.create_task(self._tell(kind, name, over)) for kind, name in tellers]
        tasks += [asyncio.create_task(self._call(over, "answer", "initiate")) for _ in range(calls)]
        tasks += [asyncio.create_task(self._call(over, "answer")) for _ in range(answers)]
        try:
            await self.more(1)
            yield
        finally:
            over.set()
            await asyncio.gather(*tasks)

    async def _listening(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await self._deliver("none", {}):
                await asyncio.sleep(0.02)
        self.statuses.clear()

    async def more(self, count: int) -> None:
        """Wait for so many more answers of 200."""
        enough = self.deliveries + count
        async with asyncio.timeout(PATIENCE):
            while self.deliveries < enough:
                await asyncio.sleep(0.01)

    async def _tell(self, kind: str, name: str, over: asyncio.Event) -> None:
        """One caller's keys, or one sender's messages; one in ten once more."""
        chance, number = random.Random(name), 0
        while not over.is_set():
            number += 1
            for _ in range(1 + (chance.random() < 0.1)):
                while await self._deliver(kind, _event(kind, name, number, self.slow)) != 200:
                    await asyncio.sleep(0.02)
                self.repeated += (name, number) in self.answered
                self.answered.add((name, number))
                await asyncio.sleep(self.pace)

    async def _call(self, over: asyncio.Event, *event_types: str) -> None:
        """Calls, one after the other. What handles "initiate" asks the database, too."""
        while not over.is_set():
            for event_type in event_types:
                began = time.monotonic()
                await self._deliver("calls", {"eventType": event_type, "callId": f"c-{time.monotonic_ns()}"})
                self.slowest = max(self.slowest, time.monotonic() - began)
                await asyncio.sleep(self.pace)

    async def _deliver(self, kind: str, event: object) -> int:
        try:
            status, body = await _post(self.port, json.dumps(event).encode())
        except (OSError, EOFError, IndexError):
            status, body = 0, b""
        # Between two servers there is nobody to answer, and Bandwidth would try the fallback URL.
        self.silences += kind == "calls" and status != 0 and b"<Hangup" not in body
        self.statuses[kind, status] += 1
        return status

    def told(self, handled: Handled) -> str:
        """The figures."""
        lost = len(self.answered - set(handled.times))
        heard = ", ".join(f"{kind} {status}: {count}" for (kind, status), count in sorted(self.statuses.items()))
        slowest = f"; the slowest answer to a call took {self.slowest:.2f} s" if self.slowest else ""
        return (
            f"{heard}; {self.repeated} repeated on purpose; handled {len(handled.times)}, "
            f"of these twice {handled.twice}, lost {lost}{slowest}"
        )


def _event(kind: str, name: str, number: int, slow: int) -> Any:
    if kind == "messages":
        message = {"id": f"{name} {number}", "owner": name, "from": name, "direction": "in", "text": "a"}
        return [{"type": "message-received", "time": "2026-01-01T00:00:00Z", "to": "b", "message": message}]
    at = f"2026-01-01T00:{number // 600 % 60:02}:{number // 10 % 60:02}.{number % 10}{number // 36000:03}Z"
    digit = "#" if slow and number % slow == 0 else "1"
    return {"eventType": "dtmf", "callId": name, "eventTime": at, "digit": digit, "tag": str(number)}


async def _post(port: int, body: bytes) -> Answer:
    """Status and body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
        return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
