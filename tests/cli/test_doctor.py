from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Write, in_a_line
from webhooks import AllowAll, BasicAuth, Context, Deadline, Webhooks
from webhooks.bxml import Document, Gather, Hangup, PlayAudio, SpeakSentence
from webhooks.cli.diagnoses import diagnoses_of, diagnoses_of_machine
from webhooks.cli.machine import Machine
from webhooks.events import DisconnectEvent, GatherEvent, InitiateEvent, MessageReceivedEvent
from webhooks.inbox import MemoryInbox, SqliteInbox
from webhooks.inbox.postgres import PostgresInbox
from webhooks.mounting import Mounted
from webhooks.state import MemoryState, SqliteState

STRONG = "kJ3-vX9pQ_2mTz8w"
START = f"""
from webhooks import BasicAuth, Context, Webhooks
from webhooks.bxml import *
from webhooks.events import *
from webhooks.inbox import SqliteInbox

SORRY = Document(SpeakSentence("Sorry."), Hangup())
hooks = Webhooks(auth=BasicAuth("bandwidth", "{STRONG}"), fallback=SORRY)

@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:
    return Gather(SpeakSentence("Press 1."), gather_url=menu, max_digits=1)

@hooks.on(GatherEvent, path="/menu")
async def menu(call: GatherEvent) -> Hangup:
    return Hangup()
"""
MACHINE = Machine({"Python": "3.11.2", "httptools": "0.6", "uvloop": "0.21"}, {}, "")


def found(command: Command, write: Write, source: str, *options: str) -> list[dict[str, str]]:
    """What is wrong with an app that begins well."""
    write("phone.py", START + source)
    told: list[dict[str, str]] = json.loads(command("doctor", "phone:hooks", "--json", *options).output)
    return told


def codes(hooks: Webhooks, machine: Machine = MACHINE) -> list[str]:
    return [f"{one.severity} {one.code}" for one in diagnoses_of(Mounted("", hooks), machine)]


def app(**settings: Any) -> Webhooks:
    return Webhooks(**({"auth": BasicAuth("bandwidth", STRONG), "fallback": Document(Hangup())} | settings))


def test_an_app_that_lacks_nothing_is_found_well(command: Command, write: Write) -> None:
    write("phone.py", START)
    result = command("doctor", "phone:hooks", "--strict")
    assert (result.exit_code, result.output) == (0, "phone:hooks: 2 routes and their links, nothing found.\n")


TEXTS = """
hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), deadline=16)

@hooks.on(InitiateEvent)
async def welcome(call):
    return Gather(gather_url="/lost", username="u", password="p", gather_method="POST")

@hooks.on(DisconnectEvent, ordered=True)
async def ended(event): ...
"""


def test_findings_come_by_severity_with_what_to_do_and_fit_the_terminal(command: Command, write: Write) -> None:
    write("phone.py", START + TEXTS)
    result = command("doctor", "phone:hooks")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    titles = [line for line in lines if line.startswith(("error", "warning", "advice"))]
    assert titles == [
        "error  phone.py:22  lost-link",
        "error  known-password",
        "warning  late-answer",
        "warning  no-fallback",
        "warning  ordered-without-inbox",
        "advice  no-inbox",
    ]
    assert len([line for line in lines if line.startswith("  -> ")]) == len(titles)
    assert lines[-1] == "phone:hooks: 2 errors, 3 warnings, 1 piece of advice."


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--strict"], 1)])
def test_warnings_fail_only_when_they_are_to(options: list[str], code: int, command: Command, write: Write) -> None:
    write("phone.py", START.replace(", fallback=SORRY", ""))
    result = command("doctor", "phone:hooks", *options)
    assert "no-fallback" in result.stdout
    assert result.exit_code == code


def test_no_credential_is_printed(command: Command, write: Write) -> None:
    write("phone.py", START + "\nhooks = Webhooks(auth=BasicAuth('dolores', 'hunter2', ('old-user', 'Passw0rd')))\n")
    for options in ([], ["--json"]):
        output = command("doctor", "phone:hooks", *options).output
        assert "weak-password" in output
        assert "known-password" in output
        assert not any(word in output for word in ("dolores", "hunter2", "old-user", "Passw0rd"))


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("s3cret", ["error known-password"]),
        ("PASSWORD", ["error known-password"]),
        ("elevenchars", ["warning weak-password"]),
        ("bandwidth-hooks", ["warning weak-password"]),
        ("121212121212121", ["warning weak-password"]),
        (STRONG, []),
    ],
)
def test_a_password_that_is_easily_guessed_is_found(password: str, expected: list[str]) -> None:
    assert codes(app(auth=BasicAuth("bandwidth-hooks", password))) == expected


def test_every_pair_that_is_accepted_is_looked_at() -> None:
    assert codes(app(auth=BasicAuth("u", STRONG, ("u", "secret")))) == ["error known-password"]


