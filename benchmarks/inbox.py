"""What the durable inbox costs: notifications to one uvicorn worker, on 32 connections that are kept alive.

    python benchmarks/inbox.py [--turns 5] [--seconds 2] [--connections 32] [--rows 1000000]

Apps without an inbox, with a SqliteInbox, with one that commits each delivery by itself, and with a PostgresInbox, in
turns, so that a machine whose speed drifts does so for all. Then `accept` alone, on an empty file and on one with many
rows. Prints medians.
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
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from webhooks import AllowAll, Webhooks
from webhooks.events import DisconnectEvent
from webhooks.inbox import Background, Envelope, Inbox, PostgresInbox, SqliteInbox, writer

KINDS = ("none", "inbox", "single", "postgres")
POSTGRES = "postgresql://postgres@127.0.0.1:5432/test"


def make_app() -> Webhooks:
    """The app of a server process: what it is says the environment."""
    kind, folder = os.environ["BENCH_KIND"], Path(os.environ["BENCH_FOLDER"])
    if kind == "single":
        writer._MOST = 1  # noqa: SLF001 - a commit for each delivery, to compare with
    inbox: Inbox | None = None if kind == "none" else SqliteInbox(folder / f"{kind}.db")
    if kind == "postgres":
        inbox = PostgresInbox(os.environ["BENCH_DSN"])
    settings: dict[str, Any] = (
        {} if inbox is None else {"inbox": inbox, "background": Background(spool=folder / "spool")}
    )
    hooks = Webhooks(auth=AllowAll(), **settings)

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None: ...

    return hooks


class Server:
    """One uvicorn worker in a process of its own."""

    def __init__(self, kind: str, folder: str, dsn: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = ["--factory", "--port", str(self.port), "--no-access-log", "--log-level", "error"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "inbox:make_app", *options],
            cwd=Path(__file__).parent,
            env={**os.environ, "BENCH_KIND": kind, "BENCH_FOLDER": folder, "BENCH_DSN": dsn},
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

    def busy(self) -> float:
        """Seconds of processor time that it has had (proc_pid_stat(5)); none where nobody tells."""
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            return 0.0
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    async def rest(self) -> None:
        """Wait until it has handled what it answered: the next turn is another's."""
        before = -1.0
        while self.busy() - before > 0.02:
            before = self.busy()
            await asyncio.sleep(0.2)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)


def delivery(number: int) -> bytes:
    event = {"eventType": "disconnect", "eventTime": "2026-01-01T00:00:00.123Z", "callId": f"c-{number}"}
    facts = {"accountId": "9900000", "applicationId": "a", "from": "+19195550123", "cause": "hangup"}
    body = json.dumps(event | facts).encode()
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


class Figures(NamedTuple):
    """Of one turn."""

    rate: float
    """Deliveries a second."""
    late: float
    """The 99th percentile of the seconds to an answer."""
    cpu: float
    """Seconds of processor time for each delivery, of all the server's threads."""


async def turn(server: Server, connections: int, seconds: float) -> Figures:
    taken, began, busy = list[float](), time.perf_counter(), server.busy()
    first = time.time_ns()  # calls of their own, each turn
    numbers = [first + index * 10_000_000 for index in range(connections)]
    await asyncio.gather(*(connection(server.port, number, began + seconds, taken) for number in numbers))
    rate = len(taken) / (time.perf_counter() - began)
    await server.rest()
    return Figures(rate, statistics.quantiles(taken, n=100)[98], (server.busy() - busy) / len(taken))


async def serve_all(turns: int, seconds: float, connections: int) -> None:
    with tempfile.TemporaryDirectory() as folder, schema() as dsn:
        servers = {kind: Server(kind, folder, dsn) for kind in KINDS if dsn or kind != "postgres"}
        results: dict[str, list[Figures]] = {kind: [] for kind in servers}
        try:
            for server in servers.values():
                await server.ready()
            for _ in range(turns):
                for kind, server in servers.items():
                    results[kind].append(await turn(server, connections, seconds))
        finally:
            for server in servers.values():
                server.stop()
    for kind, found in results.items():
        rate, late, cpu = (statistics.median(values) for values in zip(*found, strict=True))
        print(f"{kind:<9}{rate:>8.0f} a second   p99 {late * 1000:6.1f} ms   processor {cpu * 1e6:6.0f} us each")
    for kind, other in (("inbox", "none"), ("inbox", "single")):
        ratios = sorted(one.rate / base.rate for one, base in zip(results[kind], results[other], strict=True))
        print(f"{kind} / {other:<7} {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


@contextmanager
def schema() -> Iterator[str]:
    """How to connect to a schema of a Postgres of which nothing is left; empty, where none answers."""
    name, where = f"webhooks_bench_{uuid.uuid4().hex[:12]}", os.environ.get("TEST_POSTGRES", POSTGRES)
    try:
        connection = psycopg.connect(where, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        print("postgres: none answers at TEST_POSTGRES, by default 127.0.0.1:5432")
        yield ""
        return
    with connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        dsn = f"{where}?options=-csearch_path%3D{name}"
        try:
            PostgresInbox(dsn)._migrate()  # noqa: SLF001 - before any event loop
            yield dsn
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


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
