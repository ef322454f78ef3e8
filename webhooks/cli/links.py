"""Finds the links that handlers write into their verbs, by reading their source. Nothing is run.

1. A link is a keyword argument of a verb whose attribute names an event's URL: `Gather(gather_url=menu)`.
2. Read are the handlers, and the functions of the same module that they name, as far as they lead.
3. What cannot be told without running it (a parameter, an f-string, a variable of the function) is passed over.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from webhooks.bxml import Element
from webhooks.bxml._limits import Url

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
    waiting = [function for handler in handlers for function in _functions(handler)]
    seen = set[FunctionType]()
    while waiting:
        function = waiting.pop(0)
        if function in seen:
            continue
        seen.add(function)
        tree, first = _tree(function)
        if tree is None:
            continue
        scope = _Scope(function)
        yield from _links(tree, scope, f"{inspect.getsourcefile(function)}", first)
        waiting += [one for one in scope.named(tree) if one.__module__ == function.__module__]


def _functions(handler: Any) -> list[FunctionType]:
    """The function behind a handler: below partials, methods, decorators; of an object, its `__call__`."""
    while hasattr(handler, "func"):
        handler = handler.func
    if not inspect.isroutine(handler):
        handler = type(handler).__call__
    handler = inspect.unwrap(getattr(handler, "__func__", handler))
    return [handler] if isinstance(handler, FunctionType) else []


def _tree(function: FunctionType) -> tuple[ast.AST | None, int]:
    try:
        lines, first = inspect.getsourcelines(function)
        return ast.parse(textwrap.dedent("".join(lines))), first
    except (OSError, SyntaxError):  # made by `exec`, or a lambda in the middle of something
        return None, 0


class _Scope:
    """What names mean inside of a function, as far as they come from outside of it."""

    def __init__(self, function: FunctionType) -> None:
        code = function.__code__
        self._locals = frozenset(code.co_varnames + code.co_cellvars)
        self._values: Mapping[str, object] = {**function.__globals__, **_closure(function)}

    def value(self, node: ast.AST) -> Any:
        """What a name, a dotted name or a literal text stands for; None when only running it would tell."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and node.id not in self._locals:
            return self._values.get(node.id)
        if isinstance(node, ast.Attribute):
            return getattr(self.value(node.value), node.attr, None)
        return None

    def named(self, tree: ast.AST) -> list[FunctionType]:
        """The functions that are named somewhere in it."""
        values = [self.value(node) for node in ast.walk(tree) if isinstance(node, ast.Name)]
        return [value for value in values if isinstance(value, FunctionType)]


def _closure(function: FunctionType) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # its function was never defined
            continue
    return found


def _links(tree: ast.AST, scope: _Scope, source: str, first: int) -> Iterator[Link]:
    for call in ast.walk(tree):
        verb = scope.value(call.func) if isinstance(call, ast.Call) else None
        if not (isinstance(call, ast.Call) and isinstance(verb, type) and issubclass(verb, Element)):
            continue
        urls = {one.name: one.limit for one in verb.attributes if isinstance(one.limit, Url) and one.limit.event_types}
        for argument in call.keywords:
            limit, to = urls.get(argument.arg or ""), scope.value(argument.value)
            if limit is not None and (isinstance(to, str) or callable(to)):
                where = f"{source}:{first + argument.value.lineno - 1}"
                yield Link(where, f"{verb.element}({argument.arg}=...)", limit.event_types, to)
