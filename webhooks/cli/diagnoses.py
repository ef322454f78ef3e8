"""What goes wrong with apps in practice, beside their mistakes: settings, credentials, disks, the machine.

1. Of credentials only properties are looked at: how long they are, whether they are well known. None is printed.
2. A finding says what happens because of it, and what to do.
3. What may be meant is no error.
4. Nothing is changed by looking: no file is made, no table.
"""

from __future__ import annotations

import ast
import asyncio
import os
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any
from urllib.parse import urlsplit

from webhooks.auth import BasicAuth
from webhooks.bxml import Document, Element, Verb
from webhooks.cli.findings import Finding
from webhooks.cli.links import links_of
from webhooks.cli.machine import Machine
from webhooks.cli.report import Severity
from webhooks.cli.sources import Source, sources_of
from webhooks.errors import InboxError, UsageError
from webhooks.events import (
    AnswerEvent,
    CallEvent,
    Event,
    InitiateEvent,
    NotificationEvent,
    RedirectEvent,
)
from webhooks.inbox import SqliteInbox
from webhooks.inbox.disk import NETWORK, TEMPORARY, disk_of
from webhooks.mounting import Mounted
from webhooks.routing import Route
from webhooks.state import MemoryState, SqliteState

__all__ = ["diagnoses_of", "diagnoses_of_machine"]

# Passwords of our README and of everybody else's.
_KNOWN = frozenset({"s3cret", "secret", "password", "passw0rd", "changeme", "change-me", "example", "test", "admin"})
_SHORTEST = 12
# Seconds that Bandwidth waits: what is usual and the most that can be set for voice (voice/webhooks/about,
# numbers/errors), and what it is for messages (messaging/webhooks).
_VOICE, _LONGEST_VOICE, _MESSAGING = 15, 25, 10
# They come by a number of the application's or by a REST call, too, not only because a verb asked for them.
_BY_THEMSELVES = (InitiateEvent, AnswerEvent, RedirectEvent)


def diagnoses_of(mounted: Mounted, machine: Machine) -> Iterator[Finding]:
    """What is wrong around one Webhooks."""
    for diagnosis in _OF_APPS:
        yield from diagnosis(mounted)
    yield from _of_disks(mounted, machine)


def diagnoses_of_machine(machine: Machine) -> Iterator[Finding]:
    """What is wrong with what is installed, whatever the app."""
    for name, found, oldest in machine.too_old():
        problem = f"{name} {found} is older than {oldest}, the oldest that this package was tested with."
        advice = f"Install {name} {oldest} or later." if name == "Python" else f'pip install "{name}>={oldest}"'
        yield Finding("old-version", "error", problem, advice)
    if missing := machine.slower_without:
        problem = f"{' and '.join(missing)} not installed: the server is slower than it could be."
        yield Finding("slow-server", "advice", problem, 'pip install "bandwidth-webhooks[server]"')


def _of_passwords(mounted: Mounted) -> Iterator[Finding]:
    auth = mounted.hooks.auth
    advice = "Make one, python -c 'import secrets; print(secrets.token_urlsafe())', and read it from the environment "
    advice += "with BasicAuth.from_env(). While you change it, BasicAuth accepts the old pair beside the new one."
    for user, password in auth.pairs if isinstance(auth, BasicAuth) else ():
        if password.casefold() in _KNOWN:
            yield Finding("known-password", "error", "A password is one that everybody knows.", advice)
        elif len(password) < _SHORTEST or password == user or len(set(password)) < _SHORTEST // 2:
            problem = f"A password is easily guessed: it is shorter than {_SHORTEST} characters, has few different "
            yield Finding("weak-password", "warning", f"{problem}ones, or is the user name.", advice)


