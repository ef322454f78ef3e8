from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Message, Receive, Scope, Send

from tests.cli.conftest import APP, Command, Write, in_a_line
from tests.cli.terminal import Terminal
from webhooks import AllowAll, BasicAuth, Reply, UsageError, Webhooks
from webhooks.bxml import Document, Hangup, SpeakSentence, Tag
from webhooks.cli import watching
from webhooks.cli.exchange import deliver
from webhooks.cli.keys import is_ours, pressed, single_keys, standard_input
from webhooks.cli.watching import Onlooker, Settings, watched
from webhooks.delivery import Delivery
from webhooks.events import (
    CallEvent,
    ConferenceMemberJoinEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    MessageDeliveredEvent,
    MessageReceivedEvent,
    UnknownEvent,
)
from webhooks.inbox import MemoryInbox
from webhooks.mounting import hooks_in
from webhooks.testing import delivery, example

hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
AUTH = ("bandwidth", "s3cret")


@hooks.on(GatherEvent, path="/menu")
async def menu(call: GatherEvent) -> Document[Any]:
    return Document(SpeakSentence(f"You pressed {call.digits}."), Hangup())


class Desk:
    """An onlooker, and what it has shown."""

    def __init__(self, app: Any, last: Path, terminal: int | None = None, *, reveal: bool = False) -> None:
        self.lines: list[str] = []
        self.more = asyncio.Event()
        self.ended = 0
        settings = Settings(f"{__name__}:hooks", str(last), reveal)
        self.onlooker = Onlooker(app, list(hooks_in(app)), settings, terminal=terminal, echo=self._echo, end=self._end)
        logging.getLogger("webhooks").addHandler(self.onlooker.notes)

    def _echo(self, text: str, *, color: bool | None) -> None:
        self.lines += click.unstyle(text).splitlines()
        self.more.set()

    def _end(self) -> None:
        self.ended += 1
        self.more.set()

    async def deliver(self, event: Any, path: str = "/", auth: tuple[str, str] | None = AUTH, method: str = "") -> str:
        """What is shown of it, without the time of day."""
        made = delivery(event, path=path, auth=auth)
        made.method = method or made.method
        return await self.give(made)

    async def give(self, made: Delivery) -> str:
        before = len(self.lines)
        await deliver(self.onlooker, made)
        return self.told(before)

    def told(self, start: int = 0) -> str:
        lines = self.lines[start:]
        # A path may be longer than a line, and is not cut.
        assert all(len(line) <= 80 or len(line.split()) == 1 for line in lines)
        text = "\n".join(line[9:] if re.match(r"\d\d:\d\d:\d\d | {9}", line) else line for line in lines)
        return re.sub(r"in \d+ ms", "in N ms", text)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.lines) < count:
                self.more.clear()
                await self.more.wait()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    """Makes onlookers, whose terminal has 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    made: list[Desk] = []

    def make(app: Any = hooks, **settings: Any) -> Desk:
        made.append(Desk(app, tmp_path / "last.json", **settings))
        return made[-1]

    yield make
    for one in made:
        logging.getLogger("webhooks").removeHandler(one.onlooker.notes)


def app(*handlers: tuple[Any, Any], **settings: Any) -> Webhooks:
    made = Webhooks(**({"auth": AllowAll()} | settings))
    for event, handler in handlers:
        made.on(event)(handler)
    return made


def answers(what: Any) -> Any:
    async def handler(event: Event) -> Any:
        return what

    return handler


async def fails(event: Event) -> None:
    raise LookupError("what " + "went " * 20 + "wrong")


async def test_a_traceback_is_shown_below_its_delivery(desk: Callable[..., Desk]) -> None:
    one = desk(app((DisconnectEvent, fails), debug=True))
    told = await one.deliver(example(DisconnectEvent))
    assert "Traceback (most recent call last):" in told
    assert in_a_line(told).endswith("LookupError: what " + "went " * 20 + "wrong")


async def test_a_redirect_is_shown_with_what_to_do(desk: Callable[..., Desk]) -> None:
    one = desk(Starlette(routes=[Mount("/bandwidth", hooks)]))
    told = await one.deliver(example(GatherEvent), "/bandwidth")
    assert "<- 307 Temporary Redirect in N ms\n!! The app redirects, which is no answer to a delivery" in told


async def test_event_handler_answer_and_time_are_shown_and_numbers_masked(desk: Callable[..., Desk]) -> None:
    told = await desk().deliver(example(GatherEvent, digits="24601"), path="/menu")
    assert told == (
        "gather /menu -> tests.cli.test_dev.menu\n"
        "from +1********23, to +1********00\n"
        "<- 200 OK SpeakSentence, Hangup in N ms"
    )


async def test_what_was_said_and_answered_is_shown_when_it_is_asked_for(desk: Callable[..., Desk]) -> None:
    told = await desk(reveal=True).deliver(example(GatherEvent, digits="24601"), path="/menu")
    assert "from +19195550123, to +19195550100, digits 24601" in told
    assert "You pressed 24601." in told


async def test_texts_are_left_out_until_they_are_asked_for(desk: Callable[..., Desk]) -> None:
    texts = app((MessageReceivedEvent, answers(None)))
    event = example(MessageReceivedEvent, text="a secret\x1b[2J", message={"from_": "short"})
    hidden = await desk(texts).deliver(event)
    assert "secret" not in hidden
    assert "from ***" in hidden
    assert "text a secret?[2J" in await desk(texts, reveal=True).deliver(event)


async def test_every_event_of_an_array_is_shown(desk: Callable[..., Desk]) -> None:
    texts = app((MessageReceivedEvent, answers(None)))
    told = await desk(texts).deliver([example(MessageReceivedEvent), example(MessageDeliveredEvent)])
    assert re.match(r"message-received / -> .*\nmessage-delivered /: no handler\n", told)


async def test_a_first_step_without_credentials_is_told_from_wrong_ones(desk: Callable[..., Desk]) -> None:
    one, event = desk(), example(GatherEvent)
    asked = await one.deliver(event, auth=None)
    assert asked == "POST /: asked for credentials\n<- 401 Unauthorized in N ms"
    refused = await one.deliver(event, auth=("bandwidth", "wrong"))
    assert refused.startswith("POST /: refused\n<- 401 Unauthorized in N ms\n!! A delivery to / was refused")
    assert "+1" not in asked + refused


@pytest.mark.parametrize(("method", "body"), [("PUT", b"{}"), ("POST", b"no JSON")])
async def test_what_cannot_be_read_is_refused(method: str, body: bytes, desk: Callable[..., Desk]) -> None:
    told = await desk(app()).give(Delivery(method, "/+19195550123/x", body))
    assert told.startswith(f"{method} /*/*: refused\n<- 40")


async def test_an_event_that_nobody_handles_comes_with_a_handler_to_paste(desk: Callable[..., Desk]) -> None:
    told = await desk(app()).deliver(example(DisconnectEvent))
    assert told.startswith("disconnect /: no handler\n")
    assert "\n@hooks.on(DisconnectEvent)\nasync def on_disconnect(event: DisconnectEvent) -> None:\n    print" in told


async def test_a_broken_rule_is_shown_each_time_and_once(desk: Callable[..., Desk]) -> None:
    one = desk(app((GatherEvent, answers(Tag("x")))))
    for digits in "12":
        told = await one.deliver(example(GatherEvent, digits=digits))
        assert told.count("does not wait") == 1


async def test_an_answer_that_never_leaves_is_shown_with_its_reason(desk: Callable[..., Desk]) -> None:
    told = await desk(app((ConferenceMemberJoinEvent, answers(Hangup())))).deliver(example(ConferenceMemberJoinEvent))
    assert "<- 500 Internal Server Error in N ms" in told
    assert "!! " in told
    assert "Hangup may not answer conferenceMemberJoin" in " ".join(told.split())


async def test_an_answer_that_is_no_bxml_has_no_verbs(desk: Callable[..., Desk]) -> None:
    told = await desk(app((GatherEvent, answers(Reply(299, b"hello"))))).deliver(example(GatherEvent))
    assert "<- 299 in N ms" in told


async def test_what_waits_in_an_inbox_is_told_so(desk: Callable[..., Desk]) -> None:
    kept = app((DisconnectEvent, answers(None)), inbox=MemoryInbox())
    one = desk(kept)
    async with living(one.onlooker):
        assert ", through the inbox" in " ".join((await one.deliver(example(DisconnectEvent))).split())


@contextlib.asynccontextmanager
async def living(app: Any) -> AsyncIterator[None]:
    """An app between its start and its end."""
    waiting, told = asyncio.Queue[Message](), asyncio.Queue[Message]()
    task = asyncio.ensure_future(app({"type": "lifespan"}, waiting.get, told.put))
    waiting.put_nowait({"type": "lifespan.startup"})
    assert (await told.get())["type"] == "lifespan.startup.complete"
    yield
    waiting.put_nowait({"type": "lifespan.shutdown"})
    assert (await told.get())["type"] == "lifespan.shutdown.complete"
    await task


async def test_a_condition_that_fails_costs_nothing_but_the_handlers_name(desk: Callable[..., Desk]) -> None:
    made = app()
    made.on(GatherEvent, lambda call: 1 / 0 > 1)(answers(None))
    told = await desk(made).deliver(example(GatherEvent))
    assert told.startswith("gather /: no handler\n")
    assert "ZeroDivisionError" in told


async def test_only_what_goes_to_a_webhooks_is_shown(desk: Callable[..., Desk]) -> None:
    async def own(request: Any) -> PlainTextResponse:
        return PlainTextResponse("mine")

    parent = Starlette(routes=[Route("/mine", own)])
    hooks.install(parent, "/bandwidth")
    one = desk(parent)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(one.onlooker), base_url="http://x") as client:
        assert (await client.get("/mine")).text == "mine"
    assert one.lines == []
    assert "gather /bandwidth/menu -> " in await one.deliver(example(GatherEvent), path="/bandwidth/menu")


async def test_web_sockets_are_handed_on(desk: Callable[..., Desk]) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await desk().onlooker({"type": "websocket", "path": "/"}, no_message, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]


async def no_message() -> Message:
    return {"type": "websocket.connect"}


async def test_what_never_was_answered_is_not_shown(desk: Callable[..., Desk]) -> None:
    class Broken(Webhooks):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            raise UsageError("broken")

    one = desk(Broken(auth=AllowAll()))
    with pytest.raises(UsageError, match="broken"):
        await one.deliver(example(GatherEvent))
    assert one.lines == []


async def test_what_is_logged_later_is_shown_at_once(desk: Callable[..., Desk]) -> None:
    later: list[asyncio.Task[None]] = []
    go_on = asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        logging.getLogger("webhooks.test").error("too late")

    async def handler(call: GatherEvent) -> None:
        later.append(asyncio.ensure_future(work()))

    handler.__qualname__ = "handler"  # which stands on the screen
    one = desk(app((GatherEvent, handler)))
    await one.deliver(example(GatherEvent))
    go_on.set()
    await later[0]
    assert one.lines[-1] == "         !! too late"


class Keyboard:
    """A terminal of which we hold the other end."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    made = Keyboard()
    with single_keys(made.theirs):
        yield made
    for end in (made.ours, made.theirs):
        with contextlib.suppress(OSError):
            os.close(end)


