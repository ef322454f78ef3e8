from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Write, limited
from webhooks.inbox import Envelope, Kept, Retry, SqliteInbox

APP = """
import sys
from webhooks import AllowAll, Webhooks
from webhooks.events import DisconnectEvent
from webhooks.inbox import Background, SqliteInbox

hooks = Webhooks(auth=AllowAll(), inbox=SqliteInbox("inbox.db"), background=Background(here=False))
bare = Webhooks(auth=AllowAll())
remote = Webhooks(auth=AllowAll(), inbox=SqliteInbox("inbox.db", mounted=lambda: "1 1 0:1 / / rw - nfs a rw"))
doubled = Webhooks(auth=AllowAll(), inbox=SqliteInbox("inbox.db"))

@hooks.on(DisconnectEvent)
async def ended(event: DisconnectEvent) -> None:
    print("handled", event.call_id, flush=True)
"""
BODY = b'{"eventType": "disconnect", "eventTime": "2026-01-01T00:00:00Z", "callId": "c-2", "to": "+19195550123"}'


@pytest.fixture
def filled(folder: Path) -> SqliteInbox:
    """An inbox with a dead and a waiting delivery."""
    inbox = SqliteInbox(folder / "inbox.db", poll=0.01)
    asyncio.run(_fill(inbox))
    return inbox


async def _fill(inbox: SqliteInbox) -> None:
    async def fail(kept: Kept) -> str | None:
        return "it failed"

    await inbox.open()
    await inbox.accept(Envelope("a", event_type="dtmf", correlation_id="c-1", body=b"\xff"))
    running = asyncio.create_task(inbox.run(fail, concurrency=1, retry=Retry(attempts=1)))
    while not (await inbox.counts()).dead:
        await asyncio.sleep(0)
    await inbox.close(drain=1)
    await running
    await inbox.open()
    await inbox.accept(
        Envelope("b", event_type="disconnect", correlation_id="c-2", headers=((b"host", b"h"),), body=BODY)
    )
    await inbox.close()


def test_status_counts(filled: SqliteInbox, command: Command) -> None:
    lines = command("inbox", "status", "inbox.db").output.splitlines()
    assert lines[0].split() == ["waiting", "running", "done", "dead", "oldest"]
    assert lines[1].split()[:4] == ["1", "0", "0", "1"]
    counts = json.loads(command("inbox", "status", "inbox.db", "--json").output)
    assert counts["oldest"].endswith("Z")


def test_an_app_stands_for_its_inbox(folder: Path, write: Write, command: Command) -> None:
    write("main.py", APP)
    assert command("inbox", "status", "main:hooks").output.splitlines()[1].split() == ["0", "0", "0", "0", "-"]
    assert command("inbox", "list", "main:hooks").output == "There are none.\n"


def test_list_and_dead_show_what_there_is_in_80_columns(filled: SqliteInbox, command: Command) -> None:
    listed = command("inbox", "list", "inbox.db").output
    assert "disconnect" in listed
    assert max(map(len, listed.splitlines())) <= 80
    dead = command("inbox", "dead", "inbox.db").output
    assert "it failed" in dead
    assert "c-2" not in dead
    [entry] = json.loads(command("inbox", "list", "inbox.db", "--status", "waiting", "--json").output)
    assert (entry["id"], entry["correlation_id"], entry["attempts"]) == (2, "c-2", 0)


def test_show_masks_what_somebody_said_unless_told_not_to(filled: SqliteInbox, command: Command) -> None:
    assert "+1919" not in command("inbox", "show", "inbox.db", "2").output
    assert f"{len(BODY)} bytes;" in command("inbox", "show", "inbox.db", "2").output
    assert "1 byte;" in command("inbox", "show", "inbox.db", "1").output
    shown = json.loads(command("inbox", "show", "inbox.db", "2", "--reveal", "--json").output)
    assert (shown["body"], shown["headers"], shown["path"]) == (BODY.decode(), {"host": "h"}, "/")


def test_replay_and_prune(filled: SqliteInbox, command: Command) -> None:
    assert "again: 1." in command("inbox", "replay", "inbox.db", "1").output
    assert "again: 0." in command("inbox", "replay", "inbox.db", "1", "2").output
    assert "again: 0." in command("inbox", "replay", "inbox.db", "--all").output
    assert "removed: 0." in command("inbox", "prune", "inbox.db", "--older-than", "0s").output
    assert "removed: 0." in command("inbox", "prune", "inbox.db", "--older-than", "1h", "--dead").output


