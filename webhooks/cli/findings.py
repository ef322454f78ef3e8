"""What is wrong with an app, as far as it can be told without a delivery."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit

from webhooks.auth import AllowAll
from webhooks.bxml import Document, Verb
from webhooks.cli.links import Link, links_of
from webhooks.cli.report import Severity, count_of, counted, entry
from webhooks.errors import UsageError
from webhooks.events import NotificationEvent
from webhooks.events.catalogue import event_named
from webhooks.mounting import Mounted
from webhooks.routing import Table
from webhooks.rules import ALLOWED, check

__all__ = ["Finding", "findings_of", "told"]


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


def findings_of(mounted: Mounted) -> Iterator[Finding]:
    """Everything that is wrong with one Webhooks. Freezes it."""
    if isinstance(mounted.hooks.auth, AllowAll):
        yield Finding(
            "allow-all",
            "warning",
            "AllowAll lets everybody who knows the URL answer your calls.",
            "Use BasicAuth(user, password) or BasicAuth.from_env(), unless a gateway before the app authenticates.",
        )
    try:
        mounted.hooks.freeze()
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
    broken = {
        violation.sentence: violation.page
        for event in ALLOWED
        if event in routed
        for violation in check(fallback.verbs, event)
        if violation.severity == "error"
    }
    for sentence, page in broken.items():
        advice = f"The answer to that event would be a 500. Use verbs that may answer all your events ({page})."
        yield Finding("fallback-rule", "error", f"The fallback breaks a rule: {sentence}.", advice)
    try:
        fallback.to_bytes(table.path_for)
    except UsageError as error:
        advice = "Give the handler one route with a path."
        yield Finding("fallback-link", "error", f"The fallback cannot be sent: {error}", advice)


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
    return path == prefix or path.startswith(prefix + "/")


def told(target: str, found: Sequence[Mounted], findings: Sequence[Finding], *, as_json: bool) -> str:
    """What a command prints of what it found in the apps of `target`."""
    near = [replace(one, where=os.path.relpath(one.where)) if one.where else one for one in findings]
    if as_json:
        return json.dumps([asdict(one) for one in near], indent=2)
    routes = sum(1 for one in found for _ in one.hooks.routes())
    looked_at = f"{count_of(routes, 'route')} and {'its' if routes == 1 else 'their'} links, "
    what = f"{target}: " if near else f"{target}: {looked_at}"
    shown = [entry(one.severity, f"{one.where}  {one.code}".strip(), one.problem, one.advice) for one in near]
    return "\n\n".join([*shown, counted(what, [one.severity for one in near])])
