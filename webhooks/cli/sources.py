"""Reads the source of handlers, for what can be told without running them.

Read are the handlers, and the functions of the same module that they name, as far as they lead. What cannot be told
without running it (a parameter, an f-string, a variable of the function) has no value.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any

from webhooks.bxml import Element

__all__ = ["Source", "sources_of"]


class Source:
    """The source of a function, and what the names in it mean, as far as they come from outside of it."""

    def __init__(self, function: FunctionType, tree: ast.AST, first: int) -> None:
        self.function = function
        self.tree = tree
        self._first = first
        code = function.__code__
        self._locals = frozenset(code.co_varnames + code.co_cellvars)
        self._values: Mapping[str, object] = {**function.__globals__, **_closure(function)}

    def where(self, node: ast.expr) -> str:
        """`main.py:12`."""
        return f"{inspect.getsourcefile(self.function)}:{self._first + node.lineno - 1}"

    def value(self, node: ast.AST) -> Any:
        """What a name, a dotted name or a literal text stands for; None when only running it would tell."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name) and node.id not in self._locals:
            return self._values.get(node.id)
        if isinstance(node, ast.Attribute):
            return getattr(self.value(node.value), node.attr, None)
        return None

    def verbs(self) -> Iterator[tuple[type[Element], ast.Call]]:
        """The verbs that it writes, and other elements, with where it does."""
        for call in ast.walk(self.tree):
            verb = self.value(call.func) if isinstance(call, ast.Call) else None
            if isinstance(call, ast.Call) and isinstance(verb, type) and issubclass(verb, Element):
                yield verb, call

    def named(self) -> list[FunctionType]:
        """The functions that are named somewhere in it."""
        values = [self.value(node) for node in ast.walk(self.tree) if isinstance(node, ast.Name)]
        return [value for value in values if isinstance(value, FunctionType)]


def sources_of(handlers: Iterable[object]) -> Iterator[Source]:
    """The sources of handlers and of what they lead to, each function once."""
    waiting = [function for handler in handlers for function in _functions(handler)]
    seen = set[FunctionType]()
    while waiting:
        function = waiting.pop(0)
        if function in seen:
            continue
        seen.add(function)
        source = _read(function)
        if source is not None:
            yield source
            waiting += [one for one in source.named() if one.__module__ == function.__module__]


def _functions(handler: Any) -> list[FunctionType]:
    """The function behind a handler: below partials, methods, decorators; of an object, its `__call__`."""
    while hasattr(handler, "func"):
        handler = handler.func
    if not inspect.isroutine(handler):
        handler = type(handler).__call__
    handler = inspect.unwrap(getattr(handler, "__func__", handler))
    return [handler] if isinstance(handler, FunctionType) else []


def _read(function: FunctionType) -> Source | None:
    try:
        lines, first = inspect.getsourcelines(function)
        return Source(function, ast.parse(textwrap.dedent("".join(lines))), first)
    except (OSError, SyntaxError):  # made by `exec`, or a lambda in the middle of something
        return None


def _closure(function: FunctionType) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # its function was never defined
            continue
    return found
