"""The app that is killed: it writes down what it handled."""

from __future__ import annotations

import os
from pathlib import Path

from webhooks import AllowAll, Webhooks
from webhooks.events import DtmfEvent
from webhooks.inbox import Background, Inbox, PostgresInbox, Retry, SqliteInbox

FOLDER = Path(os.environ["CHAOS_FOLDER"])


def make_inbox() -> Inbox:
    dsn = os.environ.get("CHAOS_DSN")
    return PostgresInbox(dsn, lease=1.0, poll=0.02) if dsn else SqliteInbox(FOLDER / "inbox.db", lease=1.0, poll=0.02)


def make_hooks() -> Webhooks:
    hooks = Webhooks(
        auth=AllowAll(),
        inbox=make_inbox(),
        background=Background(
            here=os.environ["CHAOS_HERE"] == "yes",
            spool=FOLDER / "spool",
            retry=Retry(attempts=50, first=0.01, longest=0.1),
        ),
    )
    handled = os.open(FOLDER / "handled", os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    @hooks.on(DtmfEvent, ordered=True)
    async def pressed(event: DtmfEvent) -> None:
        os.write(handled, f"{event.call_id} {event.tag}\n".encode())

    return hooks


hooks = make_hooks()
