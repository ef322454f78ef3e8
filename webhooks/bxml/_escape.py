"""The only two ways into a document's text: character data, and the value of an attribute."""

from __future__ import annotations

__all__ = ["attribute", "character_data"]


def character_data(text: str) -> str:
    """`text` between tags. A carriage return would be read back as a line feed (XML 1.0, 2.11)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def attribute(text: str) -> str:
    """`text` between double quotes. A reader turns white space there into blanks unless it is a reference (3.3.3)."""
    return character_data(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
