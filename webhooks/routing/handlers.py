"""A handler's signature, read once, when it is registered. Every mistake in it is a `UsageError` there."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from webhooks.bxml import ConferenceVerb, Document, Handler, Verb
from webhooks.context import Context
from webhooks.errors import UsageError
from webhooks.events import ConferenceEvent, Event, NotificationEvent

__all__ = ["ErrorPlan", "Plan", "error_plan_of", "is_async", "name_of", "plan_of"]


# Its class has no public name. By class, because a mock has every attribute, `cache_info` too.
_CACHED = type(lru_cache(int))
# Whose answers are no BXML, whatever is in them.
_NOTHING_TO_SEND = (str, bytes, int, float, dict)
_CONTEXT = re.compile(r"\bContext\b")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How a handler is called."""

    handler: Handler
    name: str
    is_async: bool
    takes_context: bool


@dataclass(frozen=True, slots=True, eq=False)
class ErrorPlan:
    """How an `on_error` handler is called."""

    handler: Handler
    name: str
    is_async: bool
    takes_event: bool


class _Role(NamedTuple):
    """What messages say of a kind of handler."""

    who: str
    decorator: str
    first: str
    gets: str


_HANDLER = _Role("handler", "on(...)", "event", "a handler gets the event, and a `Context` as its second parameter")
_ERROR_HANDLER = _Role(
    "error handler",
    "on_error(...)",
    "error",
    "an error handler gets the error, and the event as its second parameter",
)


def name_of(handler: object) -> str:
    """What a message or a log line calls a handler: its module and qualified name."""
    target: Any = _unbound(handler)
    if not hasattr(target, "__qualname__"):
        target = target.__class__
    return f"{target.__module__ or 'builtins'}.{target.__qualname__}"


def plan_of(handler: Handler, events: Collection[type[Event]]) -> Plan:
    """The plan of a handler that will get `events`.

    Raises:
        UsageError: it cannot be called with the event, or with the event and a context, or is annotated otherwise.
    """
    name, parameters = _read(handler, _HANDLER)
    hints = _hints(handler)
    _check_event(name, events, hints.get(parameters[0].name))
    _check_returns(name, events, hints.get("return"))
    return Plan(handler, name, is_async(handler), _takes_context(name, parameters[1:], hints))


def error_plan_of(handler: Handler) -> ErrorPlan:
    """The plan of an `on_error` handler.

    Raises:
        UsageError: it cannot be called with the error, or with the error and the event.
    """
    name, parameters = _read(handler, _ERROR_HANDLER)
    return ErrorPlan(handler, name, is_async(handler), _takes_event(parameters[1:], _hints(handler)))


def is_async(handler: Handler) -> bool:
    """Whether calling `handler` gives an awaitable: an `async def`, or an object whose `__call__` is one."""
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(_function(handler))


def _unbound(handler: object) -> object:
    while isinstance(handler, partial):
        handler = handler.func
    return handler


def _function(handler: Handler) -> Any:
    """What runs when `handler` is called."""
    target = _unbound(handler)
    return target if inspect.isroutine(target) else type(target).__call__


def _read(handler: Handler, role: _Role) -> tuple[str, Sequence[inspect.Parameter]]:
    """Name and positional parameters of what can be called with one or two arguments."""
    if not callable(handler):
        raise UsageError(
            f"{handler!r} is no {role.who}: `{role.decorator}` decorates a function that takes the {role.first}."
        )
    name, function = name_of(handler), _function(handler)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise UsageError(f'{role.who} "{name}" is a generator: return the verbs instead of yielding them.')
    if isinstance(getattr(function, "__func__", function), _CACHED):
        raise UsageError(
            f'{role.who} "{name}" is cached: it would keep events, and answer one with what another was answered with. '
            "Cache what it calls."
        )
    return name, _parameters(handler, name, role)


def _parameters(handler: Handler, name: str, role: _Role) -> Sequence[inspect.Parameter]:
    try:
        parameters = _signature(handler)
    except (TypeError, ValueError):
        raise UsageError(f'{role.who} "{name}": its signature cannot be read; wrap it in a function.') from None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if not positional:
        example = f"async def {name.rpartition('.')[2]}({role.first}: ...)"
        raise UsageError(f'{role.who} "{name}" takes no {role.first}: write `{example}`.')
    extra = [p.name for p in parameters if p.default is p.empty and p.kind is p.KEYWORD_ONLY]
    extra += [p.name for p in positional[2:] if p.default is p.empty]
    if extra:
        raise UsageError(
            f'{role.who} "{name}" needs {", ".join(extra)}: {role.gets} if it has one. Bind the rest with '
            "functools.partial, or give it a default."
        )
    return positional


