"""A phone in the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import APP, Command, Write, in_a_line, served
from tests.cli.terminal import Terminal
from webhooks.cli import demo_app

INVALID = """
from webhooks import AllowAll, Reply, Webhooks
from webhooks.events import InitiateEvent

hooks = Webhooks(auth=AllowAll())

@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Reply:
    return Reply(200, b"<Response><Gather maxDigits='99'/></Response>", "application/xml")
"""


def test_a_script_is_played(write: Write, command: Command) -> None:
    write("main.py", APP)
    result = command("call", "main:hooks", "--script", "2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "Press 1." in lines
    assert "You pressed 2, tagged None." in lines
    assert "The call has ended: hangup" in lines
    assert all(len(line) <= 80 for line in lines)


def test_what_a_handler_prints_comes_after_the_event_and_before_its_answer(write: Write, command: Command) -> None:
    write("main.py", APP.replace("    return", "    print('handler', call.event_type)\n    return"))
    lines = [line.strip() for line in command("call", "main:hooks", "--script", "2").stdout.splitlines()]
    assert lines[:8] == [
        "(dials +19195550100)",
        "-> initiate POST /",
        "handler initiate",
        "<- 401, then 200, 147 bytes",
        "Press 1.",
        "-> gather POST /menu",
        "handler gather",
        "<- 401, then 200, 117 bytes",
    ]
    told = command("call", "main:hooks", "--script", "2", "--json").stdout.splitlines()
    assert told[:2] == ["handler initiate", "handler gather"]


def test_a_script_says_waits_and_hangs_up(write: Write, command: Command) -> None:
    write("main.py", APP)
    result = command("call", "main:hooks", "--script", "say Hello; wait 1; wait; hangup", "--json")
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert {"at", "who", "what", "text", "about"} == entries[0].keys()
    assert [entry["text"] for entry in entries if entry["what"] == "says"] == ["Hello"]
    assert entries[-1]["what"] == "answer"


def test_without_an_http_client_a_url_cannot_be_called(monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    result = command("call", "http://127.0.0.1:9")
    assert result.exit_code == 2
    told = 'A URL needs an HTTP client: pip install "bandwidth-webhooks[cli]".'
    assert told in in_a_line(result.stderr)
    assert told in in_a_line(command("text", "http://127.0.0.1:9").stderr)


def test_no_call_is_taken_for_the_last_one(write: Write, command: Command) -> None:
    """An inbox or a state in a file would know it."""
    write("main.py", APP)
    calls = set[str]()
    for _ in range(2):
        result = command("call", "main:hooks", "--script", "hangup", "--json")
        [call] = {entry["about"] for entry in map(json.loads, result.stdout.splitlines()) if entry["about"]}
        calls.add(call)
    assert len(calls) == 2
    told = [command("call", "main:hooks", "--script", "hangup", "--json", "--seed", "7").stdout for _ in range(2)]
    assert told[0] == told[1]


INSTALLED = (
    APP
    + """
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

app = FastAPI()
hooks.install(app, "/bandwidth")
outer = Starlette(routes=[Mount("/v1", app)])

