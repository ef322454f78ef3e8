"""`webhooks bxml`: what is wrong with a document that was written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

import click

from webhooks.bxml.reader import Reading, read
from webhooks.cli.catalogue import EventName
from webhooks.cli.layout import examples
from webhooks.cli.loading import Refused
from webhooks.cli.report import Severity, count_of, counted, entry
from webhooks.events import Event
from webhooks.rules import ALLOWED, Violation, check

__all__ = ["bxml"]

_DOCS = "https://dev.bandwidth.com/docs/"


@dataclass(frozen=True, slots=True)
class _Line:
    """One object of `--json`. Fields may be added, none is renamed or taken away."""

    severity: Severity
    """An error is what Bandwidth refuses the document for; a warning does not do what it seems to."""
    code: str
    """A key of `RULES` or of `MISTAKES`."""
    line: int
    """Counted from 1, as the column is."""
    column: int
    problem: str
    page: str
    """URL of Bandwidth's page about it."""


@click.command(
    short_help="Find mistakes in a BXML document.",
    epilog=examples(
        "webhooks bxml menu.xml",
        "webhooks bxml - --json < menu.xml",
        "webhooks bxml hold.xml --event conferenceCreated",
    ),
)
@click.argument("file", type=click.File("rb"))
@click.option("--event", type=EventName(), default="answer", show_default=True, help="The event that it answers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def bxml(context: click.Context, file: BinaryIO, *, event: type[Event], as_json: bool) -> None:
    """Find mistakes in FILE, a BXML document; - is what comes in.

    Tells what Bandwidth would refuse and what would not do as it seems, each with its line and column. Warnings about
    the order of verbs are left until every verb can be read. The exit code is 1 when there is an error, 0 otherwise.

    With --json, it is an array of objects with severity, code, line, column, problem and page.
    """
    if event not in ALLOWED:
        raise Refused(f'"{event.event_types()[0]}" is a notification: its answer has no BXML. See `webhooks events`.')
    reading = read(file.read())
    lines = sorted(_lines(reading, event), key=lambda one: (one.line, one.column))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in lines], indent=2))
    else:
        click.echo(_report(getattr(file, "name", "<stdin>"), reading, lines))
    context.exit(1 if any(one.severity == "error" for one in lines) else 0)


def _lines(reading: Reading, event: type[Event]) -> Iterator[_Line]:
    for mistake in reading.mistakes:
        sentence = mistake.sentence[0].upper() + mistake.sentence[1:]
        yield _Line("error", mistake.code, *mistake.place, sentence, _DOCS + mistake.page)
    for violation, position in _violations(reading, event):
        place = reading.place(position)
        yield _Line(violation.severity, violation.code, *place, f"{violation.sentence}.", _DOCS + violation.page)


def _violations(reading: Reading, event: type[Event]) -> Iterator[tuple[Violation, int]]:
    """Of the document; of each verb alone where some cannot be read, and then only what may not stand there at all."""
    verbs = [verb for verb in reading.verbs if verb is not None]
    if len(verbs) == len(reading.verbs):
        yield from ((found, found.position) for found in check(verbs, event))
        return
    for position, verb in enumerate(reading.verbs):
        alone = check([verb], event) if verb is not None else []
        yield from ((found, position) for found in alone if found.severity == "error")


def _report(name: str, reading: Reading, lines: list[_Line]) -> str:
    shown = [entry(one.severity, f"{name}:{one.line}:{one.column}  {one.code}", one.problem, one.page) for one in lines]
    more = [] if reading.is_whole else ["There may be more: after twenty mistakes, the rest is not looked at."]
    what = f"{name}: {count_of(len(reading.verbs), 'verb')}, "
    return "\n\n".join([*shown, *more, counted(what, [one.severity for one in lines])])
