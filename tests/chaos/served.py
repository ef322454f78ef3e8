"""The app that is killed and failed: it writes down what it handled. What is wrong with it says its environment."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.processes import CLOCK, FAULT, LEASE
from webhooks import AllowAll, Webhooks
from webhooks.bxml import Document, Hangup, SpeakSentence
from webhooks.events import AnswerEvent, DisconnectEvent, DtmfEvent, InitiateEvent, MessageReceivedEvent
from webhooks.inbox import Background, Inbox, PostgresInbox, Retry, SqliteInbox

FOLDER = Path(os.environ["CHAOS_FOLDER"])
DSN = os.environ.get("CHAOS_DSN")
DRAIN = float(os.environ.get("CHAOS_DRAIN", "10"))


class Faulty(sqlite3.Connection):
    """Does what the fault says first; without its file, nothing is wrong."""

    def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        if sql.startswith("BEGIN") and (told := _told(FAULT)):
            super().execute(told)
        return super().execute(sql, *rest)


def clock() -> float:
    return time.time() + float(_told(CLOCK) or 0)


def _told(name: str) -> str:
    try:
        return (FOLDER / name).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def make_inbox() -> Inbox:
    if DSN:
        return PostgresInbox(DSN, lease=LEASE, poll=0.02)
    return SqliteInbox(FOLDER / "disk" / "inbox.db", lease=LEASE, poll=0.02, clock=clock, connection=Faulty)


def make_hooks() -> Webhooks:
    hooks = Webhooks(
        auth=AllowAll(),
        fallback=Document(SpeakSentence("Please call again."), Hangup()),
        inbox=make_inbox(),
        background=Background(
            here=os.environ["CHAOS_HERE"] == "yes",
            spool=FOLDER / "spool",
            retry=Retry(attempts=50, first=0.01, longest=0.1),
            drain=DRAIN,
        ),
    )
    handled = os.open(FOLDER / "handled", os.O_APPEND | os.O_CREAT | os.O_WRONLY)

    def write(name: str, number: str) -> None:
        os.write(handled, f"{name} {number}\n".encode())

    @hooks.on(DtmfEvent, ordered=True)
    async def pressed(event: DtmfEvent) -> None:
        if event.digit == "#":  # takes longer than the app has when it is told to end
            await asyncio.sleep(10 * DRAIN)
        write(event.call_id, str(event.tag))

    @hooks.on(MessageReceivedEvent, ordered=True)
    async def received(event: MessageReceivedEvent) -> None:
        write(*event.message.id.split())

    @hooks.on(DisconnectEvent)
    async def ended(event: DisconnectEvent) -> None:
        if event.tag == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        if event.tag == "blocks":
            time.sleep(1.5 * LEASE)
        write(event.call_id, "0")

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent) -> Hangup:
        return Hangup()

    @hooks.on(InitiateEvent)
    def asks_the_database(call: InitiateEvent) -> Hangup:
        if DSN:
            psycopg.connect(DSN, connect_timeout=2).close()
        return Hangup()

    # So that what was spooled is taken up while the test watches.
    hooks.freeze()
    assert hooks.worker is not None
    hooks.worker._every = 0.2
    return hooks


hooks = make_hooks()
