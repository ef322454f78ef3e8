"""The pages about Python: events, errors, settings, and what hooks are told."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from pydantic import BaseModel
from reference_text import docstring, filled, item, paragraphs

from webhooks import AllowAll, BasicAuth, Deadline, Webhooks
from webhooks import errors as module
from webhooks.cli.catalogue import kind_of
from webhooks.cli.layout import markdown
from webhooks.errors import DeliveryError, WebhooksError
from webhooks.events import EVENTS, Event
from webhooks.hooks import Details, Happening, LogHook, OtelHook
from webhooks.inbox import Background, MemoryInbox, PostgresInbox, Retry, SqliteInbox
from webhooks.settings import PASSWORD, USERNAME
from webhooks.state import MemoryState, PostgresState, RedisState, SqliteState
from webhooks.testing import Field, fields_of

__all__ = ["details", "errors", "events", "settings"]

_ANSWERS = {
    "call": "BXML: [these verbs](rules.md#which-verb-may-answer-which-event)",
    "conference": "conference BXML: [these verbs](rules.md#which-verb-may-answer-which-event)",
    "notification": "nothing",
}
_GROUPS: Mapping[str, Sequence[type]] = {
    "The app": (Webhooks, Deadline, BasicAuth, AllowAll),
    "The inbox": (Background, Retry, SqliteInbox, PostgresInbox, MemoryInbox),
    "State": (SqliteState, PostgresState, RedisState, MemoryState),
    "Hooks": (LogHook, OtelHook),
}
# Parameters that stand in for a clock, chance or a disk in a test.
_FOR_TESTS = frozenset({"chance", "clock", "connection", "mounted", "store", "tracer_provider", "meter_provider"})


def events() -> str:
    """docs/reference/events.md: every event with all of its fields."""
    blocks = [
        "# Events",
        filled(
            "Every event that Bandwidth documents, all in `webhooks.events`. A field that is not required may be "
            "absent, and is None then. Documented values are those of today: others are taken, too. "
            "`webhooks events EVENT` prints the same."
        ),
        *(block for event in EVENTS for block in _event(event)),
        "Read next: [which verb may answer which event](rules.md).",
    ]
    return "\n\n".join(blocks)


def errors() -> str:
    """docs/reference/errors.md: the tree of errors, and what each means."""
    tree = textwrap.dedent((inspect.getdoc(module) or "").split("\n\n")[1])
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, WebhooksError)]
    blocks = [
        "# Errors",
        "All in `webhooks.errors`. Their messages hold no value of a payload: they may be logged.",
        f"```text\n{tree}\n```",
        *(block for one in found for block in _error(one)),
        "Read next: [what every delivery is answered with](../explanation/story.md).",
    ]
    return "\n\n".join(blocks)


def settings() -> str:
    """docs/reference/settings.md: every argument that configures an app, and the environment."""
    blocks = ["# Settings", "Everything that an app is told when it is made. Seconds are seconds, bytes are bytes."]
    for title, classes in _GROUPS.items():
        blocks += [f"## {title}", *(block for one in classes for block in _settings(one))]
    blocks += [
        "## Environment",
        "\n".join(
            [
                item(f"`{USERNAME}`, `{PASSWORD}`: what `BasicAuth.from_env()` accepts. Both are needed."),
                item(f"`{USERNAME}_PREVIOUS`, `{PASSWORD}_PREVIOUS`: a second pair, while you rotate."),
                item("`NO_COLOR`: when it is set, the command line prints no colours."),
            ]
        ),
        "Read next: [the command line](commands.md).",
    ]
    return "\n\n".join(blocks)


def details() -> str:
    """docs/reference/details.md: what a hook is told."""
    told = _attribute_docstrings(Details)
    blocks = [
        "# What hooks are told",
        "A hook gets one `webhooks.hooks.Details` each time. All of it may be logged.",
        f"`what` is one of {', '.join(f'`{one}`' for one in get_args(Happening))}.",
        _promises(),
        markdown(
            ("attribute", "type", "what it is"),
            [
                (f"`{name}`", f"`{annotation}`", " ".join(told[name].split()))
                for name, annotation in Details.__annotations__.items()
            ],
        ),
        "Read next: [recipes for hooks](../howto/observe.md).",
    ]
    return "\n\n".join(blocks)


def _event(event: type[Event]) -> Iterator[str]:
    name, *aliases = event.event_types()
    summary, about, _ = docstring(event)
    yield f"## {name}"
    yield filled(f"{summary} {about}".strip())
    kind = kind_of(event)
    facts = [f"`{event.__name__}`", f"{kind} event", event.family, f"answered with {_ANSWERS[kind]}"]
    yield ", ".join(facts) + "."
    if aliases:
        yield f"Also seen as {', '.join(f'`{alias}`' for alias in aliases)}."
    yield markdown(("wire name", "Python name", "type", "what it is"), [_field(*found) for found in _fields(event)])


def _fields(model: type[BaseModel], wire: str = "", python: str = "") -> Iterator[tuple[Field, str, str]]:
    """All fields, those of an object after it, with their paths in both spellings."""
    for field in fields_of(model):
        yield field, wire + field.wire, python + field.name
        if field.model is not None:
            yield from _fields(field.model, f"{wire}{field.wire}.", f"{python}{field.name}.")


def _field(field: Field, wire: str, python: str) -> tuple[str, ...]:
    known = ", ".join(f"`{value}`" for value in field.known)
    told = "; ".join(
        filter(None, ["required" * field.required, field.description, f"documented: {known}" * bool(known)])
    )
    return f"`{wire}`", f"`{python}`", " or ".join(dict.fromkeys(field.types)), told


def _error(error: type[WebhooksError]) -> Iterator[str]:
    yield f"## {error.__name__}"
    bases = ", ".join(f"`{base.__name__}`" for base in error.__bases__)
    status = f" Answered with {error.status} {error.title}." if issubclass(error, DeliveryError) else ""
    yield f"A kind of {bases}.{status}"
    yield from paragraphs(error)


def _settings(of: type) -> Iterator[str]:
    described = {**_attribute_docstrings(of), **docstring(of)[2]}
    yield f"### {of.__name__}"
    yield from paragraphs(of)
    parameters = [one for one in inspect.signature(of).parameters.values() if one.name not in _FOR_TESTS]
    if parameters and described:
        yield "\n".join(item(_parameter(one, described)) for one in parameters)


def _parameter(one: inspect.Parameter, described: Mapping[str, str]) -> str:
    required = one.default is inspect.Parameter.empty
    default = ", required" if required else f", default `{_default(one.default)}`"
    told = " ".join(described[one.name].split())
    return f"`{one.name}`{default}: {told[:1].upper()}{told[1:].removesuffix('.')}."


def _default(value: object) -> str:
    """As one would write it. A factory of a dataclass has no value of its own to show."""
    if callable(value):
        return value.__name__
    return "Retry()" if repr(value) == "<factory>" else repr(value)


def _attribute_docstrings(of: type) -> dict[str, str]:
    """The text below each attribute of a class."""
    body = ast.parse(textwrap.dedent(inspect.getsource(of))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        one.target.id: text.value.value
        for one, text in zip(body.body, body.body[1:], strict=False)
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def _promises() -> str:
    """The numbered sentences of the module that hooks are in."""
    text = inspect.getdoc(inspect.getmodule(Details)) or ""
    return text.split("\n\n")[1].replace("\n   ", "\n    ")
