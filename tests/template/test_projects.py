"""Every project that `webhooks new` makes passes its own checks, and holds what was chosen and nothing else."""

from __future__ import annotations

import getpass
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.template.conftest import NAMES, TOOLS, Ran

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", TOOLS)
def test_each_project_passes_its_own_checks(tool: str, said: Mapping[str, Future[list[Ran]]]) -> None:
    for ran in said[tool].result():
        if tool == "pyright" and " errors, " not in ran.stdout:
            pytest.skip(f"pyright does not run here; it needs node: {(ran.stdout + ran.stderr).strip()[-300:]}")
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_project_has_tests_of_its_own(said: Mapping[str, Future[list[Ran]]]) -> None:
    (ran,) = said["pytest"].result()
    passed = Counter(re.findall(r"^(\S+?)/tests/\S+ PASSED", ran.stdout, re.MULTILINE))
    assert set(passed) == set(NAMES)
    assert min(passed.values()) > 10
    assert passed["both-bare"] > max(passed["voice-bare"], passed["messaging-bare"])


def files(project: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each file."""
    for path in sorted(project.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(project)), path.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_of_the_template_and_no_file_is_empty(name: str, projects: Path) -> None:
    for file, text in files(projects / name):
        assert not re.search(r"\{\{|\{%|cookiecutter", file + text), file
        assert text.strip(), file
        assert text.endswith("\n"), file
        assert "\n\n\n\n" not in text, file
        assert max(map(len, text.splitlines())) <= 120, file


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_this_machine_gets_into_a_project(name: str, projects: Path) -> None:
    here = {str(ROOT), str(projects), str(Path.home()) + "/", socket.gethostname(), f"/{getpass.getuser()}/"}
    for file, text in files(projects / name):
        assert [one for one in here if one in text] == [], file


@pytest.mark.parametrize("name", NAMES)
def test_what_was_not_chosen_is_not_there(name: str, projects: Path) -> None:
    use, container = name.split("-")
    package = name.replace("-", "_")
    found = {file for file, _ in files(projects / name)}
    parts = {
        "voice": {f"{package}/voice.py", "tests/test_voice.py"},
        "messaging": {
            f"{package}/messaging.py",
            f"{package}/bandwidth.py",
            "tests/test_messaging.py",
            "tests/test_bandwidth.py",
        },
    }
    for part, its in parts.items():
        assert found & its == (its if use in (part, "both") else set())
    box = {"Dockerfile", ".dockerignore"}
    assert found & box == (box if container == "boxed" else set())
    text = "".join(text for _, text in files(projects / name)).lower()
    assert ("voicemail" in text) == (use != "messaging")
    assert ("oauth" in text) == (use != "voice")
    assert ("docker" in text) == (container == "boxed")


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_of_the_readme_are_those_of_the_makefile(name: str, projects: Path) -> None:
    readme, makefile = ((projects / name / file).read_text() for file in ("README.md", "Makefile"))
    assert re.findall(r"^    make (\w+)", readme, re.MULTILINE) == ["test", "run"]
    targets = set(re.findall(r"`make (\w+)`", readme))
    assert targets >= {"check", "format", "run"}
    assert [target for target in targets if f"\n{target}: " not in makefile] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_the_readme_names_is_there(name: str, projects: Path) -> None:
    project, package = projects / name, name.replace("-", "_")
    readme = (project / "README.md").read_text()
    rows = re.findall(r"^\| (`.*?`) \| ", readme[readme.index("## What is where") :], re.MULTILINE)
    named = [file for row in rows for file in re.findall(r"`(.+?)`", row)]
    assert [file for file in named if not any((base / file).exists() for base in (project, project / package))] == []
    modules = {path.name for path in (project / package).glob("*.py")} - {"__init__.py"}
    assert modules == {Path(file).name for file in named if file.endswith(".py")}


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained(name: str, projects: Path) -> None:
    project = projects / name
    settings = (project / name.replace("-", "_") / "settings.py").read_text()
    fields = [field.upper() for field in re.findall(r"^    (\w+): ", settings, re.MULTILINE)]
    assert sorted(re.findall(r"^(\w+)=", (project / ".env.example").read_text(), re.MULTILINE)) == sorted(fields)
    assert "BANDWIDTH_WEBHOOK_PASSWORD" in fields
