"""The app that `webhooks dev` serves: the user's, with somebody who looks on.

1. It runs in the process that is started again when a file changes. What it needs to know comes in the environment, and
   the last delivery stands in a file of the command's, so that `r` repeats it with the new code.
2. What is told of a delivery is found out after it was answered, from outside: its conditions are asked once more.
3. Nothing of a delivery that was refused is read.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import click
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webhooks.cli.exchange import Exchange, deliver
from webhooks.cli.findings import errors_in
from webhooks.cli.keys import is_ours, pressed, standard_input
from webhooks.cli.last import keep, kept
from webhooks.cli.loading import Refused, hooks_of, load
from webhooks.cli.notes import Note, Notes
from webhooks.cli.saving import save
from webhooks.cli.seen import Seen, noted, shown
from webhooks.delivery import Delivery, Reply
from webhooks.errors import DeliveryError
from webhooks.events import Event
from webhooks.mounting import Mounted
from webhooks.parsing import parse
from webhooks.routing import Route, Table

__all__ = ["Onlooker", "Settings", "watched"]

_VARIABLE = "WEBHOOKS_DEV"
_HELP = "r repeats the last delivery, s saves it as a test, q quits, ? shows this."
_NOTHING = "Nothing was delivered yet."
_REFUSED = frozenset({401, 405, 413})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command was told."""

    target: str
    last: str
    """The file of the last delivery."""
    reveal: bool = False
    color: bool | None = None
    """None leaves it to the terminal."""

    @contextmanager
    def in_environment(self) -> Generator[None]:
        """There for processes that are started meanwhile."""
        os.environ[_VARIABLE] = json.dumps(asdict(self))
        try:
            yield
        finally:
            del os.environ[_VARIABLE]

    @classmethod
    def of_environment(cls) -> Settings:
        """What is there."""
        return cls(**json.loads(os.environ[_VARIABLE]))


def watched() -> ASGIApp:
    """The app to serve, as uvicorn asks for it. What is wrong with it is told, and a change of a file waited for."""
    settings = Settings.of_environment()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    try:
        app, found = load(settings.target), hooks_of(settings.target)
    except Refused as error:
        click.secho(f"{error.format_message()}\nWaiting for a change.", err=True, fg="red", color=settings.color)
        sys.exit(1)
    if errors := errors_in(found):
        click.echo(f"{errors}\n", err=True, color=settings.color)
    onlooker = Onlooker(app, found, settings, terminal=standard_input())
    logging.getLogger("webhooks").addHandler(onlooker.notes)
    return onlooker


class Onlooker:
    """Serves an app, tells of each delivery, and does what keys say."""

    def __init__(
        self,
        app: ASGIApp,
        found: Sequence[Mounted],
        settings: Settings,
        *,
        terminal: int | None,
        echo: Callable[..., None] = click.echo,
        end: Callable[[], None] = lambda: os.kill(os.getppid(), signal.SIGINT),
    ) -> None:
        self._app = app
        self._found = sorted(found, key=lambda one: -len(one.prefix))
        self._settings = settings
        self._last = Path(settings.last)
        self._terminal = terminal if terminal is not None and is_ours(terminal) else None
        self._show = partial(echo, color=settings.color)
        self._keys: dict[str, Callable[[], None]] = {"r": self._repeat, "s": self._save, "q": end, "?": self._help}
        self._tasks: set[asyncio.Task[None]] = set()
        self.notes: Notes = Notes(self._noted)
        """The handler for what the app logs."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, partial(self._living, send))
        else:
            await self._look(scope, receive, send)

    async def _living(self, send: Send, message: Message) -> None:
        """Read keys while the app is up."""
        if self._terminal is not None and message["type"] == "lifespan.startup.complete":
            asyncio.get_running_loop().add_reader(self._terminal, self._read, self._terminal)
            self._help()
        elif self._terminal is not None and message["type"].startswith("lifespan.shutdown"):
            asyncio.get_running_loop().remove_reader(self._terminal)
        await send(message)

    async def _look(self, scope: Scope, receive: Receive, send: Send, *, is_repeated: bool = False) -> None:
        mounted = self._at(scope["path"]) if scope["type"] == "http" else None
        if mounted is None:
            await self._app(scope, receive, send)
            return
        exchange, began = Exchange(scope, receive, send), time.perf_counter()
        with self.notes.kept() as notes:
            try:
                await self._app(scope, exchange.receive, exchange.send)
            finally:
                if exchange.reply is not None:
                    seen = _seen(mounted, exchange.delivery, exchange.reply)
                    seconds = time.perf_counter() - began
                    self._tell(replace(seen, seconds=seconds, notes=notes, is_repeated=is_repeated))

    def _at(self, path: str) -> Mounted | None:
        return next((one for one in self._found if path == one.prefix or path.startswith(f"{one.prefix}/")), None)

    def _tell(self, seen: Seen) -> None:
        self._show(shown(seen, reveal=self._settings.reveal))
        if seen.matched:
            keep(self._last, seen.delivery, seen.reply)

    def _noted(self, note: Note) -> None:
        self._show("\n".join(noted(note)))

    def _read(self, terminal: int) -> None:
        keys = pressed(terminal)
        if not keys:  # it was closed
            asyncio.get_running_loop().remove_reader(terminal)
        for key in keys:
            self._keys.get(key.lower(), lambda: None)()

    def _help(self) -> None:
        self._show(_HELP)

    def _repeat(self) -> None:
        """Deliver the last delivery again."""
        last = kept(self._last)
        if last is None:
            self._show(_NOTHING)
            return
        task = asyncio.ensure_future(deliver(partial(self._look, is_repeated=True), _another(last[0])))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _save(self) -> None:
        last = kept(self._last)
        mounted = self._at(last[0].path) if last is not None else None
        if last is None or mounted is None:
            self._show(_NOTHING)
            return
        try:
            path = os.path.relpath(save(_seen(mounted, *last), self._settings.target, Path.cwd()))
            self._show(f"Saved, with personal data in it. It runs with:\npython -m pytest {path}")
        except (Refused, OSError) as error:
            self._show(error.format_message() if isinstance(error, Refused) else f"This cannot be saved: {error}.")


def _another(delivery: Delivery) -> Delivery:
    """The same with a mark at its end that means nothing: an app answers the same bytes without asking a handler."""
    if delivery.method == "GET":
        return replace(delivery, query=delivery.query + b"&")
    is_form = (delivery.header(b"content-type") or b"").startswith(b"application/x-www-form-urlencoded")
    return replace(delivery, body=delivery.body + (b"&" if is_form else b"\n"))


def _seen(mounted: Mounted, delivery: Delivery, reply: Reply) -> Seen:
    events = _events(mounted, delivery) if reply.status not in _REFUSED else ()
    return Seen(datetime.now().astimezone(), delivery, mounted, reply, events)


def _events(mounted: Mounted, delivery: Delivery) -> Sequence[tuple[Event, Route | None]]:
    """The events of a delivery, and the routes that take them."""
    below = delivery.path.removeprefix(mounted.prefix)
    table = Table(mounted.hooks.routes())
    try:
        return [(event, _route(table, event, below)) for event in parse(delivery)]
    except DeliveryError:
        return ()


def _route(table: Table, event: Event, path: str) -> Route | None:
    with suppress(Exception):  # a condition of the user's, whose failure the app has told
        return table.match(event, path)
    return None
