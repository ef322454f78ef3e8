"""Conditions: extra tests on a route. Combine them with `& | ~`; any callable of the event is one, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Generic, Never, Protocol, TypeVar, cast

from webhooks.errors import UsageError
from webhooks.events import Event

__all__ = ["Condition", "cause", "digits", "from_", "tag", "text", "to"]


class HasTag(Protocol):
    """An event with a tag."""

    @property
    def tag(self) -> str | None:
        """Bandwidth's tag."""
        ...


class HasText(Protocol):
    """An event with a text."""

    @property
    def text(self) -> str | None:
        """A message's text."""
        ...


class HasDigits(Protocol):
    """An event with keys pressed."""

    @property
    def digits(self) -> str | None:
        """The keys."""
        ...


class HasTo(Protocol):
    """An event with a called party or a recipient."""

    @property
    def to(self) -> str | None:
        """Whom."""
        ...


class HasFrom(Protocol):
    """An event with a caller or a sender."""

    @property
    def from_(self) -> str | None:
        """Who."""
        ...


class HasCause(Protocol):
    """An event with the reason why something ended."""

    @property
    def cause(self) -> str | None:
        """The reason."""
        ...


E_contra = TypeVar("E_contra", contravariant=True)


class Condition(Generic[E_contra]):
    """A test on an event. A value: two with the same `repr` are equal.

    Static checking of a combined condition ends at `&` and `|`, which Python's types cannot express for two needs;
    the fields it needs are checked when the route is registered.
    """

    __slots__ = ("_test", "description", "fields")

    def __init__(self, test: Callable[[E_contra], bool], description: str, fields: Iterable[str] = ()) -> None:
        self._test = test
        self.description: str = description
        self.fields: frozenset[str] = frozenset(fields)
        """What an event must have, in Python's names."""

    def __call__(self, event: E_contra, /) -> bool:
        """Whether it holds."""
        return self._test(event)

    def __and__(self, other: Callable[[Never], bool], /) -> Condition[Event]:
        both = condition_of(self), condition_of(other)
        return Condition(lambda event: both[0](event) and both[1](event), *_joined("&", both))

    def __or__(self, other: Callable[[Never], bool], /) -> Condition[Event]:
        both = condition_of(self), condition_of(other)
        return Condition(lambda event: both[0](event) or both[1](event), *_joined("|", both))

    def __rand__(self, other: Callable[[Never], bool], /) -> Condition[Event]:
        return condition_of(other) & self

    def __ror__(self, other: Callable[[Never], bool], /) -> Condition[Event]:
        return condition_of(other) | self

    def __bool__(self) -> bool:
        # `a and b` is `b` alone, and `not a` is False.
        raise UsageError("combine conditions with `&`, `|` and `~`: `and`, `or` and `not` would drop one.")

    def __invert__(self) -> Condition[E_contra]:
        return Condition(lambda event: not self._test(event), f"~{self.description}", self.fields)

    def __eq__(self, other: object) -> bool:
        return self.description == other.description if isinstance(other, Condition) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.description)

    def __repr__(self) -> str:
        return self.description


def condition_of(test: Callable[[Never], bool]) -> Condition[Event]:
    """`test` as a condition. A plain callable is told apart by its identity: two lambdas are never the same.

    Raises:
        UsageError: it cannot be asked with an event, or what it gives would always count as true.
    """
    if isinstance(test, Condition):
        return cast("Condition[Event]", test)
    if not callable(test):
        raise UsageError(
            f"a condition is {test!r}, expected tag(...), text(...), digits(...), to(...), from_(...), cause(...) "
            "or a callable of the event."
        )
    if isinstance(test, type):
        raise UsageError(
            f"the condition {test.__name__} is a class, expected a callable that gives True or False; several events "
            "are one union, as on(GatherEvent | DtmfEvent)."
        )
    name = getattr(test, "__qualname__", type(test).__name__)
    _check_asked(test, name)
    return Condition(test, f"{name}@{id(test):x}")  # type: ignore[arg-type]  # its event is checked at `on`


def _check_asked(test: Callable[..., object], name: str) -> None:
    """Refuse what each delivery would fail with, and what is true whatever it says."""
    if getattr(test, "__module__", None) == __name__:
        raise UsageError(f'the condition "{name}" is not called: write {name}("...").')
    function: object = test
    while isinstance(function, partial):
        function = function.func
    runs = function if inspect.isroutine(function) else type(function).__call__
    if inspect.iscoroutinefunction(runs):
        raise UsageError(f'the condition "{name}" is `async def`; what it gives would always count as true.')
    if inspect.isgeneratorfunction(runs):
        raise UsageError(f'the condition "{name}" is a generator; what it gives would always count as true.')
    try:
        inspect.signature(test).bind(None)
    except TypeError:
        raise UsageError(f'the condition "{name}" is called with the event alone, which it does not take.') from None
    except ValueError:
        return  # written in C


def _joined(sign: str, both: tuple[Condition[Event], Condition[Event]]) -> tuple[str, frozenset[str]]:
    return f"({both[0]} {sign} {both[1]})", both[0].fields | both[1].fields


def _values(name: str, given: tuple[str, ...]) -> frozenset[str]:
    if not given:
        raise UsageError(f'{name}(): give at least one value, as {name}("...").')
    for value in given:
        if not isinstance(value, str):
            raise UsageError(f'{name}({value!r}): values are text, as {name}("{value}").')
    return frozenset(given)


def _described(name: str, values: Iterable[str]) -> str:
    return f"{name}({', '.join(map(repr, sorted(values)))})"


def tag(*values: str) -> Condition[HasTag]:
    """The event's tag is one of `values`."""
    among = _values("tag", values)
    return Condition(lambda event: event.tag in among, _described("tag", among), ["tag"])


def text(*values: str) -> Condition[HasText]:
    """The message's text is one of `values`; capitals and white space around it make no difference."""
    among = frozenset(value.strip().casefold() for value in _values("text", values))
    return Condition(
        lambda event: event.text is not None and event.text.strip().casefold() in among,
        _described("text", among),
        ["text"],
    )


def digits(*values: str) -> Condition[HasDigits]:
    """The keys pressed are exactly one of `values`; "" is a gather that timed out."""
    among = _values("digits", values)
    return Condition(lambda event: event.digits in among, _described("digits", among), ["digits"])


def to(*values: str) -> Condition[HasTo]:
    """The called party, or the recipient of a message, is one of `values`."""
    among = _values("to", values)
    return Condition(lambda event: event.to in among, _described("to", among), ["to"])


def from_(*values: str) -> Condition[HasFrom]:
    """The caller, or the sender of a message, is one of `values`."""
    among = _values("from_", values)
    return Condition(lambda event: event.from_ in among, _described("from_", among), ["from_"])


def cause(*values: str) -> Condition[HasCause]:
    """The reason why a call, a leg or a stream ended is one of `values`."""
    among = _values("cause", values)
    return Condition(lambda event: event.cause in among, _described("cause", among), ["cause"])