def calls(**settings: Any) -> Webhooks:
    hooks = app(**settings)

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> None: ...

    return hooks


def texts(*, inline: bool = False, **settings: Any) -> Webhooks:
    hooks = app(**settings)

    @hooks.on(MessageReceivedEvent, inline=inline)
    async def texted(event: MessageReceivedEvent) -> None: ...

    return hooks


@pytest.mark.parametrize(
    ("hooks", "expected"),
    [
        (calls(deadline=Deadline(messaging=60)), []),
        (calls(deadline=Deadline(voice=15)), ["warning late-answer"]),
        (calls(deadline=Deadline(voice=25)), ["error late-answer"]),
        (texts(inbox=MemoryInbox(), deadline=60), []),
        (texts(inbox=MemoryInbox(), deadline=10, inline=True), ["error late-answer"]),
        (texts(deadline=10), ["error late-answer", "advice no-inbox"]),
        (texts(deadline=Deadline(voice=60)), ["advice no-inbox"]),
    ],
)
def test_a_deadline_after_which_nobody_listens_is_found(hooks: Webhooks, expected: list[str]) -> None:
    assert codes(hooks) == expected


def test_who_has_no_fallback_and_catches_nothing_is_warned() -> None:
    assert codes(calls(fallback=None)) == ["warning no-fallback"]
    assert codes(texts(fallback=None, inline=True)) == []


@pytest.mark.parametrize(("error", "expected"), [(Exception, []), (ValueError, ["warning no-fallback"])])
def test_a_handler_of_all_errors_does_as_a_fallback(error: type[Exception], expected: list[str]) -> None:
    hooks = calls(fallback=None)

    @hooks.on_error(error)
    async def sorry(error: Exception) -> SpeakSentence:
        return SpeakSentence("Sorry.")

    assert codes(hooks) == expected


def mounted_on(disk: str) -> Machine:
    return replace(MACHINE, mounted=f"1 0 0:1 / / rw - {disk} none rw\n")


@pytest.mark.parametrize(
    ("disk", "expected"),
    [("ext4", []), ("overlay", ["warning temporary-disk"] * 2), ("nfs4", ["error network-disk"] * 2)],
)
def test_the_disk_of_a_store_is_looked_at(disk: str, expected: list[str], tmp_path: Path) -> None:
    hooks = app(inbox=SqliteInbox(tmp_path / "inbox.db"), state=SqliteState(tmp_path / "state.db"))
    assert codes(hooks, mounted_on(disk)) == expected


@pytest.mark.parametrize("place", ["none/inbox.db", "file/inbox.db"])
def test_a_file_whose_folder_is_missing_is_found_and_nothing_made(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / place
    for hooks in (app(inbox=SqliteInbox(path)), app(state=SqliteState(path))):
        (finding,) = diagnoses_of(Mounted("", hooks), MACHINE)
        assert (finding.severity, finding.code) == ("error", "missing-folder")
        assert f'"{path.parent}"' in finding.problem
        assert f"mkdir -p {path.parent}" in finding.advice
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_the_place_of_a_file_is_found(tmp_path: Path) -> None:
    assert codes(app(inbox=SqliteInbox(tmp_path))) == ["error unwritable-file"]


@pytest.mark.parametrize("locked", ["", "inbox.db"])
def test_a_file_that_cannot_be_written_is_found(locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "inbox.db"
    path.touch()
    # Who is root may write everywhere.
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked) != tmp_path / locked)
    assert codes(app(inbox=SqliteInbox(path))) == ["error unwritable-file"]
    monkeypatch.undo()
    assert codes(app(inbox=SqliteInbox(path))) == []
    assert [one.name for one in tmp_path.iterdir()] == ["inbox.db"]


@pytest.mark.parametrize(
    "dsn", ["postgresql://me:hunter2@127.0.0.1:{}/none", "postgresql://me:hunter2%@127.0.0.1:{}/x"]
)
def test_a_database_that_cannot_be_used_is_found_without_its_password(
    dsn: str, port: int, command: Command, write: Write
) -> None:
    source = "\nfrom webhooks.inbox.postgres import PostgresInbox\n"
    source += f"hooks = Webhooks(auth=BasicAuth('bandwidth', '{STRONG}'), fallback=SORRY, inbox={{}})\n"
    write("phone.py", START + source.format(f"PostgresInbox('{dsn.format(port)}')"))
    result = command("doctor", "phone:hooks")
    assert result.exit_code == 1
    assert "error  no-database" in result.stdout
    assert "-> Start the database, or correct the DSN" in result.stdout
    assert "hunter2" not in result.output
    assert "Traceback" not in result.output


