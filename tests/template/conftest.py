"""A project for each combination of answers, and what the tools say about them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from webhooks.cli import main

NAMES = ["voice-boxed", "voice-bare", "messaging-boxed", "messaging-bare", "both-boxed", "both-bare"]
STRICT = {"typeCheckingMode": "strict", "pythonVersion": "3.11"}

Ran = subprocess.CompletedProcess[str]


def run(folder: Path, *arguments: str, path: str = "") -> Ran:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": path}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def mypy(projects: Path) -> list[Ran]:
    """One after the other, since they share a cache."""
    return [run(projects / name, "mypy", "--cache-dir", str(projects / "cache")) for name in NAMES]


def pyright(projects: Path) -> list[Ran]:
    """All at once: each would read the libraries anew."""
    roots = [{"root": name} for name in NAMES]
    config = {**STRICT, "include": NAMES, "executionEnvironments": roots}
    (projects / "pyrightconfig.json").write_text(json.dumps(config))
    return [run(projects, "pyright", "-p", ".", "--pythonpath", sys.executable)]


def tested(projects: Path) -> list[Ran]:
    """All at once, by the settings of the first, which are those of all."""
    options = ["-vv", "-p", "no:cacheprovider", "--import-mode", "importlib", "-c", f"{NAMES[0]}/pyproject.toml"]
    path = os.pathsep.join(str(projects / name) for name in NAMES)
    return [run(projects, "pytest", *options, "--rootdir", ".", *NAMES, path=path)]


def ruff(projects: Path) -> list[Ran]:
    """Each file by the settings of its own project."""
    return [run(projects, "ruff", *check, "--no-cache", ".") for check in (["format", "--check"], ["check"])]


TOOLS: Mapping[str, Callable[[Path], list[Ran]]] = {"pyright": pyright, "pytest": tested, "mypy": mypy, "ruff": ruff}


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that they are in."""
    folder = tmp_path_factory.mktemp("projects")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in NAMES:
            use, container = name.split("-")
            option = "--container" if container == "boxed" else "--no-container"
            made = CliRunner().invoke(main, ["new", name, f"--{use}", option, "--no-input"])
            assert made.exit_code == 0, made.output
    return folder


@pytest.fixture(scope="session")
def said(projects: Path) -> Iterator[Mapping[str, Future[list[Ran]]]]:
    """What each tool says, while they run two at a time."""
    with ThreadPoolExecutor(2) as pool:
        yield {tool: pool.submit(check, projects) for tool, check in TOOLS.items()}