other = Webhooks(auth=BasicAuth("other", "secret"))
other.on(DisconnectEvent)(ended)
two = FastAPI()
hooks.install(two, "/bandwidth")
other.install(two, "/bandwidth/other")
bare = FastAPI()
"""
)


@pytest.mark.parametrize("arguments", [["app"], ["outer"], ["app", "--path", "/bandwidth?x=1"]])
def test_an_app_that_is_installed_is_called_where_it_is_with_its_own_credentials(
    arguments: list[str], write: Write, command: Command
) -> None:
    write("main.py", INSTALLED)
    target, *more = arguments
    call = command("call", f"main:{target}", *more, "--script", "2")
    assert (call.exit_code, call.stderr) == (0, "")
    assert "You pressed 2" in call.stdout
    assert command("text", f"main:{target}", *more, "--script", "STOP").exit_code == 0


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/bandwidth", "<- 401, then 200"),
        ("/bandwidth/other", "<- 401, then 200"),
        ("/", "<- 404"),
        ("/band", "<- 404"),
    ],
)
def test_of_several_apps_the_path_says_which(path: str, told: str, write: Write, command: Command) -> None:
    write("main.py", INSTALLED)
    assert told in command("call", "main:two", "--path", path, "--script", "hangup").stdout


@pytest.mark.parametrize("target", ["two", "bare"])
def test_an_app_that_has_no_one_place_is_called_at_its_root(target: str, write: Write, command: Command) -> None:
    write("main.py", INSTALLED)
    result = command("call", f"main:{target}", "--script", "hangup")
    assert "-> initiate POST /\n  <- 404" in result.stdout


def test_credentials_that_are_given_come_before_the_apps_own(write: Write, command: Command) -> None:
    write("main.py", INSTALLED)
    result = command("call", "main:app", "--user", "bandwidth", "--password", "wrong", "--script", "hangup")
    assert (result.exit_code, "<- 401, then 401" in result.stdout) == (1, True)


def test_bxml_that_is_refused_is_shown_and_the_exit_code_is_1(write: Write, command: Command) -> None:
    write("main.py", INVALID)
    result = command("call", "main:hooks", "--script", "")
    assert result.exit_code == 1
    assert "!! " in result.stdout
    assert "maxDigits" in result.stdout
    assert "invalid-bxml" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["main:hooks", "--user", "a"], "--user and --password belong together"),
        (["localhost:8000"], 'Did you mean "http://localhost:8000"?'),
        (["ftp://x.example"], "is no http or https URL"),
        (["http://"], "is no http or https URL"),
        (["main:hooks", "--script", "x"], 'there is no key "x"'),
        (["main:hooks", "--script", "wait long"], '"long" is no number of seconds'),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(write: Write, command: Command, arguments: list[str], told: str) -> None:
    write("main.py", APP)
    result = command("call", *arguments, "--json")
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_a_menu_is_played_in_a_terminal(folder: Path, write: Write) -> None:
    write("main.py", APP)
    terminal = Terminal(folder, "call", "main:hooks")
    terminal.until("Press 1.")
    terminal.until("> ")
    terminal.type("what\n")
    terminal.until("there is no key")
    terminal.type("3\n")
    terminal.until("You pressed 3")
    assert terminal.ended() == 0


def test_invalid_bxml_is_shown_in_a_terminal(folder: Path, write: Write) -> None:
    write("main.py", INVALID)
    terminal = Terminal(folder, "call", "main:hooks")
    terminal.until("invalid-bxml")
    assert "maxDigits" in terminal.screen
    assert terminal.ended() == 1


def test_an_app_is_called_over_http(write: Write, command: Command) -> None:
    with served(demo_app.hooks) as url:
        result = command("call", url, "--user", "bandwidth", "--password", "s3cret", input="x\n1\n")
    assert 'there is no key "x" on a phone' in result.stdout
    assert "We are open from nine to five." in result.stdout


def test_all_that_is_told_meanwhile_fits_the_terminal(write: Write, command: Command) -> None:
    source = APP.replace(
        "    return Gather", "    log.error('The menu ' + 'is long ' * 20 + '\\n\\n' + CODE)\n    return Gather"
    )
    write("main.py", f"import logging\nlog, CODE = logging.getLogger('webhooks.app'), 'x = ' + 'y' * 90\n{source}")
    result = command("call", "main:hooks", input="x\nwait long\nhangup\n")
    lines = result.output.splitlines()
    assert [line for line in lines if len(line) > 80] == ["x = " + "y" * 90]  # code is to be pasted
    told = " ".join(lines)
    assert 'there is no key "x" on a phone; expected digits, "*", "#" or A to D. Keys are pressed; `say TEXT`' in told
    assert "error: The menu is long is long" in told


def test_a_call_may_end_before_anybody_types(write: Write, command: Command) -> None:
    write("main.py", "from webhooks import AllowAll, Webhooks\n\nhooks = Webhooks(auth=AllowAll())")
    result = command("call", "main:hooks")
    assert "The call has ended: rejected" in result.stdout
    assert result.exit_code == 0


def test_the_end_of_the_input_hangs_up(write: Write, command: Command) -> None:
    write("main.py", APP)
    result = command("call", "main:hooks", input="")
    assert "(hangs up)" in result.stdout
    assert result.exit_code == 0


MOUNTED = f"{APP}\nfrom fastapi import FastAPI\napp = FastAPI()\napp.mount('/bw', hooks)\n"


def test_a_plain_mount_is_called_and_texted_where_it_answers(write: Write, command: Command) -> None:
    write("main.py", MOUNTED)
    call = command("call", "main:app", "--script", "2")
    assert (call.exit_code, call.stderr) == (0, "")
    assert "-> initiate POST /bw/\n" in call.stdout
    assert "You pressed 2" in call.stdout
    assert command("text", "main:app", "--script", "STOP").exit_code == 0


def test_a_redirect_is_told_once_with_what_to_do(write: Write, command: Command) -> None:
    write("main.py", MOUNTED)
    result = command("call", "main:app", "--path", "/bw", "--script", "hangup")
    told = in_a_line(result.stdout)
    assert told.count("<- 307") == 2
    assert told.count("give the URL that it redirects to") == 1
    assert "is at /path/, with the slash.)" in told
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_wrong_credentials_are_told_to_be_wrong(write: Write, command: Command) -> None:
    write("main.py", APP)
    told = command("call", "main:hooks", "--user", "bandwidth", "--password", "wrong", "--script", "hangup").stdout
    assert told.count("  (These credentials are wrong: give others with --user and --password.)\n") == 1


def test_missing_credentials_are_asked_for_in_words_of_a_terminal(command: Command) -> None:
    with served(demo_app.hooks) as url:
        told = in_a_line(command("call", url, "--script", "hangup").stdout)
    assert "<- 401: it wants credentials; give them with --user and --password" in told
    assert "phone.credentials" not in told


def test_an_answer_without_bxml_is_explained(write: Write, command: Command) -> None:
    write("main.py", APP.replace('    return SpeakSentence("Sales.")', "    pass"))
    told = command("call", "main:hooks", "--script", "1").stdout
    assert "<- 401, then 200\n  (no BXML: Bandwidth has nothing to do and hangs up)\nThe call has ended" in told
    assert told.count("no BXML") == 1  # the answer to the disconnect has none, and needs none


TRANSFERRED = """
from webhooks import AllowAll, Webhooks
from webhooks.bxml import PhoneNumber, Transfer
from webhooks.events import *

