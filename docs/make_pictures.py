"""Draws what commands print, as terminals in SVG: `make docs`. With --check it only says which pictures are stale.

A picture is a line in `PICTURES`. What is drawn is what the command prints now; the colours are its own.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from webhooks.cli import main as webhooks

DOCS = Path(__file__).parent
FOLDER = DOCS / "pictures"
EXAMPLES = DOCS.parent / "docs_src" / "tutorial"
_COLUMNS = 80
_CREDENTIALS = {"BANDWIDTH_WEBHOOK_USERNAME": "bandwidth", "BANDWIDTH_WEBHOOK_PASSWORD": "example"}
# Rich's own form fetches a font from elsewhere; this one takes the reader's.
_FORM = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A command, and what of it is drawn."""

    arguments: Sequence[str]
    aside: Sequence[str] = ()
    """Arguments that are not drawn: what makes it the same each time."""
    first: int | None = None
    """How many lines, from the first; all when None."""
    replaced: tuple[str, str] = ("", "")
    """What is changed in `menu.py` before, to show a mistake."""


PICTURES: Mapping[str, Picture] = {
    "call.svg": Picture(("call", "menu:hooks", "--script", "7; 2; say Please call me back.; #"), ("--seed", "0")),
    "check.svg": Picture(("check", "menu:hooks"), replaced=(', path="/thanks"', "")),
    "demo.svg": Picture(("demo",), first=27),
}


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Draw the pictures into a folder, or say which of them are stale; the exit code."""
    folder.mkdir(exist_ok=True)
    drawn = {folder / name: draw(name, picture) for name, picture in PICTURES.items()}
    stale = [path for path, text in drawn.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        if "--check" in arguments:
            print(f"docs/pictures/{path.name} is not what the command prints: run `make docs` and commit it.")
        else:
            path.write_text(drawn[path])
    return 1 if stale and "--check" in arguments else 0


def draw(name: str, picture: Picture) -> str:
    """A picture's text."""
    shown = " ".join(f'"{one}"' if " " in one else one for one in ("webhooks", *picture.arguments))
    lines = [f"$ {shown}", *_printed(picture).splitlines()]
    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi("\n".join(lines[: picture.first])))
    # Rich numbers what it draws by the content; the name is steadier.
    drawn = console.export_svg(title=shown, theme=MONOKAI, code_format=_FORM, unique_id=name.partition(".")[0])
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def _printed(picture: Picture) -> str:
    """What a command prints beside a copy of `menu.py`."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        source = (EXAMPLES / "menu.py").read_text()
        Path("menu.py").write_text(source.replace(*picture.replaced) if picture.replaced[0] else source)
        sys.modules.pop("menu", None)
        runner = CliRunner(env={"COLUMNS": str(_COLUMNS), **_CREDENTIALS})
        return runner.invoke(webhooks, (*picture.arguments, *picture.aside), color=True, terminal_width=_COLUMNS).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
