"""`webhooks demo`: a phone call and a few texts, over HTTP, from first to last.

Its app, `demo_app`, imports from `webhooks` itself, as a user's does; no other module of the package may.
"""

from __future__ import annotations

import inspect
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

import click
import uvicorn

from webhooks.bxml import parse
from webhooks.bxml._limits import Url
from webhooks.cli import demo_app
from webhooks.cli.client import Answer, Bandwidth, connected
from webhooks.cli.layout import examples
from webhooks.cli.send import body_of
from webhooks.events import (
    DisconnectEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    MessageDeliveredEvent,
    MessageReceivedEvent,
    RecordCompleteEvent,
)
from webhooks.events.catalogue import event_named
from webhooks.testing import example, make

__all__ = ["demo"]

_CREDENTIALS = ("bandwidth", "s3cret")
_NEXT = """\
Each delivery came twice: without credentials, which the app answered with
401, and then with them. That is how Bandwidth does it.

Next: make the app yours, and try it:
  webhooks demo --source > main.py
  webhooks send initiate --user bandwidth --password s3cret main:hooks
  webhooks run main:hooks"""

_TOLD: Mapping[type[Event], str] = MappingProxyType(
    {
        InitiateEvent: "A call comes in.",
        GatherEvent: "The caller presses 2.",
        RecordCompleteEvent: "The caller has spoken, and presses #.",
        DisconnectEvent: "The call is over.",
        MessageReceivedEvent: "A text comes in: {text}",
        MessageDeliveredEvent: "The answer to it, sent by a REST call, has arrived.",
    }
)
_PRESSED: Mapping[type[Event], Mapping[str, object]] = MappingProxyType({GatherEvent: {"digits": "2"}})


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
    with _served() as base:
        _play(base)
    click.echo(_NEXT)


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


def _play(base: str) -> None:
    with connected() as bandwidth:
        click.echo(_title("A phone call"))
        event: type[Event] | None = InitiateEvent
        url = base
        while event is not None:
            answer = _deliver(bandwidth, event, url, _PRESSED.get(event, {}))
            event, url = _next(answer, url)
        _deliver(bandwidth, DisconnectEvent, base, {})
        click.echo(_title("A text conversation"))
        _deliver(bandwidth, MessageReceivedEvent, base, {"text": "When do you open?"})
        _deliver(bandwidth, MessageDeliveredEvent, base, {})
        _deliver(bandwidth, MessageReceivedEvent, base, {"text": "Stop"})


def _title(text: str) -> str:
    return click.style(text, bold=True, underline=True) + "\n"


def _deliver(bandwidth: Bandwidth, event: type[Event], url: str, fields: Mapping[str, object]) -> Answer:
    answer = bandwidth.post(example(event, **fields), url, credentials=_CREDENTIALS)
    path = urlsplit(url).path
    route = demo_app.hooks.match(make(event, **fields), path)
    handler = "nothing" if route is None else route.plan.name.rpartition(".")[2]
    click.echo(_TOLD[event].format(text=f'"{fields.get("text")}"'))
    statuses = "401, then " * (answer.challenge is not None) + answer.phrase
    click.echo(f"  {click.style(event.event_types()[0], fg='cyan')} to {path}, handled by {handler}: {statuses}")
    click.echo("\n".join(f"    {line}" for line in (body_of(answer) or "(nothing to say)").splitlines()) + "\n")
    return answer


def _next(answer: Answer, url: str) -> tuple[type[Event] | None, str]:
    """The event that the answer's BXML leads to, and where it goes; none after a hang-up."""
    links = [
        (attribute.limit.event_type, getattr(verb, attribute.name))
        for verb in parse(answer.body)
        for attribute in verb.attributes
        if isinstance(attribute.limit, Url) and attribute.limit.event_type and getattr(verb, attribute.name)
    ]
    return (event_named(links[0][0]), urljoin(url, links[0][1])) if links else (None, url)
