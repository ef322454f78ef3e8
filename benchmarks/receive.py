"""What a delivery costs: one uvicorn worker, keep-alive connections, an answer event in, three verbs of BXML out.

    python benchmarks/receive.py [--turns 9] [--seconds 2] [--connections 32]

The bare ASGI callable and the app are measured in turns, A B A B, so that a machine whose speed drifts does so for
both. All traffic stays on loopback and is bounded in time. wrk places the load where it is installed, else a small
client of our own, which takes more from a machine of two cores than wrk does and so makes all ratios look worse.
Prints medians; single figures of a noisy machine mean little.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from webhooks import Delivery

sys.path.insert(0, str(Path(__file__).parent))
from apps import ANSWER, AUTHORIZATION, BXML, CALL, hooks

REQUEST = (
    f"POST / HTTP/1.1\r\nhost: localhost\r\nauthorization: {AUTHORIZATION}\r\n"
    f"content-type: application/json; charset=utf-8\r\ncontent-length: {len(ANSWER)}\r\n\r\n"
).encode() + ANSWER


NUMBERS = itertools.count()


def numbered(request: bytes) -> bytes:
    """A request about a call of its own."""
    return request.replace(CALL, b"%09d" % next(NUMBERS))


class Server:
    """One uvicorn worker in a process of its own."""

    def __init__(self, name: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = ["--port", str(self.port), "--no-access-log", "--log-level", "warning", "--lifespan", "off"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", f"apps:{name}", *options], cwd=Path(__file__).parent
        )
        self._wait()

    def _wait(self) -> None:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("the server did not start")

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


def read_reply(connection: socket.socket) -> None:
    """One whole reply; an answer other than the expected one ends the run."""
    data = b""
    while not data.endswith(b"</Response>"):
        chunk = connection.recv(65536)
        if not chunk:
            raise SystemExit(f"the connection closed after {data!r}")
        data += chunk
    if not data.startswith(b"HTTP/1.1 200") or not data.endswith(BXML):
        raise SystemExit(f"an unexpected reply: {data!r}")


def turn(server: Server, connections: int, seconds: float) -> tuple[float, float]:
    """Deliveries per second, and microseconds of the server's CPU per delivery."""
    cpu, started = server.cpu(), time.perf_counter()
    place = place_with_wrk if shutil.which("wrk") else place_with_sockets
    count = place(server.port, connections, seconds)
    elapsed, used = time.perf_counter() - started, server.cpu() - cpu
    return count / elapsed, used / count * 1e6


def place_with_wrk(port: int, connections: int, seconds: float) -> int:
    """Deliveries that were answered with 200; any other answer ends the run."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "body").write_bytes(ANSWER)
        script = Path(folder, "post.lua")
        script.write_text(
            'wrk.method = "POST"\n'
            f'wrk.body = io.open("{folder}/body"):read("*a")\n'
            f'wrk.headers["authorization"] = "{AUTHORIZATION}"\n'
            'wrk.headers["content-type"] = "application/json; charset=utf-8"\n'
            f"local body, number = wrk.body, {next(NUMBERS)} * 1000000\n"
            "function request()\n"
            "  number = number + 1\n"
            f'  local numbered = string.gsub(body, "{CALL.decode()}", string.format("%09d", number), 1)\n'
            "  return wrk.format(nil, nil, nil, numbered)\n"
            "end\n"
        )
        options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
        report = subprocess.run(
            ["wrk", *options, f"http://127.0.0.1:{port}/"], capture_output=True, check=True, text=True
        ).stdout
    if "Non-2xx" in report:
        raise SystemExit(report)
    return int(report.partition(" requests in")[0].rpartition("\n")[2])


def place_with_sockets(port: int, connections: int, seconds: float) -> int:
    """Deliveries that were answered with the expected bytes; any other answer ends the run."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    for connection in sockets:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(numbered(REQUEST))
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for connection in sockets:
            read_reply(connection)
            connection.sendall(numbered(REQUEST))
        count += connections
    for connection in sockets:
        read_reply(connection)
        connection.close()
    return count


def over_http(turns: int, connections: int, seconds: float) -> None:
    servers = {"bare": Server("bare"), "webhooks": Server("hooks")}
    try:
        for server in servers.values():
            turn(server, connections, 0.5)  # warm
        figures: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
        for _ in range(turns):
            for name, server in servers.items():
                figures[name].append(turn(server, connections, seconds))
    finally:
        for server in servers.values():
            server.stop()
    for name, values in figures.items():
        rates, costs = zip(*values, strict=True)
        print(f"{name:<10} {statistics.median(rates):8.0f} deliveries/s   {statistics.median(costs):6.1f} us CPU each")
    pairs = list(zip(figures["webhooks"], figures["bare"], strict=True))
    show("throughput, webhooks / bare", [ours[0] / bare[0] for ours, bare in pairs])
    show("server CPU, webhooks / bare", [ours[1] / bare[1] for ours, bare in pairs])


def show(what: str, ratios: list[float]) -> None:
    print(f"{what}: {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


async def in_process(count: int) -> None:
    """Without a server: from a delivery to its reply, and from an ASGI scope to the last send."""
    headers = Delivery.of(headers={"authorization": AUTHORIZATION}).headers
    scope = {"type": "http", "method": "POST", "path": "/", "headers": list(headers), "query_string": b""}
    current = [b""]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": current[0], "more_body": False}

    async def send(message: Any) -> None: ...

    for name, once in (
        ("receive(delivery)", lambda: hooks.receive(Delivery("POST", "/", current[0], b"", headers))),
        ("the ASGI callable", lambda: hooks(scope, receive, send)),
    ):
        rounds = []
        for _ in range(7):
            bodies = [numbered(ANSWER) for _ in range(count)]
            started = time.perf_counter()
            for current[0] in bodies:
                await once()
            rounds.append((time.perf_counter() - started) / count * 1e6)
        print(f"in process, {name}: {statistics.median(rounds):.1f} us")


def import_time(statement: str) -> float:
    """Milliseconds, the best of five fresh processes."""
    code = f"import time; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(5)]
    return min(map(float, runs)) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    over_http(given.turns, given.connections, given.seconds)
    asyncio.run(in_process(3000))
    ours = import_time("import webhooks")
    theirs = import_time("import starlette.applications, starlette.routing, pydantic; pydantic.BaseModel")
    print(f"import webhooks: {ours:.0f} ms; starlette and pydantic alone: {theirs:.0f} ms; ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
