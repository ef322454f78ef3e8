from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner, Result

from webhooks.cli import main

APP = """
from webhooks import BasicAuth, Webhooks, digits
from webhooks.bxml import Gather, SpeakSentence
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent, MessageReceivedEvent

hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))

@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1."), gather_url=menu, max_digits=1)

@hooks.on(GatherEvent, digits("1"), lambda call: call.tag is None, path="/menu")
async def sales(call: GatherEvent) -> SpeakSentence:
    return SpeakSentence("Sales.")

@hooks.on(GatherEvent, path="/menu")
async def menu(call: GatherEvent) -> SpeakSentence:
    return SpeakSentence(f"You pressed {call.digits}, tagged {call.tag}.")

@hooks.on(DisconnectEvent)
async def ended(call: DisconnectEvent) -> None: ...

@hooks.on(MessageReceivedEvent)
async def texted(event: MessageReceivedEvent) -> None:
    assert event.text == "STOP", event.text
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in, from which modules can be imported, and are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("COLUMNS", "80")
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


Write = Callable[[str, str], None]
Command = Callable[..., Result]


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes a module."""

    def written(name: str, source: str) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")

    return written


@pytest.fixture
def command(folder: Path) -> Command:
    """Runs the command line in the folder."""

    def ran(*arguments: str, **settings: Any) -> Result:
        result = CliRunner().invoke(main, arguments, **settings)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return ran


@pytest.fixture
def port() -> int:
    """One at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number: int = listening.getsockname()[1]
    return number


def in_a_line(text: str) -> str:
    """What a command prints, wherever it was wrapped."""
    return " ".join(text.split())


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An app on a server of its own; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def limited(process: subprocess.Popen[str], seconds: float = 30.0) -> Iterator[None]:
    """A process that is killed after so long: whoever reads what it says waits no longer."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
