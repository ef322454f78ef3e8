"""Bandwidth's spelling of a Python name. The one place where snake_case becomes camelCase, for events and verbs."""

from __future__ import annotations

__all__ = ["wire_name"]


def wire_name(name: str) -> str:
    """`call_id` is `callId` on the wire, `from_` is `from`."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)
