"""Pages say what is: their code stands in docs_src/ and runs, their links lead somewhere."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from webhooks.bxml import ELEMENTS, Verb
from webhooks.rules import ALLOWED, RULES

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCK = re.compile(r"<!-- (docs_src/\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
GUIDES = [page for page in PAGES if page.parent.name in {"tutorial", "howto"}]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_is_the_code_that_runs(page: Path) -> None:
    for path, code in BLOCK.findall(page.read_text()):
        assert code == (ROOT / path).read_text(), path


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_all_python_of_a_guide_runs(page: Path) -> None:
    assert re.findall(r"(?<! -->)\n```python\n(.*?)```", page.read_text(), re.DOTALL) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_ends_with_what_to_read_next(page: Path) -> None:
    last = page.read_text().rstrip().splitlines()[-1]
    assert re.fullmatch(r"Read next: .*\]\(.+\)\.", last), last


def test_every_example_is_on_a_page() -> None:
    shown = {path for page in [ROOT / "README.md", *PAGES] for path, _ in BLOCK.findall(page.read_text())}
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "docs_src").rglob("*") if path.is_file()}
    # The samples are compared with Bandwidth's by a test of their own.
    assert {path for path in found - shown if "/samples/" not in path and "__pycache__" not in path} == set()


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.stem)
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


def test_the_verbs_that_may_answer_calls_and_conferences_are_on_the_page_about_the_fallback() -> None:
    page = (ROOT / "docs" / "explanation" / "story.md").read_text().partition("## The fallback")[2]
    both = frozenset[type[Verb]].intersection(*(row.verbs for row in ALLOWED.values()))
    told = re.search(r"These may answer both: ([^.]+)\.", page)
    assert told is not None
    assert set(re.findall(r"`(\w+)`", told[1])) == {verb.__name__ for verb in both}


@pytest.fixture
def make_reference(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    main: Callable[..., int] = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))["main"]
    return main


def test_the_reference_pages_are_what_the_code_says(make_reference: Callable[..., int]) -> None:
    assert make_reference(["--check"]) == 0


def test_a_stale_page_is_told_and_made_anew(
    make_reference: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_reference([], folder=tmp_path) == 0
    (tmp_path / "verbs.md").write_text("old")
    assert make_reference(["--check"], folder=tmp_path) == 1
    told = "docs/reference/verbs.md is not what the code says: run `make docs` and commit it.\n"
    assert capsys.readouterr().out == told
    assert make_reference([], folder=tmp_path) == 0
    assert make_reference(["--check"], folder=tmp_path) == 0


def test_every_element_and_rule_is_on_its_page() -> None:
    pages = {name: (ROOT / "docs" / "reference" / name).read_text() for name in ("verbs.md", "rules.md")}
    assert [name for name in ELEMENTS if f"\n## {name}\n" not in pages["verbs.md"]] == []
    assert [code for code in RULES if f"\n## {code}\n" not in pages["rules.md"]] == []
    names = {one.wire for element in ELEMENTS.values() for one in element.attributes}
    assert [name for name in names if f"`{name}`: " not in pages["verbs.md"]] == []
