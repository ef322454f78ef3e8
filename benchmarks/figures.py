"""The figures in README and docs, from RESULTS.md: rewritten here, and `--check` fails when they differ.

    python benchmarks/figures.py [--check]

A page says where: between `<!-- figures: TITLE: NAME, NAME -->` and `<!-- /figures -->` stands the table of that title,
its rows of these names, or all rows where none is named.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
PICTURE = ROOT / "docs" / "pictures" / "cpu.svg"
PLACE = re.compile(r"(<!-- figures: (.+?) -->\n)(.*?)(<!-- /figures -->)", re.DOTALL)
DRAWN = "Server CPU of a delivery"

Table = tuple[Sequence[str], list[Sequence[str]]]


def tables(results: str) -> dict[str, Table]:
    """Headings and rows, by title."""
    found: dict[str, Table] = {}
    for part in results.split("\n## ")[1:]:
        title, _, text = part.partition("\n")
        lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
        found[title] = lines[0], lines[2:]
    return found


def figures(what: str, known: dict[str, Table]) -> str:
    """The lines that a place asks for."""
    title, _, names = what.partition(": ")
    headings, rows = known[title]
    wanted = [name.strip() for name in names.split(";")] if names else [row[0] for row in rows]
    by_name = {row[0]: row for row in rows}
    rule = ["---", *["--:"] * (len(headings) - 1)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (headings, rule, *(by_name[name] for name in wanted)))


def pages() -> Iterable[Path]:
    """Those that have figures."""
    return (
        page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if PLACE.search(page.read_text())
    )


def written(text: str, known: dict[str, Table]) -> str:
    """A page with the figures of now."""
    return PLACE.sub(lambda match: f"{match[1]}{figures(match[2], known)}{match[4]}", text)


def picture(table: Table) -> str:
    """Bars of CPU for each delivery, as SVG."""
    rows = [(row[0], float(row[1])) for row in table[1] if "messages" not in row[0]]
    most, step, left, width = max(cpu for _, cpu in rows), 26, 330, 380
    bars: list[str] = []
    for at, (name, cpu) in enumerate(rows):
        y, long, ours = at * step + 25, cpu / most * width, name.startswith("webhooks")
        weight, colour = ("bold", "#0a6ebd") if ours else ("normal", "#9aa5b1")
        bars += [
            f'<text x="{left - 10}" y="{y}" text-anchor="end" font-weight="{weight}">{escape(name)}</text>',
            f'<rect x="{left}" y="{y - 13}" width="{long:.1f}" height="17" fill="{colour}"/>',
            f'<text x="{left + long + 6:.1f}" y="{y}">{cpu:.1f}</text>',
        ]
    height, what = len(rows) * step + 34, "microseconds of server CPU for each delivery"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {height}" font-family="sans-serif" font-size="13">',
        f"<title>{what}</title>",
        f'<rect width="780" height="{height}" fill="#ffffff"/>',
        *bars,
        f'<text x="{left}" y="{height - 10}" fill="#555555">{what}</text>',
        "</svg>\n",
    ]
    return "\n".join(lines)


def draw() -> None:
    """The picture anew."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(tables(RESULTS.read_text())[DRAWN]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    known = tables(RESULTS.read_text())
    new = {page: written(page.read_text(), known) for page in pages()}
    new[PICTURE] = picture(known[DRAWN])
    stale = [page for page, text in new.items() if not page.exists() or page.read_text() != text]
    if parser.parse_args().check:
        if stale:
            names = ", ".join(str(page.relative_to(ROOT)) for page in stale)
            sys.exit(f"Other figures than in benchmarks/RESULTS.md: {names}. Run: make figures")
        return
    PICTURE.parent.mkdir(exist_ok=True)
    for page in stale:
        page.write_text(new[page])


if __name__ == "__main__":
    main()
