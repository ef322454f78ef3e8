"""Text of reference pages: paragraphs, lists, links, and what a docstring says."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Mapping

__all__ = ["docstring", "filled", "item", "linked", "paragraphs"]

_DOCS = "https://dev.bandwidth.com/docs/"
_COLUMNS = 100


def filled(text: str, first: str = "", later: str = "") -> str:
    """A paragraph in lines, the first and the later ones indented."""
    return textwrap.fill(
        text, _COLUMNS, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def item(text: str) -> str:
    """A line of a list."""
    return filled(text, "- ", "  ")


def linked(page: str) -> str:
    """A link to a page of Bandwidth's."""
    return f"[{page}]({_DOCS}{page})"


def docstring(of: object) -> tuple[str, str, Mapping[str, str]]:
    """The sentence, what else is told, and what is told of each argument."""
    text, _, arguments = (inspect.getdoc(of) or "").partition("\nArgs:\n")
    summary, _, about = text.partition("\n\n")
    named = re.findall(r"^    (\w+): (.*(?:\n     +.*)*)", arguments, re.MULTILINE)
    described = {name: " ".join(told.split()) for name, told in named}
    return re.sub(r" \(voice/\S+\)\.$", ".", " ".join(summary.split())), " ".join(about.split()), described


def paragraphs(of: object) -> list[str]:
    """What a docstring says before its arguments and errors, lists as they are."""
    text = re.split(r"\n(?:Args|Raises):\n", inspect.getdoc(of) or "")[0].strip()
    return [part if part.startswith("- ") else filled(" ".join(part.split())) for part in text.split("\n\n")]
