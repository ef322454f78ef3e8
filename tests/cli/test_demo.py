from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.cli.conftest import Command, Write, in_a_line
from webhooks.cli.demo_app import hooks
from webhooks.events import GatherEvent
from webhooks.testing import Harness, make

SHOWN = """\
A phone call

A call comes in.

  initiate to /, handled by welcome
  answered with 401, then 200
    <Response>
      <Gather gatherUrl="/menu" maxDigits="1">
        <SpeakSentence>Press 1 for hours, 2 to leave a message.</SpeakSentence>
      </Gather>
    </Response>

The caller hears: "Press 1 for hours, 2 to leave a message."

The caller presses 2.

  gather to /menu, handled by voicemail
  answered with 401, then 200
    <Response>
      <SpeakSentence>Speak after the tone.</SpeakSentence>
      <Record recordCompleteUrl="/recorded" maxDuration="60"/>
    </Response>

The caller hears: "Speak after the tone."

The caller says: "Please call me back."

The caller presses #.

  recordComplete to /recorded, handled by thanks
  answered with 401, then 200
    <Response>
      <SpeakSentence>Thank you. Goodbye.</SpeakSentence>
      <Hangup/>
    </Response>

The caller hears: "Thank you. Goodbye."

The call is over.

  disconnect to /, handled by ended
  answered with 401, then 200
    (nothing to say)

A text conversation

A text comes in: "When do you open?"

  message-received to /, handled by texted
  answered with 401, then 200
    (nothing to say)

The app writes: "At nine."

  message-delivered to /, handled by status
  answered with 401, then 200
    (nothing to say)

A text comes in: "Stop"

  message-received to /, handled by unsubscribe
  answered with 401, then 200
    (nothing to say)

"""


def test_a_call_and_a_conversation_are_shown_from_first_to_last(command: Command) -> None:
    began = time.monotonic()
    result = command("demo")
    assert time.monotonic() - began < 5
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith(SHOWN)
    assert "webhooks demo --source > main.py" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_its_source_is_an_app_without_mistakes_that_can_be_served(command: Command, write: Write) -> None:
    write("mine.py", command("demo", "--source").output)
    assert command("check", "mine:hooks").output == "mine:hooks: 9 routes and their links, nothing found.\n"
    credentials = ("--user", "bandwidth", "--password", "s3cret")
    assert "For" not in command("send", "initiate", *credentials, "mine:hooks").stderr


@pytest.mark.anyio
@pytest.mark.parametrize(("digits", "verbs"), [("1", "SpeakSentence Hangup"), ("2", "SpeakSentence Record")])
async def test_the_menu_has_two_choices(digits: str, verbs: str) -> None:
    harness = Harness(hooks, credentials=("bandwidth", "s3cret"))
    answer = await harness.send(make(GatherEvent, digits=digits), "/menu")
    assert answer.document is not None
    assert [verb.element for verb in answer.document] == verbs.split()


@pytest.mark.anyio
async def test_any_other_key_brings_the_menu_back() -> None:
    harness = Harness(hooks, credentials=("bandwidth", "s3cret"))
    answer = await harness.send(make(GatherEvent, digits=""), "/menu")
    assert answer.document is not None
    assert [verb.element for verb in answer.document] == ["Gather"]


def test_it_runs_in_a_process_of_its_own() -> None:
    result = subprocess.run([sys.executable, "-m", "webhooks", "demo"], capture_output=True, text=True, check=True)
    assert result.stdout.startswith(SHOWN)
    assert result.stderr == ""


def test_colours_are_for_terminals_only(command: Command) -> None:
    assert "\x1b[" not in command("demo").output
    assert "\x1b[" in command("demo", color=True).output
    assert "\x1b[" not in command("demo", color=True, env={"NO_COLOR": "1"}).output


def test_without_an_http_client_the_extra_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    result = command("demo")
    assert (result.exit_code, result.stdout) == (2, "")
    assert '`webhooks demo` needs an HTTP client: pip install "bandwidth-webhooks[cli]".' in in_a_line(result.stderr)
