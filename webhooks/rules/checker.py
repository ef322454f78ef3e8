"""Walks a document and says what Bandwidth would refuse (errors) or silently not do (warnings)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from webhooks.bxml import Verb
from webhooks.events import Event
from webhooks.rules.table import ALLOWED, ENDS, Row

__all__ = ["Violation", "check"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule."""

    code: Literal["verb-not-allowed", "dead-code"]
    severity: Literal["error", "warning"]
    """An error never leaves the app; a warning is logged once."""
    sentence: str
    page: str
    """Bandwidth's page about it, below dev.bandwidth.com/docs."""


def check(verbs: Sequence[Verb], event: type[Event]) -> list[Violation]:
    """The rules that `verbs` break as the answer to `event`, an event that takes BXML."""
    row = ALLOWED[event]
    violations = [] if row.verbs.issuperset(map(type, verbs)) else _not_allowed(verbs, event, row)
    return violations + _dead_code(verbs) if len(verbs) > 1 else violations


def _not_allowed(verbs: Sequence[Verb], event: type[Event], row: Row) -> list[Violation]:
    names = ", ".join(sorted(allowed.element for allowed in row.verbs))
    start = f"may not answer {event.event_types()[0]}; allowed are {names}"
    return [
        Violation("verb-not-allowed", "error", f"{verb.element} {start}", row.source)
        for verb in verbs
        if type(verb) not in row.verbs
    ]


def _dead_code(verbs: Sequence[Verb]) -> list[Violation]:
    for position in range(len(verbs) - 1):
        verb = verbs[position]
        attribute = ENDS.get(type(verb), "")
        if attribute == "" or (attribute is not None and getattr(verb, attribute) is None):
            continue
        why = f"{verb.element} with {attribute}" if attribute else verb.element
        sentence = f"{verbs[position + 1].element} never runs: nothing does after {why}"
        return [Violation("dead-code", "warning", sentence, verb.page)]
    return []
