"""The pages about BXML: every element, and every rule."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reference_text import docstring, filled, item, linked

from webhooks.bxml import ELEMENTS, Element, Verb
from webhooks.bxml._builder import MISTAKES
from webhooks.bxml._limits import Limit, Text
from webhooks.cli.catalogue import kind_of
from webhooks.cli.layout import markdown
from webhooks.events import Event
from webhooks.rules import ALLOWED, ENDS, NON_BLOCKING, RULES

__all__ = ["rules", "verbs"]

_LINK = re.compile(r"^URL or handler of the \w+ event(?:\.|; )")


def verbs() -> str:
    """docs/reference/verbs.md: every element."""
    own = [element for element in ELEMENTS.values() if issubclass(element, Verb)]
    inner = [element for element in ELEMENTS.values() if not issubclass(element, Verb)]
    blocks = [
        "# Verbs",
        filled(
            "Every element of BXML, by its name, all in `webhooks.bxml`. Behind each attribute stand its name in BXML, "
            "what it may be, and what it does. An attribute that is not given is not written; Bandwidth's default then "
            "holds."
        ),
        filled(
            "A method says how the URL before it is called; Bandwidth's default is POST. A user name and its password "
            "belong together and are sent to the URLs, those that begin with `fallback_` to the fallback URLs."
        ),
        _index(own),
        *(block for element in sorted(own, key=_name) for block in _element(element)),
        "# Inside of verbs",
        *(block for element in sorted(inner, key=_name) for block in _element(element)),
        "Read next: [which verb may answer which event](rules.md).",
    ]
    return "\n\n".join(blocks)


def rules() -> str:
    """docs/reference/rules.md: every code, and which verb may answer which event."""
    groups = _groups()
    blocks = [
        "# Rules",
        filled(
            "What Bandwidth refuses is an error: the document never leaves the app. What would not do as it seems is a "
            "warning, logged once. `webhooks bxml FILE` holds a document to the same rules."
        ),
        *(_rule(code) for code in RULES),
        "## Which verb may answer which event",
        "\n".join(
            item(f"**{name}**: {', '.join(f'`{one}`' for one in _types(group))}")
            for name, group in groups
            if len(group) > 1
        ),
        filled(
            "Notifications are answered with nothing. A verb that does not wait lets the next one run at once; after "
            "one that ends the document, always or when its attribute is set, no later verb runs."
        ),
        _matrix(groups),
        "## Mistakes in a text",
        "`webhooks bxml` and `bxml.parse` tell them. Each is an error.",
        filled(
            "`webhooks bxml --json` prints an array of objects with `severity`, `code`, `line` and `column`, both "
            "counted from 1, `problem` and `page`. Fields may be added; none is renamed or taken away."
        ),
        "\n".join(item(f"`{code}`: {summary}") for code, summary in MISTAKES.items()),
        "Read next: [every verb and its attributes](verbs.md).",
    ]
    return "\n\n".join(blocks)


def _name(element: type[Element]) -> str:
    return element.element


def _index(found: Iterable[type[Element]]) -> str:
    names = sorted(map(_name, found))
    lines = filled(" ".join(f"[{name}]" for name in names)).replace("] [", "], [").replace("]\n", "],\n")
    return "\n".join([lines, "", *(f"[{name}]: #{name.lower()}" for name in names)])


def _element(element: type[Element]) -> Iterator[str]:
    summary, about, described = docstring(element)
    yield f"## {element.element}"
    yield filled(f"{summary} {about}".strip())
    yield f"{_answers(element)}Page: {linked(element.page)}."
    items = [*_content(element, described), *_attributes(element, described)]
    if items:
        yield "\n".join(map(item, items))


def _answers(element: type[Element]) -> str:
    names = [name for name, group in _groups() if element in ALLOWED[group[0]].verbs]
    return f"Answers: {', '.join(names)}. " if names else ""


def _content(element: type[Element], described: Mapping[str, str]) -> Iterator[str]:
    name = element.content_name
    if element.children is not None:
        what = f"`*{name}`: {element.children.number} {element.children.expected}"
    elif element.text == "prose":
        what = f"`*{name}`: text and `Ssml`"
    elif limit := element.content_limit():
        needed = inspect.signature(element).parameters[name].default is inspect.Parameter.empty
        what = f"`{name}`, between the tags: {_words(limit)}{', required' if needed else ''}"
    else:
        return
    yield _with(what, described.get(name) or described.get(name.removesuffix("s"), ""))


def _attributes(element: type[Element], described: Mapping[str, str]) -> Iterator[str]:
    for one in element.attributes:
        names = ", ".join(f"`{name}`" for name in dict.fromkeys([one.name, one.wire]))
        required = ", required" if one.required else ""
        yield _with(f"{names}: {_words(one.limit)}{required}", described.get(one.name, ""))


def _with(limit: str, told: str) -> str:
    """What a value may be, and what else is told of it: docstrings repeat some limits."""
    told = _LINK.sub("", told)
    more = ", ".join(part for part in told.split(", ") if part.removesuffix(".") not in limit)
    return f"{limit}. {more[:1].upper()}{more[1:].removesuffix('.')}." if more else f"{limit}."


def _words(limit: Limit) -> str:
    """What a value may be, as the message says that refuses one."""
    longest = limit.longest if isinstance(limit, Text) else None
    return limit.check(None if longest is None else "\0" * (longest + 1)) or ""


def _groups() -> list[tuple[str, list[type[Event]]]]:
    """Events that the same verbs may answer, and what to call them."""
    groups: dict[frozenset[type[Verb]], list[type[Event]]] = {}
    for event, row in ALLOWED.items():
        groups.setdefault(row.verbs, []).append(event)
    return [(_called(group), group) for group in groups.values()]


def _called(group: Sequence[type[Event]]) -> str:
    return f"{kind_of(group[0])} events" if len(group) > 1 else group[0].event_types()[0]


def _types(group: Iterable[type[Event]]) -> list[str]:
    return [event.event_types()[0] for event in group]


def _matrix(groups: Sequence[tuple[str, Sequence[type[Event]]]]) -> str:
    found = sorted({verb for row in ALLOWED.values() for verb in row.verbs}, key=_name)
    rows = [
        [
            f"[{verb.element}](verbs.md#{verb.element.lower()})",
            *("yes" if verb in ALLOWED[group[0]].verbs else "" for _, group in groups),
            "no" if verb in NON_BLOCKING else "",
            (f"with `{ENDS[verb]}`" if ENDS[verb] else "always") if verb in ENDS else "",
        ]
        for verb in found
    ]
    return markdown(["verb", *(name for name, _ in groups), "waits", "ends the document"], rows)


def _rule(code: str) -> str:
    rule = RULES[code]
    pages = ", ".join(map(linked, rule.source.split(", ")))
    return f"## {code}\n\n{rule.severity.capitalize()}. {rule.summary}\n\nPage: {pages}."
