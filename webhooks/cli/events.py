"""`webhooks events`: what Bandwidth may deliver, and what stands in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

import click
from pydantic import BaseModel

from webhooks.cli.catalogue import EventName, answered_with, kind_of
from webhooks.cli.layout import examples, markdown, table, wrapped
from webhooks.events import EVENTS, Event
from webhooks.export.schemas import summary_of
from webhooks.testing import Field, fields_of

__all__ = ["events"]

_HEADINGS = ("event type", "class", "kind", "family", "answered with")
_FIELD_HEADINGS = ("wire name", "Python name", "type", "required", "documented values", "description")


@click.command(
    short_help="List the events, or the fields of one.",
    epilog=examples("webhooks events", "webhooks events gather", "webhooks events MessageReceivedEvent --json"),
)
@click.argument("event", type=EventName(), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
def events(event: type[Event] | None, *, as_json: bool, as_markdown: bool) -> None:
    """List the events that Bandwidth may deliver, or the fields of one.

    EVENT is what stands on the wire, or the class.
    """
    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    if as_json:
        click.echo(json.dumps(_all_as_json() if event is None else _as_json(event), indent=2))
    elif as_markdown and event is None:
        click.echo(markdown(_HEADINGS, [_row(one) for one in EVENTS]))
    elif as_markdown and event is not None:
        click.echo(markdown(_FIELD_HEADINGS, [_field_row(*found) for found in _walk(event)]))
    elif event is None:
        click.echo(_listed())
    else:
        click.echo(_shown(event))


def _row(event: type[Event]) -> tuple[str, ...]:
    return event.event_types()[0], event.__name__, kind_of(event), event.family, answered_with(event)


def _listed() -> str:
    """By kind, since the kind says what to write; five columns would not fit in eighty."""
    blocks: list[str] = []
    for kind, group in groupby(sorted(EVENTS, key=kind_of), key=kind_of):
        members = list(group)
        title = f"{kind} events, answered with {answered_with(members[0])}".capitalize().replace("bxml", "BXML")
        blocks.append(click.style(title, bold=True, underline=True))
        rows = [(row[0], row[1], row[3]) for row in map(_row, members)]
        blocks.append(table((_HEADINGS[0], _HEADINGS[1], _HEADINGS[3]), rows) + "\n")
    return "\n".join([*blocks, "webhooks events EVENT shows the fields of one."])


def _shown(event: type[Event]) -> str:
    name, *aliases = event.event_types()
    title = f"{event.__name__}: {kind_of(event)} event, {event.family}, answered with {answered_with(event)}"
    parts = [click.style(wrapped(title), bold=True), wrapped(summary_of(event)), f'\nOn the wire: "{name}"']
    if aliases:
        parts.append("Also seen as: " + ", ".join(f'"{alias}"' for alias in aliases))
    for path, fields in _objects(event):
        parts.append("\n" + click.style(f"In {path}" if path else "Fields", bold=True, underline=True))
        parts.append(table(("wire name", "Python name", "type", "what it is"), [_short_row(one) for one in fields]))
    return "\n".join(parts)


def _objects(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, Sequence[Field]]]:
    """The fields of an event, then those of each object in it, with the path of the object."""
    fields = fields_of(model)
    yield above, fields
    for field in fields:
        if field.model is not None:
            yield from _objects(field.model, f"{above}.{field.wire}".removeprefix("."))


def _short_row(field: Field) -> tuple[str, ...]:
    told = [part for part in (field.description, _known(field), "required" * field.required) if part]
    return field.wire, field.name, _types(field), "; ".join(told)


def _walk(model: type[BaseModel], wire: str = "", python: str = "") -> Iterator[tuple[Field, str, str]]:
    """All fields, those of objects after the object, with their paths in both spellings."""
    for field in fields_of(model):
        yield field, wire + field.wire, python + field.name
        if field.model is not None:
            yield from _walk(field.model, f"{wire}{field.wire}.", f"{python}{field.name}.")


def _types(field: Field) -> str:
    return " or ".join(dict.fromkeys(field.types))


def _known(field: Field) -> str:
    if not field.known:
        return ""
    # What an event's discriminator may be, it is; other lists are what Bandwidth documents today.
    return ("" if field.name == "event_type" else "documented: ") + ", ".join(field.known)


def _field_row(field: Field, wire: str, python: str) -> tuple[str, ...]:
    needed = "yes" if field.required else "no"
    return f"`{wire}`", f"`{python}`", _types(field), needed, ", ".join(field.known), field.description


def _all_as_json() -> list[dict[str, object]]:
    return [
        {
            "event_type": event.event_types()[0],
            "aliases": event.event_types()[1:],
            "class": event.__name__,
            "kind": kind_of(event),
            "family": event.family,
            "answered_with": answered_with(event),
        }
        for event in EVENTS
    ]


def _as_json(event: type[Event]) -> dict[str, object]:
    facts = next(facts for facts in _all_as_json() if facts["class"] == event.__name__)
    fields = [
        {
            "wire_name": wire,
            "name": python,
            "types": field.types,
            "required": field.required,
            "documented_values": field.known,
            "description": field.description,
        }
        for field, wire, python in _walk(event)
    ]
    return {**facts, "description": summary_of(event), "fields": fields}