def _of_deadlines(mounted: Mounted) -> Iterator[Finding]:
    deadline, routes = mounted.hooks.deadline, list(mounted.hooks.routes())
    if deadline.voice >= _VOICE and any(_waits(route) for route in routes):
        too_long = deadline.voice >= _LONGEST_VOICE
        severity: Severity = "error" if too_long else "warning"
        problem = (
            f"Handlers of calls may take {deadline.voice:g} s, but Bandwidth waits {_VOICE} s, unless it was told "
        )
        problem += f"otherwise, and {_LONGEST_VOICE} s at most: then nobody hears the answer."
        advice = f"Webhooks(deadline=Deadline(voice={_VOICE - 1})), and let slow work wait in an inbox."
        yield Finding("late-answer", severity, problem, advice)
    if deadline.messaging >= _MESSAGING and any(_is_answered_late(mounted, route) for route in routes):
        problem = f"Handlers of messages may take {deadline.messaging:g} s, but Bandwidth waits {_MESSAGING} s and "
        problem += "delivers again: the handler runs twice."
        advice = f"Webhooks(deadline=Deadline(messaging={_MESSAGING - 1})), or an inbox, which answers at once."
        yield Finding("late-answer", "error", problem, advice)


def _waits(route: Route) -> bool:
    return any(event.family == "voice" and not issubclass(event, NotificationEvent) for event in route.events)


def _is_answered_late(mounted: Mounted, route: Route) -> bool:
    """Whether the handler of a message is waited for."""
    kept = mounted.hooks.inbox is not None and not route.inline
    return not kept and any(event.family == "messaging" for event in route.events)


def _of_fallback(mounted: Mounted) -> Iterator[Finding]:
    hooks = mounted.hooks
    calls = any(issubclass(event, CallEvent) for route in hooks.routes() for event in route.events)
    if calls and hooks.fallback is None and Exception not in hooks.caught:
        problem = "There is no fallback: a caller whose handler fails hears nothing, unless the application has a "
        yield Finding(
            "no-fallback",
            "warning",
            f"{problem}fallback URL that answers.",
            'Webhooks(fallback=Document(SpeakSentence("Sorry, please call again."))); a call ends with its document.',
        )


def _of_mount(mounted: Mounted) -> Iterator[Finding]:
    if mounted.has_slash and mounted.prefix:
        at = mounted.path_of(None)
        problem = f"The app is mounted: it answers at {at}, and {mounted.prefix} is answered with a redirect, which is "
        advice = f'Give Bandwidth the URL that ends with {at}, or write hooks.install(app, "{mounted.prefix}"), which '
        yield Finding("plain-mount", "advice", f"{problem}no answer to a call.", f"{advice}serves both and starts it.")


def _of_inbox(mounted: Mounted) -> Iterator[Finding]:
    if mounted.hooks.inbox is not None:
        return
    routes = [route for route in mounted.hooks.routes() if issubclass(route.events[0], NotificationEvent)]
    if any(route.ordered for route in routes):
        problem = "ordered=True means nothing in an app without an inbox."
        advice = 'Webhooks(inbox=SqliteInbox("inbox.db")), or leave it out.'
        yield Finding("ordered-without-inbox", "warning", problem, advice)
    if not all(route.inline for route in routes):
        problem = "There is no inbox: a notification whose handler fails, or whose process ends, is lost. Bandwidth "
        yield Finding(
            "no-inbox",
            "advice",
            f"{problem}repeats messages only.",
            'Webhooks(inbox=SqliteInbox("inbox.db")), or PostgresInbox for many machines.',
        )


def _of_disks(mounted: Mounted, machine: Machine) -> Iterator[Finding]:
    for what, path in _files(mounted):
        disk = disk_of(path, machine.mounted)
        if disk in TEMPORARY:
            problem = f'"{path}" is on a temporary disk ({disk}): the {what} is lost with the container or at the next '
            advice = "Put the file on a volume, or on a disk of the machine."
            yield Finding("temporary-disk", "warning", f"{problem}start of the machine.", advice)
        elif disk in NETWORK:
            problem = f'"{path}" is on a network disk ({disk}), where SQLite cannot keep processes apart.'
            advice = f"Put the {what} on a disk of this machine, or into Postgres."
            yield Finding("network-disk", "error", problem, advice)


