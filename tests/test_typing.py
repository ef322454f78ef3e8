from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import webhooks
from webhooks import Webhooks

ROOT = Path(__file__).resolve().parents[1]
ACCEPTED = ROOT / "typing_tests" / "accepted.py"
REJECTED = ROOT / "typing_tests" / "rejected.py"

Report = Mapping[str, Mapping[int, str]]
"""The lines with errors in each file, and what was said first about each."""


@pytest.fixture(scope="session", params=["mypy", "pyright"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What a checker says about both files."""
    folder = tmp_path_factory.mktemp("typing")
    errors = _mypy(folder) if request.param == "mypy" else _pyright(folder)
    found: dict[str, dict[int, str]] = {ACCEPTED.name: {}, REJECTED.name: {}}
    for path, line, message in errors:
        found.setdefault(Path(path).name, {}).setdefault(line, message)
    return found


def _run(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    # `pyright --verifytypes` asks the first Python of the path where packages are, whatever its options say.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PYTHONPATH": str(folder), "PATH": path}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def _told(ran: subprocess.CompletedProcess[str]) -> Any:
    if not ran.stdout.startswith("{"):
        pytest.skip(f"pyright does not run here; it needs node: {(ran.stdout + ran.stderr).strip()[-300:]}")
    return json.loads(ran.stdout)


def _mypy(folder: Path) -> list[tuple[str, int, str]]:
    flags = ["--strict", "--cache-dir", str(folder), "--no-error-summary"]
    ran = _run("mypy", *flags, str(ACCEPTED), str(REJECTED))
    assert ran.returncode == 1, ran.stdout + ran.stderr  # 0 would mean that it accepts all, 2 that it broke down
    errors = re.findall(r"^(.+?):(\d+): error: (.*)$", ran.stdout, re.MULTILINE)
    return [(path, int(line), message) for path, line, message in errors]


def _pyright(folder: Path) -> list[tuple[str, int, str]]:
    # Paths of a configuration are relative to it.
    include = [os.path.relpath(path, folder.resolve()) for path in (ACCEPTED, REJECTED)]
    strict = {"typeCheckingMode": "strict", "enableTypeIgnoreComments": True, "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps({**strict, "include": include}))
    told = _told(_run("pyright", "--outputjson", "-p", str(folder), "--pythonpath", sys.executable))
    assert told["summary"]["filesAnalyzed"] == 2, told["summary"]
    return [(one["file"], one["range"]["start"]["line"] + 1, one["message"]) for one in told["generalDiagnostics"]]


def _marked() -> dict[int, str]:
    lines = enumerate(REJECTED.read_text().splitlines(), start=1)
    return {number: line for number, line in lines if "  # rejected: " in line}


def test_what_is_right_is_accepted(report: Report) -> None:
    assert report["accepted.py"] == {}


def test_what_is_wrong_is_rejected_where_it_is_marked(report: Report) -> None:
    marked, found = _marked(), report["rejected.py"]
    assert len(marked) >= 16
    assert {number: line for number, line in marked.items() if number not in found} == {}


def test_nothing_else_is_rejected(report: Report) -> None:
    marked, found = _marked(), report["rejected.py"]
    assert {number: message for number, message in found.items() if number not in marked} == {}


def test_no_other_file_has_an_error(report: Report) -> None:
    assert set(report) == {"accepted.py", "rejected.py"}


def test_what_is_accepted_can_be_registered() -> None:
    hooks = runpy.run_path(str(ACCEPTED))["hooks"]
    assert isinstance(hooks, Webhooks)
    hooks.freeze()
    assert len(list(hooks.routes())) >= 16


def test_every_public_symbol_has_a_known_type(tmp_path: Path) -> None:
    """As a type checker sees the package where it is installed. Twelve seconds."""
    shutil.copytree(Path(webhooks.__file__).parent, tmp_path / "webhooks", ignore=shutil.ignore_patterns("__pycache__"))
    options = ("--pythonpath", sys.executable, "--verifytypes", "webhooks", "--ignoreexternal", "--outputjson")
    found = _told(_run("pyright", *options, folder=tmp_path))["typeCompleteness"]
    unknown = [one for one in found["symbols"] if not one["isTypeKnown"] or one["isTypeAmbiguous"]]
    assert len(found["symbols"]) > 1000
    assert [(one["name"], one["diagnostics"]) for one in unknown if one["isExported"]] == []
    assert found["completenessScore"] == 1
