"""Every verb and every event has a scenario that asserts its effect."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from webhooks import bxml
from webhooks.bxml import Verb
from webhooks.events import EVENTS


def claims() -> Iterator[str]:
    """What the scenarios claim; the fixture `phone` holds them to it."""
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tells":
                yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


def test_there_are_enough_stories_and_none_is_long() -> None:
    lengths = [
        1 + (node.end_lineno or 0) - node.lineno
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert len(lengths) >= 20
    assert max(lengths) < 40


def test_every_verb_has_a_scenario() -> None:
    verbs = {one.element for one in bxml.ELEMENTS.values() if issubclass(one, Verb)}
    assert verbs <= set(claims()), verbs - set(claims())


def test_every_event_has_a_scenario() -> None:
    events = {event.event_types()[0] for event in EVENTS}
    assert events <= set(claims()), events - set(claims())
