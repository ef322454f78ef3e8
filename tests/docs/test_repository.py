"""Files for those who work on the repository name what is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import webhooks

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
# Those of this repository, and of the projects that `webhooks new` makes.
MAKEFILES = (ROOT / "Makefile", *ROOT.glob("app_template/*/Makefile"))
TARGETS = {target for file in MAKEFILES for target in re.findall(r"^([a-z-]+):", file.read_text(), re.MULTILINE)}


def hooks_before_commits() -> list[dict[str, Any]]:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    return [hook for repo in repos for hook in repo["hooks"]]


@pytest.mark.parametrize("name", ["AGENTS.md", "CONTRIBUTING.md", "README.md"])
def test_every_target_of_make_is_one(name: str) -> None:
    told = re.findall(r"(?:^    |`)make ([a-z-]+)", (ROOT / name).read_text(), re.MULTILINE)
    assert told
    assert [target for target in told if target not in TARGETS] == []


@pytest.mark.parametrize("name", ["AGENTS.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_every_file_that_is_named_is_there(name: str) -> None:
    text = (ROOT / name).read_text()
    named = re.findall(r"\]\((?!https://)([^)]+)\)|`((?:webhooks|tests|docs|docs_src)/[\w/.]*)`", text)
    # The package may stand elsewhere: where it is installed.
    places = (ROOT, Path(webhooks.__file__).parents[1])
    paths = [path for pair in named for path in pair if path]
    assert [path for path in paths if not any((place / path).exists() for place in places)] == []


def test_hooks_before_commits_call_what_is_there() -> None:
    for hook in hooks_before_commits():
        if hook["language"] == "system":
            program, *words = hook["entry"].split()
            # The virtual environment is made by make, and CI may have another one.
            assert program in {".venv/bin/ruff", ".venv/bin/python"}
            assert [word for word in words if word.endswith(".py") and not (ROOT / word).exists()] == []
        else:
            assert hook["language"] == "pygrep"
            assert re.search(hook["entry"], "file:///opt/x")


def test_the_pins_name_no_address() -> None:
    found = next(hook["entry"] for hook in hooks_before_commits() if hook["id"] == "pins")
    assert re.findall(found, (ROOT / "requirements" / "dev.txt").read_text()) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_asks_under_a_name_of_its_own(template: Path) -> None:
    form = yaml.safe_load(template.read_text())
    asked = [field["id"] for field in form.get("body", []) if field["type"] != "markdown"]
    assert len(set(asked)) == len(asked)
    assert all(field["attributes"].get("label") for field in form.get("body", []) if field["type"] != "markdown")
