"""What the durable inbox costs: notifications to one uvicorn worker, on 32 connections that are kept alive.

    python benchmarks/inbox.py [--turns 5] [--seconds 2] [--connections 32] [--rows 1000000]

Apps without an inbox, with a SqliteInbox, and with one that commits each delivery by itself, in turns, so that a
machine whose speed drifts does so for all. Then `accept` alone, on an empty file and on one with many rows.
Prints medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from webhooks import AllowAll, Webhooks
from webhooks.events import DisconnectEvent
from webhooks.inbox import Background, Envelope, SqliteInbox, writer

KINDS = ("none", "inbox", "single")


def make_app() -> Webhooks:
    """The app of a server process: what it is says the environment."""
    kind, folder = os.environ["BENCH_KIND"], Path(os.environ["BENCH_FOLDER"])
    if kind == "single":
        writer._MOST = 1  # noqa: SLF001 - a commit for each delivery, to compare with
    inbox = None if kind == "none" else SqliteInbox(folder / f"{kind}.db")
    settings = {} if inbox is None else {"inbox": inbox, "background": Background(spool=folder / "spool")}
    hooks = Webhooks(auth=AllowAll(), **settings)

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None: ...

    return hooks


class Server:
    """One uvicorn worker in a process of its own."""

    def __init__(self, kind: str, folder: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = ["--factory", "--port", str(self.port), "--no-access-log", "--log-level", "error"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "inbox:make_app", *options],
            cwd=Path(__file__).parent,
            env={**os.environ, "BENCH_KIND": kind, "BENCH_FOLDER": folder},
        )

    async def ready(self) -> None:
        """Wait until it listens."""
        for _ in range(100):
            try:
                _, stream = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                stream.close()
                return
        raise SystemExit("the server did not start")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)


def delivery(number: int) -> bytes:
    event = {"eventType": "disconnect", "eventTime": "2026-01-01T00:00:00Z", "callId": f"c-{number}", "cause": "hangup"}
    body = json.dumps({**event, "accountId": "9900000", "applicationId": "a", "from": "+19195550123"}).encode()
    return b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def connection(port: int, number: int, until: float, taken: list[float]) -> None:
    reader, stream = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        number += 1
        began = time.perf_counter()
        stream.write(delivery(number))
        reply = await reader.readuntil(b"\r\n\r\n")
        if not reply.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"an unexpected reply: {reply!r}")
        taken.append(time.perf_counter() - began)
    stream.close()


async def turn(server: Server, connections: int, seconds: float) -> tuple[float, float]:
    """Deliveries a second, and the 99th percentile of the seconds to an answer."""
    taken, began = list[float](), time.perf_counter()
    first = time.time_ns()  # calls of their own, each turn
    numbers = [first + index * 10_000_000 for index in range(connections)]
    await asyncio.gather(*(connection(server.port, number, began + seconds, taken) for number in numbers))
    return len(taken) / (time.perf_counter() - began), statistics.quantiles(taken, n=100)[98]


async def serve_all(turns: int, seconds: float, connections: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        servers = {kind: Server(kind, folder) for kind in KINDS}
        results: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
        try:
            for server in servers.values():
                await server.ready()
            for _ in range(turns):
                for kind, server in servers.items():
                    results[kind].append(await turn(server, connections, seconds))
        finally:
            for server in servers.values():
                server.stop()
    rates = {kind: statistics.median(rate for rate, _ in found) for kind, found in results.items()}
    for kind, found in results.items():
        p99 = statistics.median(slow for _, slow in found)
        print(f"{kind:<8}{rates[kind]:>8.0f} a second   p99 {p99 * 1000:6.1f} ms")
    print(f"inbox / none    {rates['inbox'] / rates['none']:.2f}")
    print(f"inbox / single  {rates['inbox'] / rates['single']:.2f}")


async def accepts(inbox: SqliteInbox, first: int, count: int, at_once: int = 32) -> float:
    """Accepts a second."""

    async def some(number: int) -> None:
        for index in range(count // at_once):
            await inbox.accept(Envelope(f"{first + number * count + index:024x}", body=b"x" * 700))

    began = time.perf_counter()
    await asyncio.gather(*(some(number) for number in range(at_once)))
    return count / (time.perf_counter() - began)


FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO delivery (key, status, first_seen, due, head, body)
SELECT lower(hex(randomblob(12))), 'done', ?, ?, '["", "", "", "", []]', x'' FROM n
"""


async def many_rows(rows: int) -> None:
    rates: dict[str, list[float]] = {"empty": [], "full": []}
    with tempfile.TemporaryDirectory() as folder:
        inboxes = {name: SqliteInbox(Path(folder) / name) for name in rates}
        for inbox in inboxes.values():
            await inbox.open()
        connected = sqlite3.connect(Path(folder) / "full")
        connected.execute(FILL, (rows, time.time(), time.time()))
        connected.commit()
        connected.close()
        for number in range(7):
            for name, inbox in inboxes.items():
                rates[name].append(await accepts(inbox, (number + 1) * 10**9, 6400))
        for inbox in inboxes.values():
            await inbox.close()
    empty, full = statistics.median(rates["empty"]), statistics.median(rates["full"])
    print(
        f"accept alone, 32 at once: {empty:.0f} a second; with {rows:,} rows {full:.0f}, {empty / full:.2f}"
        " times slower"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="What the durable inbox costs.")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    asyncio.run(serve_all(options.turns, options.seconds, options.connections))
    asyncio.run(many_rows(options.rows))


if __name__ == "__main__":
    main()
