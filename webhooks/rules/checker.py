"""Walks a document and says what Bandwidth would refuse (errors) or silently not do (warnings)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from webhooks.bxml import Forward, Gather, Refer, Ring, StartGather, Verb
from webhooks.events import CallEvent, Event, TransferAnswerEvent
from webhooks.rules.table import ALLOWED, ANSWERING, ENDS, NON_BLOCKING, RULES

__all__ = ["Violation", "check", "keeps_all"]


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
    position: int
    """Index of the verb that it is about."""


def check(verbs: Sequence[Verb], event: Event | type[Event]) -> list[Violation]:
    """The rules that `verbs` break as the answer to `event`, which takes BXML.

    An event tells more than its class: whether the call was answered, and whether it came in by SIP.
    """
    kind = event if isinstance(event, type) else event.__class__
    if keeps_all(kind, tuple(map(type, verbs))):
        return []
    violations = _not_allowed(verbs, kind)
    if len(verbs) > 1:
        violations += _dead_code(verbs)
        violations += _combined(verbs)
    if verbs and verbs[-1].element in _NON_BLOCKING:
        violations += _ends_at_once(verbs, kind)
    violations += _forwarded(verbs, event)
    if not isinstance(event, type):
        violations += _conditions(verbs, event)
    return violations


# By name, so that a subclass of a verb is held to what the verb is.
_ALLOWED = {event: frozenset(verb.element for verb in row.verbs) for event, row in ALLOWED.items()}
_ENDS = {verb.element: attribute for verb, attribute in ENDS.items()}
_NON_BLOCKING = frozenset(verb.element for verb in NON_BLOCKING)
_ANSWERING = frozenset(verb.element for verb in ANSWERING)
_CONDITIONAL = frozenset({Forward.element, Refer.element, Ring.element})


@lru_cache(1024)
def keeps_all(event: type[Event], kinds: tuple[type[Verb], ...]) -> bool:
    """Whether verbs of these kinds break no rule, whatever their attributes are. An app answers with few kinds."""
    names = [kind.element for kind in kinds]
    return (
        _ALLOWED[event].issuperset(names)
        and _CONDITIONAL.isdisjoint(names)
        and _NON_BLOCKING.isdisjoint(names[-1:])
        and _ENDS.keys().isdisjoint(names[:-1])
    )


def _broken(code: str, position: int, sentence: str, page: str = "") -> Violation:
    return Violation(code, RULES[code].severity, sentence, page or RULES[code].source, position)


def _not_allowed(verbs: Sequence[Verb], event: type[Event]) -> list[Violation]:
    row, names = ALLOWED[event], ", ".join(sorted(_ALLOWED[event]))
    start = f"may not answer {event.event_types()[0]}; allowed are {names}"
    wrong = [position for position, verb in enumerate(verbs) if verb.element not in _ALLOWED[event]]
    return [_broken("verb-not-allowed", one, f"{verbs[one].element} {start}", row.source) for one in wrong]


def _dead_code(verbs: Sequence[Verb]) -> list[Violation]:
    for position in range(len(verbs) - 1):
        verb = verbs[position]
        attribute = _ENDS.get(verb.element, "")
        if attribute == "" or (attribute is not None and getattr(verb, attribute) is None):
            continue
        why = f"{verb.element} with {attribute}" if attribute else verb.element
        sentence = f"{verbs[position + 1].element} never runs: nothing does after {why}"
        return [_broken("dead-code", position + 1, sentence, verb.page)]
    return []


def _combined(verbs: Sequence[Verb]) -> list[Violation]:
    names = [verb.element for verb in verbs]
    found: list[Violation] = []
    if Forward.element in names and StartGather.element in names:
        position = names.index(StartGather.element)
        found.append(_broken("forward-with-start-gather", position, "StartGather cannot be combined with Forward"))
    lost = [one for one, verb in enumerate(verbs) if isinstance(verb, Gather) and verb.gather_url is None]
    count = names.count(Gather.element)
    if count > 1 and lost:
        found.append(_broken("two-gathers", lost[0], f"of {count} Gathers {len(lost)} lose their keys"))
    return found


def _ends_at_once(verbs: Sequence[Verb], event: type[Event]) -> list[Violation]:
    # A conference goes on without BXML, and the legs of a transfer are bridged when theirs is over.
    if not issubclass(event, CallEvent) or event is TransferAnswerEvent:
        return []
    last = len(verbs) - 1
    sentence = f"{verbs[last].element} is the last verb and does not wait, so the call ends at once"
    return [_broken("ends-at-once", last, f"{sentence}; let a verb that waits follow")]


def _forwarded(verbs: Sequence[Verb], event: Event | type[Event]) -> list[Violation]:
    """Whether the call may have been answered when a Forward comes: as the event says, or by a verb before it."""
    position = next((at for at, verb in enumerate(verbs) if isinstance(verb, Forward)), None)
    if position is None:
        return []
    by = next((verb.element for verb in verbs[:position] if _answers(verb)), None)
    if getattr(event, "answer_time", None) is not None:
        what = "the call was answered"
    elif getattr(event, "direction", None) == "outbound":
        what = "the call is outbound"
    elif by is not None:
        what = f"{by} answers the call before it"
    else:
        return []
    return [_broken("forward-answered", position, f"Forward cannot run: {what}")]


def _answers(verb: Verb) -> bool:
    """Whether a call that rings is answered by it; of some verbs no page says so, and they are not held against it."""
    return verb.element in _ANSWERING and getattr(verb, "answer_call", None) is not False


def _conditions(verbs: Sequence[Verb], event: Event) -> list[Violation]:
    """What depends on the call: whether it was answered, and how it came in."""
    answered = getattr(event, "answer_time", None) is not None
    outbound = getattr(event, "direction", None) == "outbound"
    found: list[Violation] = []
    for position, verb in enumerate(verbs):
        if isinstance(verb, Ring) and answered:
            found.append(_broken("ring-answered", position, "Ring does nothing useful: the call was answered"))
        elif isinstance(verb, Refer) and (outbound or not _by_sip(event)):
            found.append(_broken("refer-not-sip", position, "Refer needs an inbound SIP URI call, and this is none"))
    return found


def _by_sip(event: Event) -> bool:
    parties = (getattr(event, "from_", None), getattr(event, "to", None))
    return any(party is None or party.lower().startswith(("sip:", "sips:")) for party in parties)