def test_a_database_is_looked_at_and_left_as_it_is(dsn: str) -> None:
    hooks = app(inbox=PostgresInbox(dsn))
    (finding,) = diagnoses_of(Mounted("", hooks), MACHINE)
    assert (finding.severity, finding.code) == ("error", "inbox-tables")
    assert "webhooks inbox migrate" in finding.advice
    assert codes(hooks) == ["error inbox-tables"]
    asyncio.run(PostgresInbox(dsn).migrate())
    assert codes(hooks) == []


def remembering(**settings: Any) -> Webhooks:
    hooks = app(**settings)

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent, context: Context) -> None:
        async with context.state(SpeakSentence):  # type: ignore[type-var]  # is not run
            pass

    return hooks


def test_state_without_a_store_is_found_where_it_is_used(tmp_path: Path) -> None:
    (finding,) = diagnoses_of(Mounted("", remembering()), MACHINE)
    assert (finding.code, Path(finding.where.rpartition(":")[0])) == ("memory-state", Path(__file__))
    assert codes(remembering(state=MemoryState())) == ["warning memory-state"]
    assert codes(remembering(state=SqliteState(tmp_path / "state.db"))) == []


@pytest.mark.parametrize("body", ["hooks.state('x')", "call.state", "call.call_id.state(1)", "call.state()"])
def test_other_states_are_none_of_ours(body: str, command: Command, write: Write) -> None:
    source = f"\n@hooks.on(AnswerEvent)\nasync def answered(call: AnswerEvent) -> None:\n    {body}\n"
    assert found(command, write, source) == []


NOTIFIED = "\n@hooks.on(DisconnectEvent, inline=True)\nasync def ended(event):\n    return {}\n"


@pytest.mark.parametrize("answer", ["Hangup()", "Document(Hangup())"])
def test_bxml_that_answers_a_notification_is_found_where_it_is(answer: str, command: Command, write: Write) -> None:
    (one,) = found(command, write, NOTIFIED.format(answer))
    assert (one["severity"], one["code"], one["where"]) == ("warning", "ignored-answer", "phone.py:20")
    assert "phone.ended returns BXML for DisconnectEvent" in one["problem"]


@pytest.mark.parametrize("answer", ["None", "print()", "[]", "event.call_id"])
def test_a_notification_may_be_answered_with_nothing(answer: str, command: Command, write: Write) -> None:
    assert found(command, write, NOTIFIED.format(answer)) == []


def test_a_handler_without_source_is_passed_over(command: Command, write: Write) -> None:
    source = "\nexec('async def ended(event): return Hangup()')\nhooks.on(DisconnectEvent, inline=True)(ended)\n"
    assert found(command, write, source) == []


def test_a_notification_annotated_with_bxml_is_refused_with_a_sentence(command: Command, write: Write) -> None:
    write("phone.py", START + NOTIFIED.format("Hangup()").replace("(event)", "(event) -> Hangup"))
    result = command("doctor", "phone:hooks")
    assert result.exit_code == 2
    assert "DisconnectEvent is a notification" in in_a_line(result.stderr)


ANSWERED = "\n@hooks.on(AnswerEvent)\nasync def answered(call):\n    return {}\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Gather(gather_url='http://x.example/menu', username='u', password='p')", ["warning plain-credentials"]),
        ("Gather(gather_url='http://x.example/menu', username=call.tag, password='p')", ["warning plain-credentials"]),
        ("PlayAudio('http://x.example/hold.wav', username='u', password='p')", ["warning plain-credentials"]),
        (
            "Record(record_complete_url='http://x.example/', username='u', password='p')",
            ["error plain-credentials"],
        ),
        ("Redirect(redirect_url='https://u:p@x.example/')", ["warning credentials-in-url"]),
        ("Gather(gather_url='http://x.example/menu')", []),
        ("Gather(gather_url='http://x.example/menu', username=None, password=None)", []),
        ("Gather(gather_url='https://x.example/menu', username='u', password='p')", []),
    ],
)
def test_credentials_that_others_can_read_are_found(
    answer: str, expected: list[str], command: Command, write: Write
) -> None:
    told = found(command, write, ANSWERED.format(answer))
    assert [f"{one['severity']} {one['code']}" for one in told] == expected
    assert all(one["where"] == "phone.py:20" for one in told)


def test_the_urls_of_the_fallback_are_looked_at_too() -> None:
    plays = PlayAudio("http://x.example/sorry.wav", username="u", password="p")
    assert codes(app(fallback=Document(Gather(plays, gather_url="https://x.example/")))) == [
        "warning plain-credentials"
    ]


def test_a_route_that_no_verb_leads_to_is_told_once_a_path(command: Command, write: Write) -> None:
    lost = "\n@hooks.on(GatherEvent, lambda call: call.tag, path='/lost')\nasync def one(call): ...\n"
    lost += "\n@hooks.on(GatherEvent, path='/lost')\nasync def two(call): ...\n"
    (one,) = found(command, write, lost)
    assert (one["severity"], one["code"]) == ("advice", "unlinked-route")
    assert "leads to /lost" in one["problem"]


