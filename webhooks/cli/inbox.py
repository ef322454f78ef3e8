"""`webhooks inbox`: what waits, what runs, what is dead, and how to let that run again."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click

from webhooks.cli.layout import examples, table
from webhooks.cli.loading import Refused, hooks_of
from webhooks.cli.report import count_of
from webhooks.errors import InboxError, UsageError
from webhooks.inbox import Inbox, Kept, SqliteInbox, Status, when

__all__ = ["inbox"]

T = TypeVar("T")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_STATUSES: tuple[Status, ...] = ("waiting", "running", "done", "dead")
_target = click.argument("target")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(
    short_help="Look into an inbox; replay, prune.",
    epilog=examples(
        "webhooks inbox status main:hooks", "webhooks inbox dead inbox.db", "webhooks inbox replay inbox.db 7"
    ),
)
def inbox() -> None:
    """Look into an inbox, let dead deliveries run again, and remove old ones.

    TARGET is MODULE:ATTR, an app that has an inbox, the file of a SqliteInbox, or postgresql://... for a PostgresInbox.
    The app may run meanwhile.
    """


def _in(target: str, work: Callable[[Inbox], Awaitable[T]]) -> T:
    """What `work` gives with the inbox open."""

    async def opened(found: Inbox) -> T:
        await found.open()
        try:
            return await work(found)
        finally:
            await found.close(drain=0)

    try:
        return asyncio.run(opened(_found(target)))
    except (InboxError, UsageError) as error:
        raise Refused(str(error)) from error


def _found(target: str) -> Inbox:
    if target.startswith(("postgresql://", "postgres://")):
        return _in_postgres(target)
    if Path(target).is_file():
        return SqliteInbox(target)
    if ":" not in target:
        raise Refused(f'There is no file "{target}": expected the file of a SqliteInbox, or MODULE:ATTR.')
    found = next((one.hooks.inbox for one in hooks_of(target) if one.hooks.inbox is not None), None)
    if found is None:
        raise Refused(f'"{target}" has no inbox: write Webhooks(inbox=SqliteInbox("inbox.db"), ...).')
    return found


def _in_postgres(dsn: str) -> Inbox:
    try:
        from webhooks.inbox.postgres import PostgresInbox
    except UsageError as error:
        raise Refused(str(error)) from error
    return PostgresInbox(dsn)


@inbox.command(short_help="Make the tables of a PostgresInbox.", epilog=examples("webhooks inbox migrate main:hooks"))
@_target
def migrate(target: str) -> None:
    """Make the tables of a PostgresInbox, or bring them to this version. Run it before the app is rolled out.

    An app of the version before goes on with them, and several machines may run this at the same time.
    """
    migrated = getattr(_found(target), "migrate", None)
    if migrated is None:
        click.echo("Nothing to do: this inbox makes its tables by itself.")
        return
    try:
        version = asyncio.run(migrated())
    except InboxError as error:
        raise Refused(str(error)) from error
    click.echo(f"The tables of the inbox have version {version}.")


@inbox.command(short_help="How many wait, run, are done, are dead.", epilog=examples("webhooks inbox status inbox.db"))
@_target
@_json
def status(target: str, *, as_json: bool) -> None:
    """Count the deliveries of an inbox."""
    counts = asdict(_in(target, lambda found: found.counts()))
    oldest = counts["oldest"]
    counts["oldest"] = None if oldest is None else _shown(oldest)
    if as_json:
        click.echo(json.dumps(counts, indent=2))
    else:
        click.echo(table(tuple(counts), [tuple("-" if value is None else str(value) for value in counts.values())]))


@inbox.command("list", short_help="List deliveries.", epilog=examples("webhooks inbox list inbox.db --status waiting"))
@_target
@click.option("--status", "wanted", type=click.Choice(_STATUSES), help="Only these.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@_json
def list_(target: str, *, wanted: Status | None, limit: int, as_json: bool) -> None:
    """List deliveries, the oldest first."""
    _print(_in(target, lambda found: found.entries(wanted, limit=limit)), as_json=as_json)


@inbox.command(short_help="List what failed for good.", epilog=examples("webhooks inbox dead main:hooks --json"))
@_target
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@_json
def dead(target: str, *, limit: int, as_json: bool) -> None:
    """List the deliveries whose last attempt failed, the oldest first, and why."""
    _print(_in(target, lambda found: found.entries("dead", limit=limit)), as_json=as_json)


@inbox.command(short_help="Show one delivery.", epilog=examples("webhooks inbox show inbox.db 7 --reveal"))
@_target
@click.argument("id", type=int)
@click.option("--reveal", is_flag=True, help="Numbers and texts, too.")
@_json
def show(target: str, id: int, *, reveal: bool, as_json: bool) -> None:
    """Show one delivery; its numbers and texts are masked, unless they are asked for."""
    kept = _in(target, lambda found: found.entry(id))
    if kept is None:
        raise Refused(f"There is no delivery {id}: `webhooks inbox list` shows which there are.")
    facts = {**_as_json(kept), **_contents(kept, reveal=reveal)}
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        click.echo("\n".join(f"{name:<16}{'-' if value is None else value}" for name, value in facts.items()))


@inbox.command(
    short_help="Let dead deliveries run again.",
    epilog=examples("webhooks inbox replay inbox.db 7 9", "webhooks inbox replay inbox.db --all"),
)
@_target
@click.argument("ids", type=int, nargs=-1)
@click.option("--all", "all_", is_flag=True, help="All that are dead.")
def replay(target: str, ids: tuple[int, ...], *, all_: bool) -> None:
    """Let dead deliveries wait again, as if they had just come in: those with the IDS, or all.

    What is not dead stays as it is. When one of the IDS does not exist, nothing changes, and the exit code is 2.
    """
    if bool(ids) == all_:
        raise click.UsageError("Give the ids of dead deliveries, or --all.")
    count = _in(target, lambda found: found.replay() if all_ else _replayed(found, ids))
    click.echo(f"Deliveries that wait again: {count}.")


async def _replayed(found: Inbox, ids: Sequence[int]) -> int:
    missing = [str(id) for id in ids if await found.entry(id) is None]
    if missing:
        # Without the target, which may be a DSN with a password.
        raise Refused(
            f"There is no delivery {', '.join(missing)}: `webhooks inbox dead` shows those that can run again."
        )
    return await found.replay(ids)


@inbox.command(
    short_help="Remove what is done, or dead.",
    epilog=examples("webhooks inbox prune inbox.db --older-than 30d --dead"),
)
@_target
@click.option("--older-than", default="7d", show_default=True, metavar="AGE", help="As 30m, 12h, 7d.")
@click.option("--dead", "dead_", is_flag=True, help="What is dead, not what is done.")
def prune(target: str, *, older_than: str, dead_: bool) -> None:
    """Remove what was first seen longer ago. A delivery whose key is gone is no duplicate when it comes again."""
    seconds = _seconds(older_than)
    count = _in(target, lambda found: found.prune(seconds, dead=dead_))
    click.echo(f"Deliveries removed: {count}.")


def _seconds(age: str) -> float:
    match = re.fullmatch(r"(\d+)([smhd])", age)
    if match is None:
        raise click.UsageError(f'"{age}" is no age: expected a number and s, m, h or d, as 7d.')
    return int(match[1]) * _UNITS[match[2]]


def _print(entries: Sequence[Kept], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_json(kept) for kept in entries], indent=2))
    elif entries:
        headings = ("id", "status", "event", "first seen", "attempts")
        click.echo(table(headings, [_row(kept) for kept in entries], [_texts(kept) for kept in entries]))
    else:
        click.echo("There are none.")


def _row(kept: Kept) -> tuple[str, ...]:
    return str(kept.id), kept.status, kept.envelope.event_type or "-", _shown(kept.first_seen), str(kept.attempts)


def _texts(kept: Kept) -> tuple[str, ...]:
    """Of which call or message it is, and why it failed: ids and errors are longer than a column."""
    id = kept.envelope.correlation_id
    return tuple(text for text in (id and f"of {id}", kept.error) if text)


def _as_json(kept: Kept) -> dict[str, object]:
    return {
        "id": kept.id,
        "status": kept.status,
        "event_type": kept.envelope.event_type,
        "correlation_id": kept.envelope.correlation_id,
        "first_seen": _shown(kept.first_seen),
        "due": _shown(kept.due),
        "attempts": kept.attempts,
        "crashes": kept.crashes,
        "error": kept.error,
    }


def _contents(kept: Kept, *, reveal: bool) -> dict[str, object]:
    envelope = kept.envelope
    if not reveal:
        return {"method": envelope.method, "body": f"{count_of(len(envelope.body), 'byte')}; --reveal shows the body"}
    return {
        "method": envelope.method,
        "path": envelope.root_path + envelope.path,
        "query": envelope.query.decode("latin-1"),
        "headers": {name.decode("latin-1"): value.decode("latin-1") for name, value in envelope.headers},
        "body": envelope.body.decode(errors="replace"),
    }


def _shown(seconds: float) -> str:
    return when(seconds).strftime("%Y-%m-%d %H:%M:%SZ")
