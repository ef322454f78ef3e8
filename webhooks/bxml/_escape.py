"""The only two ways into a document's text: character data, and the value of an attribute."""

from __future__ import annotations

import re

__all__ = ["REFERENCES", "attribute", "character_data"]

REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
"""What stands for a character between tags. The ampersand is first: it is in all others."""

# Most text needs nothing, and to know that costs less than to replace nothing.
_SPECIAL = re.compile('[&<>"\\r\\n\\t]').search


def character_data(text: str) -> str:
    """`text` between tags. A carriage return would be read back as a line feed (XML 1.0, 2.11)."""
    text = str.__str__(text)  # a subclass may replace in its own way
    for character, reference in REFERENCES.items():
        text = text.replace(character, reference)
    return text


def attribute(text: str) -> str:
    """`text` between double quotes. A reader turns white space there into blanks unless it is a reference (3.3.3)."""
    text = str.__str__(text)
    if _SPECIAL(text) is None:
        return text
    return character_data(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
