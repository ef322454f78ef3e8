"""The figures of README and docs are those of benchmarks/RESULTS.md, and a stale one is found."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[1]
RESULTS = """# Results

## Speed

How.

| who | us |
| --- | --: |
| one | 1.0 |
| two & <three> | 2.5 |
"""


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "benchmarks" / "figures.py"))


def test_a_place_gets_its_table_and_nothing_around_it_changes(script: dict[str, Any]) -> None:
    known = script["tables"](RESULTS)
    page = "before\n<!-- figures: Speed -->\nold\n<!-- /figures -->\nafter\n"
    table = "| who | us |\n| --- | --: |\n| one | 1.0 |\n| two & <three> | 2.5 |\n"
    assert script["written"](page, known) == f"before\n<!-- figures: Speed -->\n{table}<!-- /figures -->\nafter\n"


def test_a_place_may_name_its_rows(script: dict[str, Any]) -> None:
    written = script["written"]("<!-- figures: Speed: one -->\n<!-- /figures -->", script["tables"](RESULTS))
    assert "| one | 1.0 |" in written
    assert "two" not in written


def test_a_row_that_is_no_more_is_an_error(script: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        script["written"]("<!-- figures: Speed: three -->\n<!-- /figures -->", script["tables"](RESULTS))


def test_the_picture_is_xml_and_its_bars_are_as_long_as_they_should_be(script: dict[str, Any]) -> None:
    picture = ElementTree.fromstring(script["picture"](script["tables"](RESULTS)["Speed"]))
    widths = [float(bar.get("width", "")) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert widths[0] / widths[1] == pytest.approx(1.0 / 2.5, rel=0.01)


def test_the_pages_have_the_figures_of_now(script: dict[str, Any]) -> None:
    known = script["tables"]((ROOT / "benchmarks" / "RESULTS.md").read_text())
    pages = list(script["pages"]())
    assert ROOT / "README.md" in pages
    for page in pages:
        assert script["written"](page.read_text(), known) == page.read_text(), page
