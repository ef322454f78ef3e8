"""A phone in the terminal: what `webhooks call`, `webhooks text` and `webhooks demo` show of a simulation."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import click

from webhooks.cli.catalogue import silence_of
from webhooks.cli.exchange import REDIRECTED, REDIRECTS
from webhooks.cli.layout import wrapped
from webhooks.events import Event
from webhooks.events.catalogue import event_named
from webhooks.mounting import credentials_at, hooks_in
from webhooks.simulator import Entry, Phone, Timeline

__all__ = ["Screen", "as_json", "options", "phone_of", "place_of", "steps_of"]

# Seconds for what an app does by itself, of which a person notices nothing.
_MOMENT = 0.1


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a phone: where to, who, and what to do."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--path", metavar="/PATH", help="Where it is announced, below TARGET; else where the Webhooks in it is."
    ),
    click.option("--from", "from_", default="+19195550123", show_default=True, help="Who calls or writes."),
    click.option("--to", default="+19195550100", show_default=True, help="The app's number."),
    click.option("--user", help="User name, sent when the app asks; MODULE:ATTR has its own."),
    click.option("--password", help="The password that belongs to it."),
    click.option("--script", metavar="STEPS", help='What to do, with ";" between; else it is typed.'),
    click.option("--seed", type=int, help="Gives the same ids again; else each run has its own."),
    click.option("--json", "as_lines", is_flag=True, help="Print what happened as JSON, an object a line."),
)


async def steps_of(script: str | None, title: str) -> AsyncGenerator[str]:
    """What to do: what stands in the script, else the lines of the terminal, to the end of its input.

    Args:
        script: steps, with ";" between; None to have them typed.
        title: says what can be typed, and how to end.
    """
    if script is not None:
        for step in script.split(";"):
            yield step
        return
    click.echo(wrapped(title))
    while True:
        # Whoever waits for a line stops everything else in this process: what the app does by itself comes first.
        await asyncio.sleep(_MOMENT)
        try:
            line = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except click.Abort:  # the end of the input, or Ctrl-C
            click.echo()
            return
        yield line


def place_of(app: Any, path: str | None) -> str:
    """The path that was given; else where the only Webhooks of an app is."""
    found = list(hooks_in(app))
    return path or (found[0].path_of(None) if len(found) == 1 else "/")


def phone_of(app: Any, path: str, user: str | None, password: str | None, seed: int | None) -> Phone:
    """A phone network with these credentials, or with those of the app at `path`, and ids that come from a seed."""
    if (user is None) != (password is None):
        raise click.UsageError("--user and --password belong together.")
    # Ids of their own for each run: an inbox or a state in a file knows the calls and texts of the last.
    credentials = credentials_at(app, path) if user is None or password is None else (user, password)
    return Phone(credentials=credentials, seed=secrets.randbits(64) if seed is None else seed)


class Screen:
    """Shows what has happened since it showed something last, and what to do about it; nothing, when it is silent."""

    def __init__(self, phone: Phone, *, silent: bool) -> None:
        self.silent = silent
        self._phone = phone
        self._shown = 0
        self._asked: dict[str, list[type[Event] | None]] = {}
        self._told: set[str] = set()

    def show(self) -> None:
        """Print it."""
        timeline = self._phone.timeline
        new = timeline[self._shown :]
        self._shown += len(new)
        for entry in new:
            if entry.what in _STYLES and not self.silent:
                # Whoever a call was transferred to has a name in front.
                click.echo(_line(entry, "" if entry.who == timeline[0].who else f"[{entry.who}] "))
                hint = self._hint(entry)
                if hint and hint not in self._told:
                    self._told.add(hint)
                    click.echo(_line(replace(entry, what="note", text=hint), ""))

    def _hint(self, entry: Entry) -> str:
        """What to do about an answer; "" when there is nothing to do."""
        asked = self._asked.setdefault(entry.about, [])
        if entry.what == "event":
            asked.append(event_named(entry.text.partition(" ")[0]))
        if entry.what != "answer":
            return ""
        # Of one call, the answer to a notification may come while another event waits: what is doubtful is not told.
        silences = {silence_of(event) if event is not None else "" for event in asked}
        asked.pop(0)
        status = entry.text.removeprefix(_ASKED).partition(",")[0]
        if status == "401" and entry.text.startswith(_ASKED):
            return "These credentials are wrong: give others with --user and --password."
        if status == "200" and not entry.body and len(silences) == 1:
            return silences.pop()
        return REDIRECTED if status in map(str, REDIRECTS) else ""


# What stands before the answer to the same with credentials, and what nobody can do in a terminal.
_ASKED = "401, then "
_IN_A_TEST = "phone.credentials = (user, password), or "

# What is printed of each kind of entry; the verbs are seen by what is heard.
_STYLES: dict[str, tuple[str, Callable[[str], str]]] = {
    "event": ("  -> {}", partial(click.style, dim=True)),
    "answer": ("  <- {}", partial(click.style, dim=True)),
    "hears": ("{}", partial(click.style, bold=True)),
    "violation": ("  !! {}", partial(click.style, fg="red")),
    "note": ("  ({})", partial(click.style, dim=True)),
    "ends": ("The call has ended: {}", click.style),
}


def _line(entry: Entry, who: str) -> str:
    form, style = _STYLES[entry.what]
    text = form.format(who + entry.text.replace(_IN_A_TEST, ""))
    return style(wrapped(text.lstrip(), " " * (len(text) - len(text.lstrip()))))


def as_json(timeline: Timeline | Iterable[Entry]) -> str:
    """One object a line: `at` (seconds), `who`, `what`, `text`, `about`."""
    rows = ({key: value for key, value in asdict(entry).items() if key != "body"} for entry in timeline)
    return "\n".join(json.dumps(row) for row in rows)
