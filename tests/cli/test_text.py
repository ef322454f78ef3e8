"""A text conversation in the terminal."""

from __future__ import annotations

import json

from tests.cli.conftest import APP, Command, Write

CREDENTIALS = ["--user", "bandwidth", "--password", "s3cret"]


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


def test_it_says_how_to_end(write: Write, command: Command) -> None:
    write("main.py", APP)
    assert command("text", "main:hooks", input="").stdout.startswith("Each line is a text. Ctrl-D ends.\n")
    assert "Ctrl-D" not in command("text", "main:hooks", "--script", "STOP").stdout


def test_an_app_with_debug_shows_message_and_traceback(write: Write, command: Command) -> None:
    write("main.py", APP.replace('"s3cret")', '"s3cret"), debug=True'))
    for result in (
        command("text", "main:hooks", "--script", "Hello"),
        command("send", "message-received", "--set", "message.text=Hello", *CREDENTIALS, "main:hooks"),
    ):
        assert "Traceback (most recent call last):" in result.stderr
        assert "\nAssertionError: Hello" in result.stderr