HELP = "r repeats the last delivery, s saves it as a test, q quits, ? shows this."


async def test_keys_are_read_while_the_app_is_up(desk: Callable[..., Desk], keyboard: Keyboard) -> None:
    one = desk(terminal=keyboard.theirs)
    async with living(one.onlooker):
        assert one.lines == [HELP]
        keyboard.press("x?rsR")
        await one.until(5)
        keyboard.press("q")
        async with asyncio.timeout(10):
            while not one.ended:
                one.more.clear()
                await one.more.wait()
    assert one.lines == [HELP, HELP, *["Nothing was delivered yet."] * 3]
    assert not asyncio.get_running_loop().remove_reader(keyboard.theirs)


async def test_a_terminal_that_is_closed_is_read_no_more(desk: Callable[..., Desk], keyboard: Keyboard) -> None:
    one = desk(terminal=keyboard.theirs)
    async with living(one.onlooker):
        os.close(keyboard.ours)
        one.onlooker._read(keyboard.theirs)
        assert not asyncio.get_running_loop().remove_reader(keyboard.theirs)


@pytest.mark.parametrize(
    "made",
    [
        delivery(example(GatherEvent, digits="7"), path="/menu", auth=AUTH),
        Delivery.of(
            path="/menu",
            method="GET",
            query="eventType=gather&callId=c-1&digits=7&eventTime=2026-03-02T15:04:06.001Z",
            headers={"authorization": "Basic YmFuZHdpZHRoOnMzY3JldA=="},
        ),
        Delivery.of(
            b"eventType=gather&callId=c-1&eventTime=2026-03-02T15:04:06.001Z&digits=7",
            path="/menu",
            headers={
                "authorization": "Basic YmFuZHdpZHRoOnMzY3JldA==",
                "content-type": "application/x-www-form-urlencoded",
            },
        ),
    ],
    ids=["JSON", "GET", "form"],
)
async def test_a_repeated_delivery_is_handled_again_however_often(made: Delivery, desk: Callable[..., Desk]) -> None:
    ran: list[str | None] = []

    async def asked(call: GatherEvent) -> SpeakSentence:
        ran.append(call.digits)
        return SpeakSentence("Hello.")

    asked.__qualname__ = "asked"  # which stands on the screen
    one = desk(app((GatherEvent, asked)))
    await one.give(made)
    for _ in range(2):
        before = len(one.lines)
        one.onlooker._repeat()
        await one.until(before + 2)
        assert one.told(before).startswith("gather /* -> ")
        assert "(repeated)" in " ".join(one.told(before).split())
    assert ran == ["7", "7", "7"]


