"""What the pages show, runs: each app is called, texted or asked as its page says."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import shlex
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from httpx2 import ASGITransport, AsyncClient
from prometheus_client import CollectorRegistry, generate_latest

from tests.mounting.hosts import prepare_django
from webhooks import AllowAll, BasicAuth, Webhooks
from webhooks.bxml import Hangup
from webhooks.cli import main as commands
from webhooks.events import GatherEvent, InitiateEvent, MessageReceivedEvent, RecordingAvailableEvent
from webhooks.hooks import Details
from webhooks.inbox import MemoryInbox
from webhooks.simulator import Phone
from webhooks.testing import Harness, delivery, make

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs_src"
AUTH = ("bandwidth", "s3cret")

Run = Callable[[str], dict[str, Any]]
"""Runs a file of docs_src, as `python file` would; its names."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """With credentials in the environment, in a folder where it may write, and beside its own modules."""
    monkeypatch.setenv("BANDWIDTH_WEBHOOK_USERNAME", AUTH[0])
    monkeypatch.setenv("BANDWIDTH_WEBHOOK_PASSWORD", AUTH[1])
    monkeypatch.chdir(tmp_path)
    before, root = set(sys.modules), logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run_path(name: str) -> dict[str, Any]:
        monkeypatch.syspath_prepend(str((EXAMPLES / name).parent))
        return runpy.run_path(str(EXAMPLES / name))

    yield run_path
    root.handlers[:], root.level = handlers, level  # examples set logging up, as apps do
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(EXAMPLES)):
            del sys.modules[name]


async def asked(app: Any, path: str, event: object) -> str:
    """The answer of an ASGI app to an event, as text."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test", auth=AUTH) as client:
        reply = await client.post(path, content=delivery(event).body)  # type: ignore[arg-type]  # an event
    assert reply.status_code == 200, reply.text
    return reply.text


async def done(hooks: Webhooks) -> None:
    """Wait until nothing waits or runs in the app's inbox, and close it."""
    assert hooks.inbox is not None
    async with asyncio.timeout(20):
        counts = await hooks.inbox.counts()
        while counts.waiting or counts.running:
            await asyncio.sleep(0)
            counts = await hooks.inbox.counts()
    await hooks._stop()


# The tutorial.
async def test_the_first_call_is_answered(run: Run, phone: Phone, capsys: pytest.CaptureFixture[str]) -> None:
    call = await phone.dial(run("tutorial/first_call.py")["hooks"])
    assert call.heard("This is my first app.")
    assert call.cause == "hangup"
    assert capsys.readouterr().out == f"The call {call.id} ended: hangup\n"


async def test_the_menu_gives_up_at_the_third_wrong_key(run: Run, phone: Phone) -> None:
    call = await phone.dial(run("tutorial/menu.py")["hooks"])
    for key in "1780":
        await call.press(key)
    call.expect("nine to five", "Please press 1 or 2.", "Please press 1 or 2.", "Please call again. Goodbye.")


async def test_the_menu_takes_a_message(run: Run, phone: Phone, capsys: pytest.CaptureFixture[str]) -> None:
    call = await phone.dial(run("tutorial/menu.py")["hooks"])
    await call.press("2")
    await call.speak("Please call me back.")
    await call.press("#")
    await phone.wait(5)
    assert call.heard("Thank you.")
    assert "A message is at https://" in capsys.readouterr().out


async def test_texts_are_answered_through_the_api(run: Run, phone: Phone) -> None:
    bandwidth = AsyncClient(transport=ASGITransport(phone.api), base_url="https://messaging.test/api/v2")
    chat = phone.conversation(
        run("tutorial/texts.py")["make_hooks"](AllowAll(), bandwidth, account="1", application="a")
    )
    await chat.text("What?")
    assert chat.heard("Write HOURS")
    await chat.text("Hours")
    assert chat.heard("nine to five")
    answers = len(chat.messages)
    await chat.text("stop")
    assert len(chat.messages) == answers + 1


