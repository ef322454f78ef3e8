from __future__ import annotations

import logging
import runpy
import subprocess
import sys
from pathlib import Path

import click
import pytest

import webhooks
from tests.cli.conftest import Command
from webhooks import __version__
from webhooks.cli import main
from webhooks.cli.layout import markdown, table

COMMANDS = [
    "demo",
    "run",
    "dev",
    "call",
    "text",
    "routes",
    "check",
    "doctor",
    "bxml",
    "events",
    "send",
    "export",
    "inbox",
    "worker",
    "new",
]


def test_the_version_is_the_packages(command: Command) -> None:
    assert command("--version").output == f"webhooks {__version__}\n"


def test_the_commands_are_listed_as_a_newcomer_meets_them(command: Command) -> None:
    lines = command("--help").output.splitlines()
    start = lines.index("Commands:") + 1
    assert [line.split()[0] for line in lines[start : start + len(COMMANDS)]] == COMMANDS
    assert list(main.commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_examples_and_fits(name: str, command: Command) -> None:
    output = command(name, "--help").output
    assert f"Examples:\n    webhooks {name}" in output
    assert max(map(len, output.splitlines())) <= 80


def test_without_a_command_the_help_is_shown(command: Command) -> None:
    assert "Usage:" in command().output


def test_the_package_does_not_bring_its_command_line_along() -> None:
    source = "import webhooks, sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert not loaded & {"click", "httpx2", "httpx", "webhooks.cli", "webhooks.testing", "uvicorn"}


def test_the_command_line_does_not_bring_the_http_client_along() -> None:
    source = "import webhooks.cli, sys; print('httpx2' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "webhooks", "events", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("Usage: python -m webhooks events")


def test_logging_is_left_as_it_was_found(command: Command) -> None:
    before = list(logging.getLogger("webhooks").handlers)
    command("events")
    assert logging.getLogger("webhooks").handlers == before


def test_a_cell_of_a_markdown_table_may_hold_a_bar() -> None:
    assert markdown(("a",), [("x|y",)]) == "| a |\n| --- |\n| x\\|y |"


def test_the_module_runs_the_command_in_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["webhooks", "--version"])
    with pytest.raises(SystemExit) as left:
        # Not run_module: pytest's import hook has the package, since it brings a plugin.
        runpy.run_path(str(Path(webhooks.__file__).with_name("__main__.py")), run_name="__main__")
    assert left.value.code == 0
    assert capsys.readouterr().out == f"webhooks {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "nothing_of_the_kind:hooks"], 2),
        (["call", "http:///menu", "--script", "hangup"], 2),
        (["send", "initiate", "http://127.0.0.1:9"], 1),
        (["events", "nothing", "of", "the", "kind", "that", "was", "asked", "for", "x", "y", "z"], 2),
        (["export", "raml", "a-very-long-name-of-a-module-that-is-nowhere:hooks"], 2),
    ],
)
def test_what_is_wrong_is_told_in_lines_that_fit_the_terminal(
    arguments: list[str], code: int, command: Command
) -> None:
    result = command(*arguments)
    assert result.exit_code == code
    lines = result.stderr.splitlines()
    error = next(at for at, line in enumerate(lines) if line.startswith("Error: "))
    assert len(lines) > error + 1
    assert max(map(len, lines)) <= 80


def test_a_column_without_long_words_gives_way_before_a_word_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    path, text = "/home/me/main.py:12", "several words that may well be wrapped"
    lines = click.unstyle(table(("where", "what"), [(path, text)])).splitlines()
    assert lines == [
        "where                what",
        "/home/me/main.py:12  several words that",
        "                     may well be wrapped",
    ]
