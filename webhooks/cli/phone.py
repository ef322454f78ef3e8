"""A phone in the terminal: what `webhooks call`, `webhooks text` and `webhooks demo` show of a simulation."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial

import click

from webhooks.cli.layout import wrapped
from webhooks.simulator import Entry, Phone, Timeline

__all__ = ["Screen", "as_json", "options", "phone_of", "typed"]


def options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of a phone: where to, who, and what to do."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--path", default="/", metavar="/PATH", help="Where it is announced, below TARGET."),
    click.option("--from", "from_", default="+19195550123", show_default=True, help="Who calls or writes."),
    click.option("--to", default="+19195550100", show_default=True, help="The app's number."),
    click.option("--user", help="User name, sent when the app asks for one."),
    click.option("--password", help="The password that belongs to it."),
    click.option("--script", metavar="STEPS", help='What to do, with ";" between; else it is typed.'),
    click.option("--seed", type=int, help="Gives the same ids again; else each run has its own."),
    click.option("--json", "as_lines", is_flag=True, help="Print what happened as JSON, an object a line."),
)


def typed() -> Iterator[str]:
    """Lines of the terminal, to the end of its input."""
    while True:
        try:
            yield click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except click.Abort:  # the end of the input, or Ctrl-C
            click.echo()
            return


def phone_of(user: str | None, password: str | None, seed: int | None) -> Phone:
    """A phone network with these credentials, or with none, and ids that come from a seed."""
    if (user is None) != (password is None):
        raise click.UsageError("--user and --password belong together.")
    # Ids of their own for each run: an inbox or a state in a file knows the calls and texts of the last.
    credentials = None if user is None or password is None else (user, password)
    return Phone(credentials=credentials, seed=secrets.randbits(64) if seed is None else seed)


class Screen:
    """Shows what has happened since it showed something last."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._shown = 0

    def show(self) -> None:
        """Print it."""
        timeline = self._phone.timeline
        new = timeline[self._shown :]
        self._shown += len(new)
        for entry in new:
            if entry.what in _STYLES:
                # Whoever a call was transferred to has a name in front.
                click.echo(_line(entry, "" if entry.who == timeline[0].who else f"[{entry.who}] "))


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
    text = form.format(who + entry.text)
    return style(wrapped(text.lstrip(), " " * (len(text) - len(text.lstrip()))))


def as_json(timeline: Timeline | Iterable[Entry]) -> str:
    """One object a line: `at` (seconds), `who`, `what`, `text`, `about`."""
    rows = ({key: value for key, value in asdict(entry).items() if key != "body"} for entry in timeline)
    return "\n".join(json.dumps(row) for row in rows)