async def test_the_app_of_texts_starts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "ACCOUNT_ID", "MESSAGING_APPLICATION_ID"):
        monkeypatch.setenv(f"BANDWIDTH_{name}", name.lower())
    assert isinstance(run("tutorial/main.py")["hooks"], Webhooks)


async def test_what_is_deployed_is_healthy_and_answers(run: Run) -> None:
    app = run("tutorial/deployed.py")["app"]
    assert "opening hours" in await asked(app, "/bandwidth", make(InitiateEvent))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/health")).text == "up"


def test_the_container_serves_the_app_that_is_deployed() -> None:
    lines = (EXAMPLES / "tutorial" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in shlex.split(line)]
    command = json.loads(next(line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")))
    module, _, name = command[1].partition(":")
    assert {f"{module}.py", "menu.py"} <= set(copied)
    assert f"\n{name} = " in (EXAMPLES / "tutorial" / f"{module}.py").read_text()
    ran = subprocess.run([sys.executable, "-m", "uvicorn", "--help"], capture_output=True, text=True, check=True)
    assert [word for word in command if word.startswith("--") and word not in ran.stdout] == []


def test_the_test_of_texts_passes_as_a_user_runs_it() -> None:
    options = ["-q", "-c", "/dev/null", "--rootdir", ".", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "."],
        cwd=EXAMPLES / "tutorial",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


# How-to.
@pytest.mark.parametrize(
    ("example", "name"), [("in_fastapi", "app"), ("in_litestar", "app"), ("in_django", "application")]
)
async def test_an_app_that_is_mounted_links_to_itself(
    example: str, name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "mysite.settings")  # given back afterwards
    prepare_django()
    answer = await asked(run(f"howto/{example}.py")[name], "/bandwidth/", make(InitiateEvent))
    assert 'gatherUrl="/bandwidth/pressed"' in answer


@pytest.mark.parametrize("encoded", [True, False])
def test_a_lambda_function_answers_a_load_balancer(run: Run, encoded: bool) -> None:
    named = run("howto/in_lambda.py")
    body = delivery(make(GatherEvent, digits="7")).body
    event = {
        "httpMethod": "POST",
        "path": "/pressed",
        "queryStringParameters": {},
        "headers": {"authorization": "Basic " + b64encode(":".join(AUTH).encode()).decode()},
        "body": b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }
    answer = named["handler"](event, None)
    refused = named["handler"]({**event, "headers": {}}, None)
    named["runner"].close()
    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "application/xml")
    assert "You pressed 7." in answer["body"]
    assert refused["statusCode"] == 401
    assert refused["headers"]["WWW-Authenticate"].startswith("Basic ")


async def test_what_comes_twice_is_done_once(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    hooks = run("howto/twice.py")["hooks"]
    harness = Harness(hooks, credentials=AUTH)
    call = make(InitiateEvent, event_time="2026-03-02T15:04:06.123Z")  # to the millisecond, as Bandwidth tells it
    first, second = await harness.send(call), await harness.send(call)
    assert first.reply.body == second.reply.body
    assert capsys.readouterr().out.count("Ticket made") == 1
    for _ in range(2):
        await harness.send(make(MessageReceivedEvent))
    await done(hooks)
    assert capsys.readouterr().out.count("filed") == 1


async def test_long_work_is_done_after_the_answer(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    hooks = run("howto/long_work.py")["hooks"]
    sent = await Harness(hooks, credentials=AUTH).send(make(RecordingAvailableEvent), path="/recorded")
    assert sent.reply.status == 200
    await done(hooks)
    assert "Attempt 1 for recording r-" in capsys.readouterr().out


def test_the_test_of_long_work_passes_as_a_user_runs_it(tmp_path: Path) -> None:
    options = ["-q", "-c", "/dev/null", "--rootdir", str(EXAMPLES / "howto"), "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(EXAMPLES / "howto" / "test_long_work.py")],
        cwd=tmp_path,
        env={**os.environ, "BANDWIDTH_WEBHOOK_USERNAME": AUTH[0], "BANDWIDTH_WEBHOOK_PASSWORD": AUTH[1]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


async def test_the_hooks_of_the_package_are_told(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="webhooks.hooks"):
        await Harness(run("howto/observe.py")["hooks"], credentials=AUTH).send(make(InitiateEvent))
    assert any("replied initiate" in record.getMessage() for record in caplog.records)


def failing(hook: Callable[[Details], None]) -> Webhooks:
    """An app with one hook, a handler that answers and one that fails."""
    hooks = Webhooks(auth=AllowAll(), hooks=[hook])

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        structlog.get_logger().info("welcome")
        return Hangup()

    @hooks.on(GatherEvent)
    async def pressed(call: GatherEvent) -> Hangup:
        raise LookupError

    return hooks


async def send_three(hooks: Webhooks) -> None:
    """A call, a gather whose handler fails, and a delivery that is refused."""
    await Harness(hooks).send(make(InitiateEvent))
    await Harness(hooks).send(make(GatherEvent))
    await Harness(hooks).send([])


async def test_structlog_carries_the_call_into_what_the_handler_logs(run: Run) -> None:
    hook = run("howto/structlog_hook.py")["structlog_hook"]
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        await send_three(failing(hook))
    said = [(line["event"], line.get("event_type"), line.get("status")) for line in logged]
    assert said[:2] == [("welcome", "initiate", None), ("replied", "initiate", 200)]
    assert ("failed", "gather", None) in said
    assert ("replied", "gather", 500) in said


async def test_structlog_warns_of_no_challenge_and_leaves_what_the_host_has_bound(run: Run) -> None:
    hook = run("howto/structlog_hook.py")["structlog_hook"]
    hooks = Webhooks(auth=BasicAuth(*AUTH), hooks=[hook])
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        with structlog.testing.capture_logs() as logged:
            await Harness(hooks, credentials=AUTH).send(make(InitiateEvent))
        assert structlog.contextvars.get_contextvars() == {"request_id": "r-1"}
    levels = [(line["event"], line["status"], line["log_level"]) for line in logged]
    assert levels == [("refused", 401, "debug"), ("replied", 200, "info")]


async def test_structlog_knows_what_an_inbox_keeps_and_what_it_hands_on(run: Run) -> None:
    hook = run("howto/structlog_hook.py")["structlog_hook"]
    hooks = Webhooks(auth=AllowAll(), hooks=[hook], inbox=MemoryInbox())

    @hooks.on(MessageReceivedEvent)
    async def file(event: MessageReceivedEvent) -> None:
        structlog.get_logger().info("filed")

    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        message = make(MessageReceivedEvent)
        await Harness(hooks).send(message)
        await done(hooks)
    known = [(line["event"], line["event_type"], line["correlation_id"], line.get("handler")) for line in logged]
    id_, name = message.message.id, f"{__name__}.{file.__qualname__}"
    assert known[0] == ("replied", "message-received", id_, None)
    assert known[1:] == [(word, "message-received", id_, name) for word in ("filed", "replied")]


async def test_prometheus_counts(run: Run) -> None:
    registry = CollectorRegistry()
    await send_three(failing(run("howto/prometheus_hook.py")["PrometheusHook"](registry)))
    page = generate_latest(registry).decode()
    assert 'webhooks_replies_total{event_type="initiate",status="200"} 1.0' in page
    assert 'webhooks_replies_total{event_type="gather",status="500"} 1.0' in page
    assert 'error="LookupError"' in page


async def test_what_the_sdk_makes_is_answered_with(run: Run, phone: Phone) -> None:
    call = await phone.dial(run("howto/from_sdk.py")["hooks"])
    await call.press("4")
    assert call.heard("You pressed 4.")
    assert call.cause == "hangup"


async def test_a_document_by_hand_is_read_aloud(run: Run, phone: Phone) -> None:
    call = await phone.dial(run("howto/by_hand.py")["hooks"])
    assert call.heard("We are closed on Sundays.")


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_every_command_of_a_page_is_one(path: Path) -> None:
    told = [line.split()[1] for line in path.read_text().splitlines() if line.startswith("webhooks ")]
    assert [name for name in told if name not in commands.commands and not name.startswith("-")] == []