def _signature(handler: Handler) -> list[inspect.Parameter]:
    """A decorator's own parameters, which are what is called; what it wraps tells more only below `*args`."""
    if isinstance(handler, FunctionType):
        own = list(inspect.signature(handler, follow_wrapped=False).parameters.values())
        if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in own):
            return own
    return list(inspect.signature(handler).parameters.values())


def _hints(handler: Handler) -> dict[str, Any]:
    """The annotations that can be resolved; text where a name is only known to a type checker."""
    target = _function(handler)
    try:
        return get_type_hints(target)
    except Exception:  # noqa: BLE001 - annotations may run any code, and are only read to help
        given = getattr(target, "__annotations__", {})
        return {name: _resolved(hint, target) for name, hint in given.items()}


def _resolved(hint: Any, target: Any) -> Any:
    names = getattr(inspect.unwrap(target), "__globals__", {})
    try:
        return get_type_hints(SimpleNamespace(__annotations__={"hint": hint}), names)["hint"]
    except Exception:  # noqa: BLE001 - as above
        return hint


def _kinds(hint: Any) -> tuple[Any, ...]:
    """The members of a union, else the hint alone."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _check_event(name: str, events: Collection[type[Event]], hint: Any) -> None:
    accepted = tuple(kind for kind in _kinds(hint) if isinstance(kind, type))
    if not accepted or not all(issubclass(kind, Event) for kind in accepted):
        return  # not annotated, or with something only a type checker understands
    for event in events:
        if not issubclass(event, accepted):
            wanted = " | ".join(kind.__name__ for kind in accepted)
            raise UsageError(
                f'handler "{name}" is registered for {event.__name__}, but its first parameter is annotated {wanted}: '
                "make them the same."
            )


def _check_returns(name: str, events: Collection[type[Event]], hint: Any) -> None:
    """Refuse what is no answer, BXML from a notification, and call verbs for a conference, as far as the annotation
    tells.
    """
    kinds = [kind for kind in _kinds(hint) if kind is not None and kind is not type(None)]
    classes: list[type] = [kind for kind in (get_origin(kind) or kind for kind in kinds) if isinstance(kind, type)]
    bxml: list[type] = [kind for kind in classes if issubclass(kind, (Verb, Document))]
    plain: list[type] = [kind for kind in classes if issubclass(kind, _NOTHING_TO_SEND)]
    for event in events:
        if plain and not issubclass(event, NotificationEvent):
            spoken = " To speak it, return SpeakSentence(...)." if plain[0] is str else ""
            raise UsageError(
                f'handler "{name}" returns {plain[0].__name__}, expected a Document, a verb, a list of verbs, a Reply '
                f"or None.{spoken}"
            )
        if bxml and issubclass(event, NotificationEvent):
            raise UsageError(
                f'handler "{name}" returns {bxml[0].__name__}, but {event.__name__} is a notification: Bandwidth '
                "ignores the body of its answer. Return None."
            )
        wrong = [kind for kind in bxml if issubclass(kind, Verb) and not issubclass(kind, ConferenceVerb)]
        if wrong and issubclass(event, ConferenceEvent):
            raise UsageError(
                f'handler "{name}" returns {wrong[0].__name__}, which may not answer {event.__name__}: a conference '
                "takes PlayAudio, SpeakSentence and the recording verbs only (voice/bxml/conference)."
            )


def _takes_context(name: str, rest: Sequence[inspect.Parameter], hints: dict[str, Any]) -> bool:
    if not rest:
        return False
    second = rest[0]
    hint = hints.get(second.name)
    if Context in _kinds(hint) or (isinstance(hint, str) and _CONTEXT.search(hint)):
        return True
    if second.default is not second.empty:
        return False
    what = f'handler "{name}": its second parameter "{second.name}"'
    if isinstance(hint, str):
        raise UsageError(
            f'{what} is annotated "{hint}", a name that only a type checker knows: import it outside of '
            "`if TYPE_CHECKING`. A handler gets a `Context` there and nothing else."
        )
    raise UsageError(f"{what} must be annotated `Context`, which is all that a handler gets besides the event.")


def _takes_event(rest: Sequence[inspect.Parameter], hints: dict[str, Any]) -> bool:
    """Whether the second parameter is there for the event: it must be given, or is annotated as one."""
    if not rest:
        return False
    accepted = [kind for kind in _kinds(hints.get(rest[0].name)) if isinstance(kind, type)]
    return rest[0].default is rest[0].empty or any(issubclass(kind, Event) for kind in accepted)
