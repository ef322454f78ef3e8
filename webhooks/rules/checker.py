"""Walks a document and says what Bandwidth would refuse (errors) or silently not do (warnings)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from webhooks.bxml import Forward, Gather, Refer, Ring, StartGather, Verb
from webhooks.events import CallEvent, Event, TransferAnswerEvent
from webhooks.rules.table import ALLOWED, ENDS, NON_BLOCKING, RULES

__all__ = ["Violation", "check"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule."""

    code: str
    """A key of `RULES`."""
    severity: Literal["error", "warning"]
    """An error never leaves the app; a warning is logged once."""
    sentence: str
    page: str
    """Bandwidth's page about it, below dev.bandwidth.com/docs."""


def check(verbs: Sequence[Verb], event: Event | type[Event]) -> list[Violation]:
    """The rules that `verbs` break as the answer to `event`, which takes BXML.

    An event tells more than its class: whether the call was answered, and whether it came in by SIP.
    """
    kind = event if isinstance(event, type) else event.__class__
    violations = [] if ALLOWED[kind].verbs.issuperset(map(type, verbs)) else _not_allowed(verbs, kind)
    if len(verbs) > 1:
        violations += _dead_code(verbs)
        violations += _combined(verbs)
    if verbs and type(verbs[-1]) in NON_BLOCKING:
        violations += _ends_at_once(verbs[-1], kind)
    if not isinstance(event, type) and not _CONDITIONAL.isdisjoint(map(type, verbs)):
        violations += _conditions(verbs, event)
    return violations


def _broken(code: str, sentence: str, page: str = "") -> Violation:
    return Violation(code, RULES[code].severity, sentence, page or RULES[code].source)


def _not_allowed(verbs: Sequence[Verb], event: type[Event]) -> list[Violation]:
    row = ALLOWED[event]
    names = ", ".join(sorted(allowed.element for allowed in row.verbs))
    start = f"may not answer {event.event_types()[0]}; allowed are {names}"
    wrong = [verb for verb in verbs if type(verb) not in row.verbs]
    return [_broken("verb-not-allowed", f"{verb.element} {start}", row.source) for verb in wrong]


def _dead_code(verbs: Sequence[Verb]) -> list[Violation]:
    for position in range(len(verbs) - 1):
        verb = verbs[position]
        attribute = ENDS.get(type(verb), "")
        if attribute == "" or (attribute is not None and getattr(verb, attribute) is None):
            continue
        why = f"{verb.element} with {attribute}" if attribute else verb.element
        sentence = f"{verbs[position + 1].element} never runs: nothing does after {why}"
        return [_broken("dead-code", sentence, verb.page)]
    return []


def _combined(verbs: Sequence[Verb]) -> list[Violation]:
    kinds = list(map(type, verbs))
    found: list[Violation] = []
    if Forward in kinds and StartGather in kinds:
        found.append(_broken("forward-with-start-gather", "StartGather cannot be combined with Forward"))
    lost = [verb for verb in verbs if isinstance(verb, Gather) and verb.gather_url is None]
    if kinds.count(Gather) > 1 and lost:
        found.append(_broken("two-gathers", f"of {kinds.count(Gather)} Gathers {len(lost)} lose their keys"))
    return found


def _ends_at_once(last: Verb, event: type[Event]) -> list[Violation]:
    # A conference goes on without BXML, and the legs of a transfer are bridged when theirs is over.
    if not issubclass(event, CallEvent) or event is TransferAnswerEvent:
        return []
    sentence = (
        f"{last.element} is the last verb and does not wait, so the call ends at once; let a verb that waits follow"
    )
    return [_broken("ends-at-once", sentence)]


_CONDITIONAL: frozenset[type[Verb]] = frozenset({Forward, Refer, Ring})


def _conditions(verbs: Sequence[Verb], event: Event) -> list[Violation]:
    """What depends on the call: whether it was answered, and how it came in."""
    answered = getattr(event, "answer_time", None) is not None
    outbound = getattr(event, "direction", None) == "outbound"
    found: list[Violation] = []
    for verb in verbs:
        if isinstance(verb, Forward) and (answered or outbound):
            what = "was answered" if answered else "is outbound"
            found.append(_broken("forward-answered", f"Forward cannot run: the call {what}"))
        elif isinstance(verb, Ring) and answered:
            found.append(_broken("ring-answered", "Ring does nothing useful: the call was answered"))
        elif isinstance(verb, Refer) and (outbound or not _by_sip(event)):
            found.append(_broken("refer-not-sip", "Refer needs an inbound SIP URI call, and this is none"))
    return found


def _by_sip(event: Event) -> bool:
    parties = (getattr(event, "from_", None), getattr(event, "to", None))
    return any(party is None or party.lower().startswith(("sip:", "sips:")) for party in parties)
