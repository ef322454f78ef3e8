"""The pages about tools: every command of the command line, and which versions go together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from click.testing import CliRunner
from reference_text import filled

from webhooks.cli import main
from webhooks.cli.layout import markdown

__all__ = ["commands", "compatibility"]

_ROOT = Path(__file__).parents[1]
_NEEDED = re.compile(r"([\w.-]+)(?:\[[\w,]+\])?>=([\w.]+)")
_FRAMEWORKS = ("fastapi", "litestar", "django", "bandwidth-sdk")


def commands() -> str:
    """docs/reference/commands.md: what each command says of itself."""
    blocks = [
        "# The command line",
        filled(
            "`webhooks` comes with the package. `demo`, and `call`, `text` and `send` to a URL, need the extra `cli`. "
            "The exit code is 0, or 1 for a failure, or 2 for a mistake in how a command was called."
        ),
        *(block for path in _paths((), main) for block in _command(path)),
        "Read next: [settings](settings.md).",
    ]
    return "\n\n".join(blocks)


def compatibility() -> str:
    """docs/reference/compatibility.md: the least versions, and those that the tests run with."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", (_ROOT / "requirements" / "dev.txt").read_text(), re.MULTILINE))
    always = [_row(*found, "always", pins) for found in _needed(project["dependencies"])]
    chosen = [
        _row(*found, f"extra `{extra}`", pins)
        for extra, needed in extras.items()
        if extra != "dev"
        for found in _needed(needed)
    ]
    tested = [_row(name, least, "tested with, not needed", pins) for name, least in _needed(extras["dev"])]
    tested = [row for row in tested if row[0].strip("`") in _FRAMEWORKS]
    blocks = [
        "# Versions",
        f"Python {project['requires-python'].removeprefix('>=')} or later. Tests run on Linux.",
        "Dependencies have a least version and none that is too new. The tests run with those on the right.",
        markdown(("package", "at least", "tests run with", "needed"), [*always, *chosen, *tested]),
        "The package follows semantic versioning. What is provisional says so in its docstring.",
        "Read next: [settings](settings.md).",
    ]
    return "\n\n".join(blocks)


def _paths(above: tuple[str, ...], command: click.Command) -> Iterator[tuple[str, ...]]:
    yield above
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _paths((*above, name), below)


def _command(path: tuple[str, ...]) -> Iterator[str]:
    # A terminal of 80 columns, whatever the one is that this runs in.
    shown = CliRunner(env={"COLUMNS": "80"}).invoke(main, [*path, "--help"], prog_name="webhooks", terminal_width=80)
    yield f"## {' '.join(['webhooks', *path])}"
    yield f"```text\n{shown.output.rstrip()}\n```"


def _needed(requirements: list[str]) -> Iterator[tuple[str, str]]:
    for requirement in requirements:
        found = _NEEDED.match(requirement)
        if found is not None:
            yield found[1], found[2]


def _row(name: str, least: str, needed: str, pins: Mapping[str, str]) -> tuple[str, ...]:
    return f"`{name}`", least, pins.get(name.replace("_", "-").lower(), ""), needed