def _of_files(mounted: Mounted) -> Iterator[Finding]:
    """Files that the app could not open as things are."""
    for what, path in _files(mounted):
        folder = path.parent
        if not os.path.isdir(folder):
            problem = f'There is no folder "{folder}", so the {what} "{path.name}" cannot be opened.'
            advice = f"mkdir -p {shlex.quote(str(folder))}, or give the {what} another path."
            yield Finding("missing-folder", "error", problem, advice)
        elif os.path.isdir(path) or not _is_writable(path):
            problem = f'"{path}" cannot be written, so the {what} cannot be opened.'
            advice = "Name a file, and give the user that runs the app write access to it and to its folder, where "
            yield Finding("unwritable-file", "error", problem, f"{advice}SQLite makes two more.")


def _is_writable(path: Path) -> bool:
    return os.access(path.parent, os.W_OK | os.X_OK) and (not path.exists() or os.access(path, os.R_OK | os.W_OK))


def _of_database(mounted: Mounted) -> Iterator[Finding]:
    look = getattr(mounted.hooks.inbox, "look", None)  # Postgres's alone: its class would need psycopg to be asked for
    if look is None:
        return
    try:
        asyncio.run(look())
    except InboxError as error:  # whose words hold no part of the DSN
        problem = str(error)
        advice = "Start the database, or correct the DSN: host, port, user, password, database."
        yield Finding("no-database", "error", problem[0].upper() + problem[1:], advice)
    except UsageError as error:
        advice = "webhooks inbox migrate MODULE:ATTR, with the version of this package that the app has."
        yield Finding("inbox-tables", "error", str(error), advice)


def _files(mounted: Mounted) -> Iterator[tuple[str, Path]]:
    inbox, state = mounted.hooks.inbox, mounted.hooks.state
    if isinstance(inbox, SqliteInbox):
        yield "inbox", inbox.path
    if isinstance(state, SqliteState):
        yield "state", state.path


def _of_state(mounted: Mounted) -> Iterator[Finding]:
    if not isinstance(mounted.hooks.state, MemoryState | None):
        return
    where = next((where for source in _sources(mounted) for where in _states(source)), None)
    if where is not None:
        problem = "A handler uses context.state, and the app has no store: what it remembers is lost when the process "
        advice = 'Webhooks(state=SqliteState("state.db")), or PostgresState or RedisState for many machines.'
        yield Finding("memory-state", "warning", f"{problem}ends, and other workers do not see it.", advice, where)


def _states(source: Source) -> Iterator[str]:
    """Where a function calls `.state(Model)` of one of its parameters."""
    parameters = source.function.__code__.co_varnames[: source.function.__code__.co_argcount]
    for node in ast.walk(source.tree):
        called = node.func if isinstance(node, ast.Call) and node.args else None
        if isinstance(called, ast.Attribute) and called.attr == "state" and _is_among(called.value, parameters):
            yield source.where(called)