def test_a_delivery_that_is_not_there_keeps_all_others_from_running_again(
    filled: SqliteInbox, command: Command
) -> None:
    result = command("inbox", "replay", "inbox.db", "1", "9", "12")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no delivery 9, 12: `webhooks inbox dead` shows those that can" in result.stderr
    assert [one["id"] for one in json.loads(command("inbox", "dead", "inbox.db", "--json").output)] == [1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "inbox.db", "99"], "There is no delivery 99"),
        (["replay", "inbox.db", "99"], "There is no delivery 99"),
        (["replay", "inbox.db"], "or --all"),
        (["replay", "inbox.db", "1", "--all"], "or --all"),
        (["prune", "inbox.db", "--older-than", "week"], '"week" is no age'),
        (["status", "missing.db"], 'There is no file "missing.db"'),
        (["status", "main:bare"], '"main:bare" has no inbox'),
        (["status", "main.py"], "no inbox"),
        (["status", "main:remote"], "network disk (nfs)"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: list[str], words: str, filled: SqliteInbox, write: Write, command: Command
) -> None:
    write("main.py", APP)
    result = command("inbox", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("target", "words"),
    [("main:bare", "has no inbox"), ("main:remote", "network disk"), ("main:shadowed", "can never be reached")],
)
def test_a_worker_that_cannot_work_says_why(target: str, words: str, write: Write, command: Command) -> None:
    # Each `on` of a router is checked as it comes; two routers together only when the app is frozen.
    write("main.py", APP + "\nfrom webhooks import Router\nshadowed, late = doubled, Router()\n"
          "doubled.on(DisconnectEvent)(ended)\ndoubled.include(late)\n"
          "late.on(DisconnectEvent)(lambda event: None)\n")  # fmt: skip
    result = command("worker", target)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_handles_what_waits_until_it_is_told_to_end(
    sign: signal.Signals, filled: SqliteInbox, write: Write, folder: Path
) -> None:
    write("main.py", APP)
    command = [sys.executable, "-m", "webhooks", "worker", "main:hooks"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with limited(process):
        assert process.stdout is not None
        assert process.stdout.readline() == "handled c-2\n"
        process.send_signal(sign)
        assert "Handling what main:hooks keeps." in process.communicate(timeout=20)[1]
    assert process.returncode == 0


def test_a_worker_in_this_process_ends_by_its_signal(filled: SqliteInbox, write: Write, command: Command) -> None:
    # As the other, but where coverage sees it.
    write(
        "main.py", APP.replace('print("handled"', 'import os, signal; os.kill(os.getpid(), signal.SIGTERM); print("h"')
    )
    result = command("worker", "main:hooks")
    assert (result.exit_code, result.stdout) == (0, "h c-2\n")


ERROR = "LookupError at /home/somebody/projects/reception/front_desk/handlers/messages.py:1204, which was not expected."


async def _die(inbox: SqliteInbox) -> None:
    async def fail(kept: Kept) -> str | None:
        return ERROR

    await inbox.open()
    await inbox.accept(Envelope("a", event_type="conferenceRecordingAvailable", correlation_id=f"conf-{'0' * 44}"))
    await inbox.accept(Envelope("b"))
    running = asyncio.create_task(inbox.run(fail, concurrency=1, retry=Retry(attempts=1)))
    while (await inbox.counts()).dead < 2:
        await asyncio.sleep(0)
    await inbox.close(drain=1)
    await running


def test_long_ids_and_errors_have_lines_of_their_own(folder: Path, command: Command) -> None:
    asyncio.run(_die(SqliteInbox(folder / "inbox.db", poll=0.01)))
    lines = command("inbox", "dead", "inbox.db").output.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split("  ")[0] == "id"
    assert lines[1].split()[:3] == ["1", "dead", "conferenceRecordingAvailable"]
    why = [
        "    LookupError at",
        "    /home/somebody/projects/reception/front_desk/handlers/messages.py:1204,",
        "    which was not expected.",
    ]
    assert lines[2:6] == [f"    of conf-{'0' * 44}", *why]
    assert lines[6].split()[:3] == ["2", "dead", "-"]
    assert lines[7:] == why
