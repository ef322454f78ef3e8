"""Servers on loopback, and a load for them that is bounded in time: what `receive.py` and `contest.py` measure with.

wrk places the load where it is installed, else a small client of our own, which takes more from a machine of two cores
than wrk does and so makes all ratios look worse.
"""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

HERE = Path(__file__).parent
COUNTER = b"000000000000"
"""Stands in a body once, and for another number in each delivery: no delivery is another's repetition."""


@dataclass(frozen=True)
class Contestant:
    """An app, and what is posted to it."""

    name: str
    target: str
    """`module:attribute`, of this folder."""
    body: bytes
    answer: bytes = b""
    """What must come back."""
    authorization: str = ""
    path: str = "/"
    options: tuple[str, ...] = ("--no-access-log", "--lifespan", "off")
    """Of uvicorn."""
    tree: str = ""
    """Where the package is taken from, when it is not the one that is installed."""


@dataclass(frozen=True)
class Turn:
    """What one turn measured."""

    rate: float
    """Deliveries per second."""
    cpu: float
    """Microseconds of the server's CPU for each."""


class Server:
    """One uvicorn worker in a process of its own."""

    def __init__(self, contestant: Contestant) -> None:
        self.contestant = contestant
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = ["--port", str(self.port), "--log-level", "warning", *contestant.options]
        command = [sys.executable, "-m", "uvicorn", contestant.target, *options]
        environment = os.environ | ({"PYTHONPATH": contestant.tree} if contestant.tree else {})
        self.process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, env=environment)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit(f"{self.contestant.name}: the server did not start")

    def cpu(self) -> float:
        """Seconds of CPU so far, children included."""
        pids = [str(self.process.pid), *children(self.process.pid)]
        return sum(_cpu_of(pid) for pid in pids)

    def memory(self) -> int:
        """Bytes that are resident now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)

    def turn(self, connections: int, seconds: float) -> Turn:
        """Place a load."""
        cpu, started = self.cpu(), time.perf_counter()
        place = place_with_wrk if shutil.which("wrk") else place_with_sockets
        count = place(self, connections, seconds)
        elapsed, used = time.perf_counter() - started, self.cpu() - cpu
        return Turn(count / elapsed, used / count * 1e6)


def children(pid: int) -> list[str]:
    """Process ids of workers."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _cpu_of(pid: str) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def place_with_wrk(server: Server, connections: int, seconds: float) -> int:
    """Deliveries that were answered with a 2xx; any other answer ends the run."""
    one = server.contestant
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "body").write_bytes(one.body)
        script = Path(folder, "post.lua")
        script.write_text(
            f'wrk.method = "POST"\nlocal body = io.open("{folder}/body"):read("*a")\n'
            f'local from, to = body:find("{COUNTER.decode()}", 1, true)\n'
            "local head, tail = body:sub(1, from - 1), body:sub(to + 1)\n"
            f'wrk.headers["authorization"] = "{one.authorization}"\n'
            'wrk.headers["content-type"] = "application/json; charset=utf-8"\n'
            # Another run, another million.
            "local number = (os.time() % 100000) * 1000000\n"
            "request = function()\n  number = number + 1\n"
            '  return wrk.format(nil, nil, nil, head .. string.format("%012d", number) .. tail)\nend\n'
        )
        options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
        command = ["wrk", *options, f"http://127.0.0.1:{server.port}{one.path}"]
        report = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    if "Non-2xx" in report:
        raise SystemExit(f"{one.name}:\n{report}")
    return int(report.partition(" requests in")[0].rpartition("\n")[2])


def request_of(one: Contestant) -> bytes:
    """The bytes of one delivery."""
    authorization = f"authorization: {one.authorization}\r\n" if one.authorization else ""
    return (
        f"POST {one.path} HTTP/1.1\r\nhost: localhost\r\n{authorization}"
        f"content-type: application/json; charset=utf-8\r\ncontent-length: {len(one.body)}\r\n\r\n"
    ).encode() + one.body


def read_reply(connection: socket.socket) -> bytes:
    """The body of one whole reply; any but a 200 ends the run."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection, data)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"an unexpected reply: {data!r}")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))[15:])
    while len(body) < length:
        body += _received(connection, data)
    return body


def _received(connection: socket.socket, so_far: bytes) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise SystemExit(f"the connection closed after {so_far!r}")
    return chunk


def check(server: Server) -> None:
    """One delivery, whose answer must be the expected one."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(request_of(server.contestant))
        body = read_reply(connection)
    if body != server.contestant.answer:
        raise SystemExit(f"{server.contestant.name} answered {body!r}")


def place_with_sockets(server: Server, connections: int, seconds: float = inf, *, count: float = inf) -> int:
    """Deliveries that were answered with a 200: so many, or for so long."""
    requests = (
        request_of(server.contestant).replace(COUNTER, b"%012d" % number, 1)
        for number in itertools.count(time.time_ns() // 1000 % 10**11)
    )
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(connections)]
    for connection in sockets:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(next(requests))
    placed, started = connections, time.perf_counter()
    while placed < count and time.perf_counter() - started < seconds:
        for connection in sockets:
            read_reply(connection)
            connection.sendall(next(requests))
        placed += connections
    for connection in sockets:
        read_reply(connection)
        connection.close()
    return placed


def contest(
    contestants: Sequence[Contestant],
    *,
    turns: int,
    connections: int,
    seconds: float,
    told: Callable[[str], None] = lambda line: None,
) -> dict[str, list[Turn]]:
    """All of them in turns, A B C A B C, so that a machine whose speed drifts does so for all."""
    servers = [Server(one) for one in contestants]
    found: dict[str, list[Turn]] = {one.name: [] for one in contestants}
    try:
        for server in servers:
            check(server)
            server.turn(connections, 1)  # warm
        for number in range(turns):
            told(f"turn {number + 1} of {turns}")
            for server in servers:
                found[server.contestant.name].append(server.turn(connections, seconds))
    finally:
        for server in servers:
            server.stop()
    return found


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Median, smallest and largest of the ratios of turns that stood side by side."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)
