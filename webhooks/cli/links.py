"""Finds the links that handlers write into their verbs, by reading their source. Nothing is run.

A link is a keyword argument of a verb whose attribute names an event's URL: `Gather(gather_url=menu)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from webhooks.bxml._limits import Url
from webhooks.cli.sources import Source, sources_of

__all__ = ["Link", "links_of"]


@dataclass(frozen=True, slots=True)
class Link:
    """One link."""

    where: str
    """`main.py:12`."""
    attribute: str
    """`Gather(gather_url=...)`."""
    event_types: tuple[str, ...]
    """Of the events that go to the link; the handler of any of them will do."""
    to: str | Callable[..., object]
    """URL or handler."""


def links_of(handlers: Iterable[object]) -> Iterator[Link]:
    """The links of handlers, each function read once."""
    for source in sources_of(handlers):
        yield from _links(source)


def _links(source: Source) -> Iterator[Link]:
    for verb, call in source.verbs():
        urls = {one.name: one.limit for one in verb.attributes if isinstance(one.limit, Url) and one.limit.event_types}
        for argument in call.keywords:
            limit, to = urls.get(argument.arg or ""), source.value(argument.value)
            if limit is not None and (isinstance(to, str) or callable(to)):
                where = source.where(argument.value)
                yield Link(where, f"{verb.element}({argument.arg}=...)", limit.event_types, to)