async def test_a_new_process_repeats_what_the_one_before_it_saw(desk: Callable[..., Desk]) -> None:
    await desk().deliver(example(GatherEvent), path="/menu")
    after = desk()
    after.onlooker._repeat()
    await after.until(3)
    assert after.told().startswith("gather /menu -> tests.cli.test_dev.menu (repeated)\n")


async def saved(one: Desk) -> str:
    one.onlooker._save()
    return one.lines[-1]


async def test_a_delivery_is_saved_as_a_test_that_names_what_it_holds(
    desk: Callable[..., Desk], tmp_path: Path
) -> None:
    one = desk()
    event = example(GatherEvent, digits="24601")
    await one.deliver(event, path="/menu")
    assert await saved(one) == "python -m pytest test_gather_1.py"
    assert one.lines[-2] == "Saved, with personal data in it. It runs with:"
    assert await saved(one) == "python -m pytest test_gather_2.py"
    (tmp_path / "tests").mkdir()
    assert await saved(one) == "python -m pytest tests/test_gather_1.py"
    text = (tmp_path / "test_gather_1.py").read_text()
    assert "personal data" in text
    assert "from tests.cli.test_dev import hooks" in text
    assert "== ['SpeakSentence', 'Hangup']" in text
    scope: dict[str, Any] = {}
    exec(text, scope)
    assert scope["PAYLOAD"] == event


