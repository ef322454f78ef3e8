"""Pictures show what commands print now."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.svg"))


@pytest.fixture
def make_pictures() -> Callable[..., int]:
    main: Callable[..., int] = runpy.run_path(str(ROOT / "docs" / "make_pictures.py"))["main"]
    return main


def test_a_stale_picture_is_told_and_drawn_anew(
    make_pictures: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_pictures(["--check"]) == 0
    assert make_pictures([], folder=tmp_path) == 0
    (tmp_path / "call.svg").write_text("old")
    capsys.readouterr()
    assert make_pictures(["--check"], folder=tmp_path) == 1
    told = "docs/pictures/call.svg is not what the command prints: run `make docs` and commit it.\n"
    assert capsys.readouterr().out == told


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_a_picture_fetches_nothing(picture: Path) -> None:
    text = picture.read_text()
    assert re.findall(r"url\((?!#)|href=|@import|<script", text) == []


def test_every_picture_has_a_page_that_says_what_is_on_it() -> None:
    pages = "".join(page.read_text() for page in (ROOT / "docs").rglob("*.md"))
    shown = dict(re.findall(r"!\[([^\]]+)\]\(\S*pictures/(\w+)\.svg\)", pages))
    assert {picture.stem for picture in PICTURES} == set(shown.values())
