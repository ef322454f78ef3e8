"""What is wrong with an app, as far as it can be told without a delivery."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit

from webhooks.auth import AllowAll
from webhooks.bxml import Document, Verb
from webhooks.cli.links import Link, links_of
from webhooks.cli.report import Severity, count_of, counted, entry, listed
from webhooks.errors import UsageError
from webhooks.events import Event, NotificationEvent
from webhooks.events.catalogue import event_named
from webhooks.mounting import Mounted
from webhooks.routing import Reachable, Table
from webhooks.rules import ALLOWED, check

__all__ = ["Finding", "errors_in", "findings_of", "told"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    code: str
    """Which kind of mistake it is, for programs: `lost-link`."""
    severity: Severity
    problem: str
    advice: str
    """What to do."""
    where: str = ""
    """File and line, when there is one."""


def errors_in(found: Sequence[Mounted]) -> str:
    """The errors of apps that are about to be served, as `webhooks check` tells them; "" when there are none."""
    return "\n\n".join(_entry(one) for one in _near(findings_of(found)) if one.severity == "error")


def findings_of(found: Sequence[Mounted]) -> Iterator[Finding]:
    """Everything that is wrong with the Webhooks of one app. None is frozen: an app that starts may add routes yet."""
    for mounted in found:
        yield from _of_one(mounted)
        yield from _of_lifespan(mounted)
    yield from _of_covered(found)


def _of_lifespan(mounted: Mounted) -> Iterator[Finding]:
    if mounted.hooks.inbox is None or mounted.is_started:
        return
    problem = f"Nothing starts the inbox of the app at {mounted.path_of(None)}: Starlette runs no lifespan of what is "
    problem += "mounted. What the inbox kept before waits for the next delivery."
    advice = f'Write hooks.install(app, "{mounted.prefix or "/"}") for the app that the server runs, or run `webhooks '
    yield Finding("no-lifespan", "warning", problem, f"{advice}worker`.")


def _of_covered(found: Sequence[Mounted]) -> Iterator[Finding]:
    """Those whose deliveries all go to another, which is asked before and serves all below its path."""
    for position, mounted in enumerate(found):
        before = [one for one in found[:position] if one.hooks is not mounted.hooks]
        first = next((one for one in before if _below(mounted.prefix, one.prefix)), None)
        if first is not None:
            where, there = mounted.path_of(None), first.path_of(None)
            problem = (
                f"The Webhooks at {where} gets nothing: another, at {there}, is asked before it and takes all that "
            )
            problem += "comes there. Of two that are installed at one path, the later is asked first."
            advice = "Give each a path of its own, or make one of them a Router and include it in the other."
            yield Finding("covered-app", "error", problem, advice)


def _of_one(mounted: Mounted) -> Iterator[Finding]:
    if isinstance(mounted.hooks.auth, AllowAll):
        yield Finding(
            "allow-all",
            "warning",
            "AllowAll lets everybody who knows the URL answer your calls.",
            "Use BasicAuth(user, password) or BasicAuth.from_env(), unless a gateway before the app authenticates.",
        )
    try:
        Reachable(mounted.hooks.routes())
        table = Table(list(mounted.hooks.routes()))
    except UsageError as error:
        advice = "Remove one of the two, or give them conditions or paths that differ."
        yield Finding("unreachable-route", "error", str(error), advice)
        return
    if not table.routes:
        yield Finding("no-routes", "warning", "The app has no routes.", "Write one with @hooks.on(InitiateEvent).")
    if mounted.hooks.fallback is not None:
        yield from _of_fallback(mounted.hooks.fallback, table)
    for link in links_of(route.plan.handler for route in table.routes):
        yield from _of_link(link, table, mounted.prefix)


def _of_fallback(fallback: Document[Verb], table: Table) -> Iterator[Finding]:
    routed = {event for route in table.routes for event in route.events}
    for sentence, page in _broken(fallback, [event for event in ALLOWED if event in routed]):
        what = "Use verbs that may answer all your events"
        if sentence.startswith("Hangup "):
            what = "Drop Hangup: a call ends with its document"
        advice = f"{what} ({page}). Until then such an event is answered with a 500."
        yield Finding("fallback-rule", "error", f"The fallback breaks a rule: {sentence}.", advice)
    try:
        fallback.to_bytes(table.path_for)
    except UsageError as error:
        advice = "Give the handler one route with a path."
        yield Finding("fallback-link", "error", f"The fallback cannot be sent: {error}", advice)


def _broken(fallback: Document[Verb], events: Sequence[type[Event]]) -> Iterator[tuple[str, str]]:
    """The rules that it breaks, each once with all events for which it does, and Bandwidth's pages.

    Each names its event: a document that may answer none is refused when the app is made.
    """
    broken: dict[tuple[str, str, str], dict[str, None]] = {}
    for event in events:
        name = event.event_types()[0]
        for violation in check(fallback.verbs, event):
            if violation.severity == "error":
                start, _, rest = violation.sentence.partition(f" {name};")
                broken.setdefault((start, rest, violation.page), {})[name] = None
    for (start, rest, page), names in broken.items():
        yield f"{start} {listed(list(names))};{rest}", page


def _of_link(link: Link, table: Table, prefix: str) -> Iterator[Finding]:
    """What is wrong with a link for its first event, unless it is right for one of the others."""
    found = [list(_of_event(link, event_type, table, prefix)) for event_type in link.event_types]
    if all(found):
        yield from found[0]


def _of_event(link: Link, event_type: str, table: Table, prefix: str) -> Iterator[Finding]:
    if isinstance(link.to, str):
        yield from _of_url(link, link.to, event_type, table, prefix)
        return
    try:
        table.path_for(link.to, event_type)
    except UsageError as error:
        advice = f'Give the handler one route with a path for "{event_type}", or write the URL as text.'
        yield Finding("lost-link", "error", f"{link.attribute}: {error}", advice, link.where)


def _of_url(link: Link, url: str, event_type: str, table: Table, prefix: str) -> Iterator[Finding]:
    """Where a path leads. What another host answers, or a URL relative to a delivery's, cannot be told."""
    event = event_named(event_type)
    parts = urlsplit(url)
    if event is None or parts.netloc or not parts.path.startswith("/"):
        return
    what = f'{link.attribute}: "{event_type}" goes to {url}'
    path = parts.path.rstrip("/")
    if prefix and not _below(path, prefix):
        advice = f"Write the handler itself, whose URL is filled in, or {prefix}{url}."
        outside = f"{what}, which is outside of {prefix}, where this app is."
        yield Finding("link-outside", "error", outside, advice, link.where)
        return
    taken = [route.path for route in table.routes if event in route.events]
    # Named by itself, an app does not know what stands before its paths elsewhere.
    if any(one is None or (path == prefix + one or (not prefix and path.endswith(one or "/"))) for one in taken):
        return
    answered = not issubclass(event, NotificationEvent)
    lost = "so the caller is hung up on" if answered else "so nobody hears of it"
    advice = (
        f'Write @hooks.on({event.__name__}, path="{path.removeprefix(prefix) or "/"}"), and the handler as the URL.'
    )
    severity: Severity = "error" if answered else "warning"
    yield Finding("lost-link", severity, f"{what}, which no handler takes, {lost}.", advice, link.where)


def _below(path: str, prefix: str) -> bool:
    """Whether it is that path, or one below."""
    return path == prefix or path.startswith(prefix + "/")


def told(target: str, found: Sequence[Mounted], findings: Sequence[Finding], *, as_json: bool) -> str:
    """What a command prints of what it found in the apps of `target`."""
    near = _near(findings)
    if as_json:
        return json.dumps([asdict(one) for one in near], indent=2)
    routes = sum(1 for one in found for _ in one.hooks.routes())
    looked_at = f"{count_of(routes, 'route')} and {'its' if routes == 1 else 'their'} links, "
    what = f"{target}: " if near else f"{target}: {looked_at}"
    return "\n\n".join([*map(_entry, near), counted(what, [one.severity for one in near])])


def _near(findings: Iterable[Finding]) -> list[Finding]:
    """Files as they are called from here."""
    return [replace(one, where=os.path.relpath(one.where)) if one.where else one for one in findings]


def _entry(one: Finding) -> str:
    return entry(one.severity, f"{one.where}  {one.code}".strip(), one.problem, one.advice)