hooks = Webhooks(auth=AllowAll())

@hooks.on(InitiateEvent)
async def welcome(call):
    return Transfer(PhoneNumber("+19195550199", transfer_answer_url=answered), transfer_complete_url=over)

@hooks.on(TransferAnswerEvent, path="/answered")
async def answered(call): ...

@hooks.on(TransferCompleteEvent, path="/over")
async def over(call): ...
"""


def test_who_is_connected_by_an_answer_without_bxml_is_not_told_to_be_hung_up_on(
    write: Write, command: Command
) -> None:
    write("main.py", TRANSFERRED)
    told = command("call", "main:hooks", "--script", "wait 1; hangup").stdout
    assert "transferAnswer POST /answered\n  <- [+19195550199] 200\n" in told
    assert "no BXML" not in told


@pytest.mark.parametrize(("debug", "count"), [("True", 1), ("False", 0)])
def test_an_app_with_debug_shows_message_and_traceback(debug: str, count: int, write: Write, command: Command) -> None:
    source = APP.replace('BasicAuth("bandwidth", "s3cret")', f'BasicAuth("bandwidth", "s3cret"), debug={debug}')
    write("main.py", source.replace('return SpeakSentence("Sales.")', 'raise LookupError("of " + call.digits)'))
    told = command("call", "main:hooks", "--script", "1").stderr
    assert told.count("\nTraceback (most recent call last):\n") == count
    assert told.count("\nLookupError: of 1\n") == count
    assert ("Webhooks(debug=True) logs" in in_a_line(told)) is (count == 0)
