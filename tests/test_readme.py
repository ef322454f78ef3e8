"""The README says what is: its code stands in docs_src/ and runs, its table is what the command prints."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from webhooks.cli import main
from webhooks.events import GatherEvent
from webhooks.testing import Harness, make

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
EXAMPLES = ROOT / "docs_src" / "readme"


@pytest.mark.parametrize("name", ["app.py", "state.py", "test_app.py"])
def test_the_code_of_the_readme_is_the_code_that_runs(name: str) -> None:
    code = (EXAMPLES / name).read_text().replace("from app import hooks", "from main import hooks")
    assert f"<!-- docs_src/readme/{name} -->\n```python\n{code}```" in README


def test_the_example_passes_its_own_test_and_the_check() -> None:
    options = ["-q", "-p", "no:cacheprovider", "-o", "anyio_mode=auto", "--rootdir", str(EXAMPLES)]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "/dev/null", *options, "test_app.py"],
        cwd=EXAMPLES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in run.stdout, run.stdout + run.stderr
    checked = subprocess.run(
        [sys.executable, "-m", "webhooks", "check", "app:hooks"],
        cwd=EXAMPLES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_the_example_of_state_remembers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    harness = Harness(runpy.run_path(str(EXAMPLES / "state.py"))["hooks"])
    said = [str((await harness.send(make(GatherEvent, digits="1"), path="/order")).document) for _ in range(2)]
    assert "That makes 1." in said[0]
    assert "That makes 2." in said[1]
    await harness._hooks._stop()


def test_the_table_of_events_is_what_the_command_prints() -> None:
    table = CliRunner().invoke(main, ["events", "--markdown"]).output
    assert f"<!-- webhooks events --markdown -->\n{table}" in README


def test_every_command_of_the_readme_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^    make (\w+)", README, re.MULTILINE)
    assert targets == ["demo", "test"]
    assert all(f"\n{target}:" in makefile for target in targets)
    commands = set(re.findall(r"^webhooks (\w+)", README, re.MULTILINE))
    assert commands <= set(main.commands)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert all((ROOT / link).exists() for link in links if not link.startswith("https://"))
