from __future__ import annotations

import json
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STACKS = {
    "h11 and asyncio": ["--http", "h11", "--loop", "asyncio"],
    "httptools and uvloop": ["--http", "httptools", "--loop", "uvloop"],
}
PATIENCE = 20.0
"""Seconds after which a test gives up waiting for the server."""

AUTHORIZATION = {"Authorization": "Basic " + b64encode(b"bandwidth:s3cret").decode()}
ANSWER = json.dumps({"eventType": "answer", "eventTime": "2026-01-01T12:00:00Z", "callId": "c-1"})
XML = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'
WELCOME = XML.format('<Gather gatherUrl="{}/menu" maxDigits="1"><SpeakSentence>Press 1.</SpeakSentence></Gather>')


class Server:
    """A uvicorn of its own, and what it has written to stderr."""

    def __init__(self, *options: str, app: str = "tests.mounting.served:make_served") -> None:
        command = [sys.executable, "-m", "uvicorn", "--factory", app, "--host", "127.0.0.1", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, "--no-use-colors", "--no-access-log", *options],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._text = ""
        self._more = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._more:
                self._text += line
                self._more.notify_all()
        with self._more:
            self._ended = True
            self._more.notify_all()

    def said(self, pattern: str) -> str:
        """What the first group of `pattern` is in stderr, as soon as it is there."""
        with self._more:
            self._more.wait_for(lambda: self._ended or re.search(pattern, self._text), PATIENCE)
            found = re.search(pattern, self._text)
            assert found is not None, self._text
            return found[1] if found.groups() else found[0]

    @property
    def port(self) -> int:
        return int(self.said(r"Uvicorn running on http://127\.0\.0\.1:(\d+)"))

    def release(self) -> None:
        """Let the slow handler answer."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self, sign: signal.Signals) -> str:
        """Stop it; all that it wrote to stderr."""
        self.process.send_signal(sign)
        return self.ended()

    def ended(self) -> str:
        """All that it wrote to stderr, once it has ended."""
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return self._text

    def close(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stderr):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Starts servers, which end with the test."""
    with ExitStack() as stack:

        def begin(*options: str, app: str = "tests.mounting.served:make_served") -> Server:
            server = Server(*options, app=app)
            stack.callback(server.close)
            return server

        yield begin


@pytest.fixture(scope="module", params=STACKS.values(), ids=STACKS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server for all tests that leave it running; none of them may make it print a traceback."""
    server = Server(*request.param)
    try:
        yield server
        stderr = server.end(signal.SIGINT)
        assert "Finished server process" in stderr
        assert server.process.returncode == 0
        assert "Traceback" not in stderr
        assert "ERROR" not in stderr
    finally:
        server.close()


def delivery(connection: HTTPConnection, path: str = "/", *, credentials: bool = True) -> HTTPResponse:
    connection.request("POST", path, ANSWER, AUTHORIZATION if credentials else {})
    return connection.getresponse()


@contextmanager
def connected(server: Server) -> Iterator[HTTPConnection]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def half_sent(server: Server, length: int) -> Iterator[socket.socket]:
    """A connection with a delivery that has credentials, declares `length` bytes, and brings ten."""
    head = f"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in AUTHORIZATION.items())
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as sock:
        sock.sendall(f"{head}\r\n{ANSWER[:10]}".encode())
        yield sock


def assert_it_answers(server: Server) -> None:
    with connected(server) as connection:
        reply = delivery(connection)
        assert (reply.status, reply.getheader("content-type")) == (200, "application/xml")
        assert reply.read().decode() == WELCOME.format("")


def test_a_delivery_is_answered(server: Server) -> None:
    assert_it_answers(server)


@pytest.mark.parametrize("how", ["politely", "abruptly"])
def test_a_client_that_hangs_up_in_the_middle_of_its_body_harms_nobody(how: str, server: Server) -> None:
    with half_sent(server, 100) as sock:
        if how == "abruptly":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert_it_answers(server)


def test_a_body_over_the_limit_is_refused_before_it_has_come(server: Server) -> None:
    with half_sent(server, 50_000_000) as sock, sock.makefile("rb") as answer:
        assert answer.readline().startswith(b"HTTP/1.1 413 ")  # the words after it depend on the Python
    assert_it_answers(server)


def test_the_connection_is_kept_after_a_401(server: Server) -> None:
    with connected(server) as connection:
        reply = delivery(connection, credentials=False)
        assert (reply.status, reply.will_close) == (401, False)
        reply.read()
        kept = connection.sock
        assert delivery(connection).status == 200
        assert connection.sock is kept


def test_head_is_refused_without_a_body(server: Server) -> None:
    with connected(server) as connection:
        connection.request("HEAD", "/")
        reply = connection.getresponse()
        assert (reply.status, reply.getheader("allow"), reply.read()) == (405, "GET, POST", b"")
        assert delivery(connection).status == 200


@pytest.mark.parametrize("options", STACKS.values(), ids=STACKS)
def test_a_handler_that_runs_when_the_server_is_told_to_stop_still_answers(
    options: list[str], start: Callable[..., Server]
) -> None:
    server = start(*options)
    with connected(server) as connection:
        connection.request("POST", "/slow", ANSWER, AUTHORIZATION)
        server.said("The slow handler has begun")
        server.process.send_signal(signal.SIGTERM)
        server.said("Waiting for connections to close")
        server.release()
        reply = connection.getresponse()
        assert (reply.status, reply.read().decode()) == (200, XML.format("<SpeakSentence>At last.</SpeakSentence>"))
    stderr = server.ended()
    assert "Application shutdown complete" in stderr
    assert "Finished server process" in stderr
    assert "Traceback" not in stderr
    # When all is done, uvicorn ends by the signal that it was sent, for whoever waits for it to see.
    assert server.process.returncode in {0, -signal.SIGTERM}


def test_links_carry_the_servers_root_path(start: Callable[..., Server]) -> None:
    with connected(start("--root-path", "/proxy")) as connection:
        reply = delivery(connection)
        assert (reply.status, reply.read().decode()) == (200, WELCOME.format("/proxy"))


def test_a_mistake_in_the_app_keeps_the_server_from_starting_and_is_told_in_one_line(
    start: Callable[..., Server],
) -> None:
    server = start(app="tests.mounting.app:make_unreachable")
    stderr = server.ended()
    assert server.process.returncode == 3
    assert re.search(r"^ERROR: .*can never be reached: .*$", stderr, re.MULTILINE)
    assert "Traceback" not in stderr
