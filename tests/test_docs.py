"""Pages say what is: their code stands in docs_src/ and runs, their links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from webhooks.bxml import ELEMENTS, Verb

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"<!-- (docs_src/\S+) -->\n```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_is_the_code_that_runs(page: Path) -> None:
    for path, code in BLOCK.findall(page.read_text()):
        assert code == (ROOT / path).read_text(), path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    assert all((page.parent / link).exists() for link in links if not link.startswith("https://")), links


def test_the_tests_of_the_tutorial_pass_as_a_user_runs_them() -> None:
    folder = ROOT / "docs_src" / "testing"
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(folder), "-p", "no:cacheprovider"]
    run = subprocess.run([*command, "-q", "."], cwd=folder, capture_output=True, text=True, check=False)
    assert "5 passed" in run.stdout, run.stdout + run.stderr


def test_every_verb_is_on_the_page_about_the_simulator() -> None:
    page = (ROOT / "docs" / "reference" / "simulator.md").read_text()
    verbs = [name for name, element in ELEMENTS.items() if issubclass(element, Verb)]
    assert [name for name in verbs if not re.search(rf"\b{name}\b", page)] == []