def _is_among(node: ast.expr, names: Collection[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _of_notifications(mounted: Mounted) -> Iterator[Finding]:
    """BXML that answers a notification. Annotated so, a handler is refused when it is registered."""
    told = [route for route in mounted.hooks.routes() if issubclass(route.events[0], NotificationEvent)]
    handlers = {id(route.plan.handler): route for route in told}.values()
    for route in handlers:
        source = next(sources_of([route.plan.handler]), None)
        for where in _answers(source) if source else ():
            problem = f"{route.plan.name} returns BXML for {route.events[0].__name__}, which is a notification: "
            advice = "Return None; a call is changed by REST."
            yield Finding("ignored-answer", "warning", f"{problem}Bandwidth ignores it.", advice, where)


def _answers(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        made = node.value if isinstance(node, ast.Return) else None
        verb = source.value(made.func) if isinstance(made, ast.Call) else None
        if made is not None and isinstance(verb, type) and issubclass(verb, (Element, Document)):
            yield source.where(made)


def _of_credentials(mounted: Mounted) -> Iterator[Finding]:
    """Credentials for a URL that is not encrypted, or in one."""
    for source in _sources(mounted):
        for element, call in source.verbs():
            given = {argument.arg or "": _given(source, argument.value) for argument in call.keywords}
            given |= {str(position): _given(source, node) for position, node in enumerate(call.args)}
            yield from _of_given(element, given, source.where(call))
    for part in _elements(mounted.hooks.fallback or ()):
        values = {one.name: getattr(part, one.name) for one in part.attributes}
        texts = {str(position): text for position, text in enumerate(part.content()) if isinstance(text, str)}
        yield from _of_given(type(part), values | texts, "")


def _given(source: Source, node: ast.expr) -> object:
    """The value of an argument; `...` for one that only running it would tell."""
    return node.value if isinstance(node, ast.Constant) else source.value(node) or ...


def _elements(parts: Iterable[Any]) -> Iterator[Element]:
    for part in parts:
        if isinstance(part, Element):
            yield part
            yield from _elements(part.content())


def _of_given(element: type[Element], given: Mapping[str, object], where: str) -> Iterator[Finding]:
    urls = {name: urlsplit(value) for name, value in given.items() if isinstance(value, str) and "://" in value}
    credentials = [name for name, value in given.items() if name.endswith("username") and value is not None]
    plain = [name for name, url in urls.items() if url.scheme.lower() == "http"]
    if credentials and plain:
        refused = any(set(plain) & set(element.secured.get(one, ())) for one in credentials)
        problem = f"{element.element} has credentials and a URL that begins with http: "
        problem += "such a verb is refused." if refused else "everybody on the way can read both."
        yield Finding("plain-credentials", "error" if refused else "warning", problem, "Write https.", where)
    if any(url.username for url in urls.values()):
        problem = f"{element.element} has a URL with credentials in it, which end in logs."
        advice = "Give them as username= and password=, and the URL without."
        yield Finding("credentials-in-url", "warning", problem, advice, where)


def _of_unlinked(mounted: Mounted) -> Iterator[Finding]:
    """Routes for events that only a verb brings, at a path that no verb names."""
    routes = list(mounted.hooks.routes())
    reached = _reached(routes, mounted.hooks.fallback or ())
    for route in {route.path: route for route in routes if all(map(_is_asked_for, route.events))}.values():
        if route.path and not any(_leads_to(url, route.path) for url in reached):
            problem = f"Nothing that can be read in the app leads to {mounted.prefix}{route.path}, and only a verb "
            problem += f"brings {route.events[0].__name__}: {route.plan.name} may never run."
            advice = "Name the handler where the verb is written, or remove the route. Ignore this if REST leads there."
            yield Finding("unlinked-route", "advice", problem, advice)


def _reached(routes: Sequence[Route], fallback: Iterable[Verb]) -> set[str]:
    """URLs and paths that are named somewhere; of a handler that is no plain function, nobody can tell."""
    handlers = [route.plan.handler for route in routes]
    named = {id(function) for source in sources_of(handlers) for function in source.named()}
    named |= {id(handler) for verb in fallback for _, handler in verb.links()}
    urls = {link.to for link in links_of(handlers) if isinstance(link.to, str)}
    named |= {id(handler) for handler in handlers if not isinstance(handler, FunctionType)}
    return urls | {route.path for route in routes if route.path and id(route.plan.handler) in named}


def _is_asked_for(event: type[Event]) -> bool:
    return issubclass(event, CallEvent) and event not in _BY_THEMSELVES


def _leads_to(url: str, path: str) -> bool:
    return urlsplit(url).path.rstrip("/").endswith(path)


def _sources(mounted: Mounted) -> Iterator[Source]:
    return sources_of(route.plan.handler for route in mounted.hooks.routes())


_OF_APPS: tuple[Callable[[Mounted], Iterator[Finding]], ...] = (
    _of_passwords,
    _of_credentials,
    _of_deadlines,
    _of_fallback,
    _of_notifications,
    _of_mount,
    _of_unlinked,
    _of_state,
    _of_inbox,
    _of_files,
    _of_database,
)
