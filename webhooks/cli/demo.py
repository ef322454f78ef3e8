"""`webhooks demo`: a phone call and a few texts, over HTTP, from first to last.

Its app, `demo_app`, imports from `webhooks` itself, as a user's does; no other module of the package may.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import socket
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager

import click
import uvicorn

from webhooks.bxml import parse
from webhooks.cli import demo_app
from webhooks.cli.layout import examples
from webhooks.cli.loading import need_http_client
from webhooks.events import Event
from webhooks.simulator import Entry, Phone, Timeline

__all__ = ["demo"]

_CREDENTIALS = ("bandwidth", "s3cret")
_OURS = "+19195550100"
_NEXT = """\
Each delivery came twice: without credentials, which the app answered with
401, and then with them. That is how Bandwidth does it.

Next: make the app yours, call it, and serve it:
  webhooks demo --source > main.py
  webhooks call main:hooks
  webhooks run main:hooks"""


@click.command(
    short_help="Watch a phone call and a few texts.",
    epilog=examples("webhooks demo", "webhooks demo --source > main.py"),
)
@click.option("--source", is_flag=True, help="Print the app's source instead.")
def demo(*, source: bool) -> None:
    """Serve an example app here, place a phone call and a few texts with it, and show every delivery and answer.

    The server is a real one, on a free port of this machine; nothing leaves it, and no account is needed.
    """
    if source:
        click.echo(inspect.getsource(demo_app), nl=False)
        return
    need_http_client("`webhooks demo`")
    with _served() as base:
        asyncio.run(_play(base))
    # Tracers of Python 3.11 lose sight of frames below a coroutine that something is thrown into, as clients do.
    click.echo(_NEXT)  # pragma: no cover - a test reads it


@contextmanager
def _served() -> Generator[str]:
    """The app on a server of its own; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(demo_app.hooks, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            # What connects before the server has started waits in the socket's queue.
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


async def _play(base: str) -> None:
    phone = Phone(credentials=_CREDENTIALS)
    call = await phone.dial(base)
    await call.press("2")
    await call.speak("Please call me back.")
    await call.press("#")
    chat = phone.conversation(base, ours=_OURS)
    await chat.text("When do you open?")
    await chat.send("At nine.")
    await chat.text("Stop")
    click.echo(_title("A phone call"))
    _show(call.timeline, {call.id: iter(call.events)})
    click.echo(_title("A text conversation"))
    _show(chat.timeline, {message.id: iter(message.events) for message in chat.messages})


def _title(text: str) -> str:
    return click.style(text, bold=True, underline=True) + "\n"


def _show(timeline: Timeline, events: Mapping[str, Iterator[Event]]) -> None:
    """Each entry, with the handlers of its events, of which each call and message has its own."""
    for entry in timeline:
        for line in _lines(entry, events[entry.about]):
            click.echo(line)


_TOLD = {
    "hears": 'The caller hears: "{}"\n',
    "says": 'The caller says: "{}"\n',
    "presses": "The caller presses {}.\n",
    "ends": "The call is over.\n",
}


def _lines(entry: Entry, events: Iterator[Event]) -> Iterator[str]:
    if entry.what in _TOLD:
        yield _TOLD[entry.what].format(entry.text)
    elif entry.text.startswith("dials"):
        yield "A call comes in.\n"
    elif entry.what == "text":
        who = "The app writes" if entry.who == _OURS else "A text comes in"
        yield f'{who}: "{entry.text}"\n'
    elif entry.what == "event":
        event_type, _, path = entry.text.split()
        route = demo_app.hooks.match(next(events), path)
        handler = "nothing" if route is None else route.plan.name.rpartition(".")[2]
        yield f"  {click.style(event_type, fg='cyan')} to {path}, handled by {handler}"
    elif entry.what == "answer":
        statuses = entry.text.rpartition(", ")[0] if entry.body else entry.text
        yield f"  answered with {statuses}"
        yield from (f"    {line}" for line in _document(entry.body).splitlines())
        yield ""


def _document(body: bytes) -> str:
    return re.sub(r"<\?xml[^>]*>\s*", "", str(parse(body))) if body else "(nothing to say)"
