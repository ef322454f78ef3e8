"""The site is built as `make site` builds it, into a temporary folder."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import webhooks

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]
PAGES = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
# What a browser fetches by itself; a link may lead anywhere.
FETCHED = re.compile(
    r"<(?:script|img|iframe)\b[^>]* src=\"?(?:https?:)?//|<link\b[^>]*stylesheet[^>]*href=\"?https?://"
)


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build what stands in a folder."""
    command = [sys.executable, "-m", "zensical", "build", "--strict"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def sources(folder: Path) -> Path:
    """A copy of all that the site is made from."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    (folder / "webhooks").symlink_to(ROOT / "webhooks")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sources(tmp_path_factory.mktemp("site"))
    built = build(folder)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "griffe:" not in built.stdout + built.stderr  # a docstring that does not fit its function
    return folder / "site"


def test_every_page_is_built(site: Path) -> None:
    assert [page for page in sorted(PAGES) if not (site / page).with_suffix(".html").exists()] == []
    assert list(site.rglob("*.py")) == []


def test_a_browser_needs_no_other_host(site: Path) -> None:
    found = {page.name: FETCHED.findall(page.read_text()) for page in site.rglob("*.html")}
    assert len(found) > 10
    assert {name: fetched for name, fetched in found.items() if fetched} == {}
    assert FETCHED.search('<script src="https://example.com/a.js">')


def test_every_public_name_is_on_the_page_of_its_module(site: Path) -> None:
    page = (site / "reference" / "api" / "webhooks.html").read_text()
    assert [name for name in webhooks.__all__ if f'id="webhooks.{name}"' not in page] == []


def test_the_menu_has_every_page_once() -> None:
    assert sorted(_pages(SETTINGS["nav"])) == sorted(PAGES)


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Start\n\n[Nothing](nothing.md)\n")
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "test"\nstrict = true\n')
    built = build(tmp_path)
    assert (built.returncode != 0, "page does not exist" in built.stdout + built.stderr) == (True, True)


def _pages(menu: object) -> Iterator[str]:
    if isinstance(menu, str):
        yield menu
    elif isinstance(menu, dict):
        for below in menu.values():
            yield from _pages(below)
    elif isinstance(menu, list):
        for below in menu:
            yield from _pages(below)