async def test_an_installed_app_is_saved_with_the_path_below_it(desk: Callable[..., Desk], tmp_path: Path) -> None:
    parent = Starlette()
    hooks.install(parent, "/bandwidth")
    app((GatherEvent, answers(None))).install(parent, "/bandwidth/other")
    one = desk(parent)
    assert "answers.<locals>.handler" in await one.deliver(example(GatherEvent), path="/bandwidth/other/menu")
    assert "test_dev.menu" in await one.deliver(example(GatherEvent), path="/bandwidth/menu")
    await saved(one)
    text = (tmp_path / "test_gather_1.py").read_text()
    assert "import hooks\n" in text
    assert ".send(PAYLOAD, path='/menu')" in text


async def test_what_failed_is_saved_as_a_test_that_wants_it_mended(
    desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = app((GatherEvent, answers("no verb")))
    monkeypatch.setattr(sys.modules[__name__], "made_for_a_test", made, raising=False)
    one = desk(made)
    await one.deliver(example(GatherEvent))
    await saved(one)
    text = (tmp_path / "test_gather_1.py").read_text()
    assert "import made_for_a_test\n" in text
    assert text.endswith("    assert answer.reply.status == 200\n")


async def test_nothing_that_a_stranger_chose_becomes_code(
    desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = '"""\nraise SystemExit\n#'
    everything = app((UnknownEvent, answers(None)))
    monkeypatch.setattr(sys.modules[__name__], "made_for_a_test", everything, raising=False)
    one = desk(everything)
    for event_type in (hostile, "\u00e9"):
        await one.deliver({"eventType": event_type, "callId": hostile}, path=f"/{hostile}")
        await saved(one)
    files = sorted(tmp_path.glob("test_*.py"))
    assert [path.name for path in files] == ["test_raise_systemexit_1.py", "test_unknown_1.py"]
    scope: dict[str, Any] = {}
    exec(files[0].read_text(), scope)
    assert scope["PAYLOAD"]["eventType"] == hostile
    assert "SystemExit" not in one.told()


async def test_what_no_test_can_replay_is_not_saved(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk(app((CallEvent, answers(None))))
    await one.deliver(example(GatherEvent))
    assert "no module has the Webhooks under a name" in await saved(one)
    asked = desk()
    headers = {"authorization": "Basic YmFuZHdpZHRoOnMzY3JldA=="}
    await asked.give(Delivery.of(path="/menu", method="GET", query="eventType=gather&callId=c-1", headers=headers))
    assert await saved(asked) == "This cannot be saved: only what is delivered as JSON is."
    await asked.deliver(example(GatherEvent), path="/menu")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_gather_1.py").mkdir()
    assert (await saved(asked)).endswith("tests/test_gather_2.py")
    assert not list(tmp_path.glob("test_*.py"))


async def test_a_folder_that_cannot_be_written_is_told(desk: Callable[..., Desk], monkeypatch: Any) -> None:
    one = desk()
    await one.deliver(example(GatherEvent), path="/menu")
    monkeypatch.chdir("/proc/self")
    assert "This cannot be saved: [Errno" in await saved(one)


def test_a_terminal_is_left_as_it_was() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with single_keys(theirs):
        os.write(ours, b"r")
        assert pressed(theirs) == "r"
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    assert pressed(theirs) == ""
    os.close(theirs)


def test_what_is_no_terminal_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    assert not is_ours(reading)
    with single_keys(reading), single_keys(None):
        os.write(writing, b"r")
    os.close(reading)
    os.close(writing)
    assert pressed(reading) == ""
    monkeypatch.setattr(sys, "stdin", None)
    assert standard_input() is None


@pytest.fixture
def environment(folder: Path) -> Iterator[None]:
    """What `webhooks dev` writes there, and the loggers as they were afterwards."""
    uvicorns, ours = logging.getLogger("uvicorn.error"), logging.getLogger("webhooks")
    level, handlers = uvicorns.level, list(ours.handlers)
    with Settings("phone:hooks", str(folder / "last.json"), color=False).in_environment():
        yield
    uvicorns.setLevel(level)
    ours.handlers = handlers


def test_the_app_is_found_by_what_the_command_wrote(environment: None, write: Write) -> None:
    write("phone.py", APP)
    onlooker = watched()
    assert isinstance(onlooker, Onlooker)
    assert onlooker._settings == Settings.of_environment()
    assert onlooker.notes in logging.getLogger("webhooks").handlers


def test_errors_that_check_finds_are_told_at_each_start(
    environment: None, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("phone.py", APP.replace("gather_url=menu", "gather_url='/lost'"))
    assert isinstance(watched(), Onlooker)
    told = capsys.readouterr().err
    assert told.startswith("error  phone.py:10  lost-link\n")
    assert told.endswith("and the handler as the URL.\n\n")


def test_an_app_that_cannot_be_imported_is_waited_for(
    environment: None, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("phone.py", "hooks = (")
    with pytest.raises(SystemExit) as ended:
        watched()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert '"phone" cannot be imported' in told
    assert told.endswith("Waiting for a change.\n")


def test_ctrl_c_is_what_q_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[Sequence[int]] = []
    monkeypatch.setattr(os, "kill", lambda *arguments: killed.append(arguments))
    onlooker = Onlooker(hooks, list(hooks_in(hooks)), Settings("x:y", "last.json"), terminal=None)
    onlooker._keys["q"]()
    assert killed == [(os.getppid(), 2)]


def test_uvicorn_serves_it_and_the_environment_is_left_as_it_was(
    command: Command, write: Write, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    seen: list[tuple[str, dict[str, Any], Settings]] = []

    def run(app: str, **settings: Any) -> None:
        seen.append((app, settings, Settings.of_environment()))
        assert Path(seen[0][2].last).parent.stat().st_mode & 0o077 == 0

    monkeypatch.setattr(uvicorn, "run", run)
    write("phone.py", APP)
    result = command("dev", "phone:hooks", "--port", str(port), "--reveal", env={"NO_COLOR": "1"})
    assert result.exit_code == 0
    assert "call-initiated callback URL  https://YOUR-HOST/" in result.output
    ((name, settings, told),) = seen
    assert getattr(watching, name.partition(":")[2]) is watched
    assert (settings["port"], settings["reload"], settings["factory"]) == (port, True, True)
    assert (told.target, told.reveal, told.color) == ("phone:hooks", True, False)
    assert watching._VARIABLE not in os.environ
    assert not Path(told.last).parent.exists()


def test_a_mistake_is_told_before_a_server_starts(command: Command, write: Write) -> None:
    write("phone.py", "async def app(scope, receive, send): ...")
    result = command("dev", "phone:app")
    assert result.exit_code == 2
    assert "without a Webhooks in it" in result.stderr


def test_files_change_keys_are_pressed_and_a_test_is_saved_in_a_terminal(folder: Path, write: Write) -> None:
    write("main.py", APP)
    terminal = Terminal(folder, "dev", "main:hooks", "--port", "0")
    terminal.until(HELP)
    found = re.search(r"http://127\.0\.0\.1:\d+", terminal.screen)
    assert found is not None
    with httpx2.Client(auth=AUTH) as client:
        answer = client.post(f"{found[0]}/menu", json=example(GatherEvent, digits="2"))
    assert "You pressed 2" in answer.text
    terminal.until("gather /menu -> main.menu")
    terminal.until("<- 200 OK SpeakSentence")

    write("main.py", APP.replace('SpeakSentence(f"You', 'SpeakSentence("Changed.") if 1 else SpeakSentence(f"You'))
    os.utime(folder / "main.py", (2e9, 2e9))  # later than it was, however fast this test is
    terminal.until("Reloading")
    terminal.until(HELP)
    terminal.type("r")
    terminal.until("main.menu (repeated)")
    terminal.until("<- 200 OK SpeakSentence")
    terminal.type("s")
    terminal.until("python -m pytest test_gather_1.py")
    assert "+19195550123" not in terminal.screen
    terminal.type("q")
    terminal.until("Stopping reloader process")
    assert terminal.ended() == 0

    options = ["-q", "-c", "/dev/null", "--rootdir", str(folder), "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "test_gather_1.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in run.stdout, run.stdout + run.stderr
