from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command, Write
from tests.cli.terminal import Terminal

STARTED = """
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
from webhooks import BasicAuth, Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.events import DisconnectEvent, InitiateEvent, MessageReceivedEvent
from webhooks.inbox import SqliteInbox

hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), inbox=SqliteInbox("inbox.db"))

@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> SpeakSentence:
    return SpeakSentence("Hello.")

@hooks.on(DisconnectEvent)
@hooks.on(MessageReceivedEvent)
async def kept(event: DisconnectEvent | MessageReceivedEvent) -> None:
    print("handled", event.event_type)

@asynccontextmanager
async def lifespan(app):
    print("starts")
    yield {"word": "state"}
    print("stops")

app = FastAPI(lifespan=lifespan)
hooks.install(app, "/bandwidth")

@app.post("/state")
async def state(request: Request) -> None:
    print(request.state.word)
"""


@pytest.mark.parametrize("target", ["main:hooks", "main:app"])
def test_an_app_is_started_and_stopped_around_a_run(target: str, write: Write, command: Command) -> None:
    write("main.py", STARTED)
    starts = int(target == "main:app")
    call = command("call", target, "--script", "hangup")
    assert (call.exit_code, call.stderr) == (0, "")
    assert "handled disconnect" in call.stdout
    text = command("text", target, "--script", "Hello")
    assert (text.exit_code, text.stderr) == (0, "")
    assert "handled message-received" in text.stdout
    path = "/bandwidth" if starts else "/"
    sent = command("send", "disconnect", "--path", path, "--user", "bandwidth", "--password", "s3cret", target)
    assert (sent.exit_code, sent.stderr) == (0, "")
    assert "handled disconnect" in sent.stdout
    for result in (call, text, sent):
        assert (result.stdout.count("starts"), result.stdout.count("stops")) == (starts, starts)


def test_what_an_inbox_keeps_is_handled_before_the_next_line_is_typed(folder: Path, write: Write) -> None:
    write("main.py", STARTED)
    terminal = Terminal(folder, "text", "main:hooks")
    terminal.until("> ")
    terminal.type("Hello\n")
    terminal.until("handled message-received")
    terminal.type("\x04")
    assert terminal.ended() == 0


def test_requests_have_the_state_of_the_lifespan(write: Write, command: Command) -> None:
    write("main.py", STARTED)
    assert "\nstate\n" in command("send", "disconnect", "main:app", "--path", "/state").stdout


BROKEN = """
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from webhooks import BasicAuth, Webhooks
from webhooks.inbox import SqliteInbox

remote = SqliteInbox("inbox.db", mounted=lambda: "1 1 0:1 / / rw - nfs a rw")
hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), inbox=remote)

@asynccontextmanager
async def fails(app):
    raise OSError("no database there")
    yield

@asynccontextmanager
async def fails_late(app):
    yield
    raise OSError("no database there")

app, late = Starlette(lifespan=fails), Starlette(lifespan=fails_late)

async def silent(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed"})

async def ends(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
    else:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

async def odd(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
    await receive()
    await receive()
"""


@pytest.mark.parametrize("command_name", [("call",), ("text",), ("send", "initiate")])
@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("main:hooks", 'Error: The app does not start: "inbox.db" is on a network disk (nfs)'),
        ("main:app", "Error: The app does not start: OSError: no database there\n"),
        ("main:silent", "Error: The app does not start: it says no more.\n"),
    ],
)
def test_an_app_that_does_not_start_is_told_in_a_sentence(
    command_name: tuple[str, ...], target: str, told: str, write: Write, command: Command
) -> None:
    write("main.py", BROKEN)
    result = command(*command_name, target)
    assert result.exit_code == 2
    assert result.stderr.startswith(told)
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("target", "told"),
    [("late", "error: The app failed when it was stopped: OSError: no database there\n"), ("ends", ""), ("odd", "")],
)
def test_an_app_that_does_not_stop_as_it_should_is_no_hindrance(
    target: str, told: str, write: Write, command: Command
) -> None:
    write("main.py", BROKEN)
    assert command("send", "disconnect", f"main:{target}").stderr == told
