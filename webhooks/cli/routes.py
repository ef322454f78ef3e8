"""`webhooks routes`: which handler gets what."""

from __future__ import annotations

import json
import re

import click

from webhooks.cli.layout import examples, table
from webhooks.cli.loading import hooks_of
from webhooks.events import CallEvent, ConferenceEvent, Event, MessageEvent, NotificationEvent
from webhooks.events.catalogue import members
from webhooks.mounting import Mounted
from webhooks.routing import Route

__all__ = ["routes"]

# A callable of the user's has no words for itself; what tells two of them apart means nothing to a reader.
_IDENTITY = re.compile(r"@[0-9a-f]+")
_BASES = (CallEvent, ConferenceEvent, NotificationEvent, MessageEvent)


@click.command(
    short_help="List the routes of an app.",
    epilog=examples("webhooks routes main:hooks", "webhooks routes main:app --json"),
)
@click.argument("target", metavar="MODULE:ATTR")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def routes(target: str, *, as_json: bool) -> None:
    """List the routes of an app, in the order in which they were registered.

    Routes whose path is the delivery's come first, then those for any path; the first that matches gets the event.
    MODULE:ATTR is a Webhooks, or a Starlette or FastAPI app that has one installed.
    """
    found = [(mounted, route) for mounted in hooks_of(target) for route in mounted.hooks.routes()]
    if as_json:
        click.echo(json.dumps([_as_json(*one) for one in found], indent=2))
    elif found:
        click.echo(table(("event", "path", "conditions", "handler"), [_row(*one) for one in found]))
    else:
        click.echo(f'"{target}" has no routes yet: write one with @hooks.on(InitiateEvent).')


def _row(mounted: Mounted, route: Route) -> tuple[str, ...]:
    path = f"{mounted.prefix}/*" if route.path is None else mounted.path_of(route.path)
    return _events(route), path, "\n".join(_conditions(route)), route.plan.name


def _events(route: Route) -> str:
    whole = next((base for base in _BASES if members(base) == route.events), None)
    return f"any {whole.__name__}" if whole is not None else "\n".join(map(_name, route.events))


def _name(event: type[Event]) -> str:
    """The wire value; the class of what has none."""
    return next(iter(event.event_types()), event.__name__)


def _conditions(route: Route) -> list[str]:
    return [_IDENTITY.sub("", str(condition)) for condition in route.conditions]


def _as_json(mounted: Mounted, route: Route) -> dict[str, object]:
    return {
        "events": [_name(event) for event in route.events],
        "mount": mounted.prefix,
        "path": None if route.path is None else mounted.path_of(route.path),
        "conditions": _conditions(route),
        "handler": route.plan.name,
    }