@pytest.mark.parametrize(
    "source",
    [
        (
            "\n@hooks.on(GatherEvent, path='/menu2')\nasync def asked(call): ...\n"
            "@hooks.on(AnswerEvent)\nasync def answered(call):\n    return Gather(gather_url='/menu2/?x=1')\n"
        ),
        "\n@hooks.on(GatherEvent)\nasync def asked(call): ...\n",
        "\n@hooks.on(RedirectEvent, path='/updated')\nasync def updated(call): ...\n",
        "\n@hooks.on(CallEvent, path='/any')\nasync def asked(call): ...\n",
        "\nclass Menu:\n    async def asked(self, call): ...\nhooks.on(GatherEvent, path='/any')(Menu().asked)\n",
        (
            "\n@hooks.on(GatherEvent, path='/other')\nasync def asked(call): ...\n"
            "hooks._fallback = Document(Gather(gather_url=asked))\n"
        ),
    ],
    ids=["its URL", "any path", "by REST", "of several events", "a method", "of the fallback"],
)
def test_a_route_that_may_be_reached_is_no_finding(source: str, command: Command, write: Write) -> None:
    assert found(command, write, source) == []


def test_notifications_without_an_inbox_are_no_error() -> None:
    assert codes(texts()) == ["advice no-inbox"]
    assert codes(texts(inline=True)) == []
    assert codes(texts(inbox=MemoryInbox())) == []


def test_an_order_that_nobody_keeps_is_found() -> None:
    hooks = app()

    @hooks.on(DisconnectEvent, ordered=True)
    async def ended(event: DisconnectEvent) -> None: ...

    @hooks.on(GatherEvent)
    async def menu(call: GatherEvent) -> None: ...

    assert codes(hooks) == ["warning ordered-without-inbox", "advice no-inbox"]


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (MACHINE, []),
        (replace(MACHINE, installed={"Python": "3.11.2", "uvloop": "1"}), ["advice slow-server"]),
        (replace(MACHINE, needed={"Python": "3.12"}), ["error old-version"]),
        (replace(MACHINE, needed={"uvloop": "0.22"}), ["error old-version"]),
        (replace(MACHINE, needed={"uvloop": "0.9", "redis": "5"}), []),
    ],
)
def test_what_is_installed_is_looked_at(machine: Machine, expected: list[str]) -> None:
    assert [f"{one.severity} {one.code}" for one in diagnoses_of_machine(machine)] == expected


def test_a_version_that_nobody_can_read_counts_as_old() -> None:
    assert list(replace(MACHINE, installed={"x": "unknown"}, needed={"x": "1"}).too_old()) == [("x", "unknown", "1")]


def test_the_machine_knows_what_this_package_needs() -> None:
    machine = Machine.here()
    assert {"Python", "starlette", "pydantic", "lxml"} <= machine.needed.keys() <= machine.installed.keys()
    assert "redis" not in machine.needed
    assert machine.needed["Python"] == "3.11"
    assert list(machine.too_old()) == []


def test_a_package_that_is_not_installed_needs_nothing() -> None:
    assert Machine.here("no-such-package").needed == {}


def test_everybody_let_in_is_told_once(command: Command, write: Write) -> None:
    told = found(command, write, "\nfrom webhooks import AllowAll\nhooks = Webhooks(auth=AllowAll())\n")
    assert [one["code"] for one in told] == ["allow-all", "no-routes"]
    assert codes(app(auth=AllowAll())) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("app.mount('/bw', hooks)", ["plain-mount"]),
        ("app.mount('/', hooks)", []),
        ("hooks.install(app, '/bw')", []),
    ],
)
def test_a_mount_that_redirects_what_lacks_its_slash_is_told(
    line: str, expected: list[str], command: Command, write: Write
) -> None:
    write("phone.py", f"{START}\nfrom fastapi import FastAPI\napp = FastAPI()\n{line}\n")
    told = json.loads(command("doctor", "phone:app", "--json").output)
    assert [one["code"] for one in told] == expected
    assert all("ends with /bw/" in one["advice"] for one in told)


def test_an_inbox_that_nothing_starts_is_told_here_too(command: Command, write: Write) -> None:
    source = START.replace("fallback=SORRY", "fallback=SORRY, inbox=SqliteInbox('inbox.db')")
    write("phone.py", f"{source}\nfrom fastapi import FastAPI\napp = FastAPI()\napp.mount('/bw', hooks)\n")
    told = json.loads(command("doctor", "phone:app", "--json").output)
    assert [(one["code"], one["severity"]) for one in told] == [("no-lifespan", "warning"), ("plain-mount", "advice")]
