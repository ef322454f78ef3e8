"""A text conversation in the terminal."""

from __future__ import annotations

import json

from tests.cli.conftest import APP, Command, Write


def test_texts_are_sent_and_taken(write: Write, command: Command) -> None:
    write("main.py", APP)
    result = command("text", "main:hooks", "--script", "STOP; STOP")
    assert result.exit_code == 0
    assert result.stdout.count("message-received") == 2


def test_an_app_that_does_not_take_it_is_exit_code_1(write: Write, command: Command) -> None:
    write("main.py", APP)
    result = command("text", "main:hooks", "--script", "Hello", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout.splitlines()[0])["text"] == "Hello"


def test_lines_are_typed(write: Write, command: Command) -> None:
    write("main.py", APP)
    result = command("text", "main:hooks", input="STOP\n\nSTOP\n")
    assert result.exit_code == 0
    assert result.stdout.count("message-received") == 2


def test_what_a_handler_prints_comes_after_the_event(write: Write, command: Command) -> None:
    write("main.py", APP.replace("    assert event.text", "    print('handler', event.text)\n    assert event.text"))
    told = command("text", "main:hooks", "--script", "STOP;STOP").stdout
    assert told == "  -> message-received POST /\nhandler STOP\n  <- 401, then 200\n" * 2
