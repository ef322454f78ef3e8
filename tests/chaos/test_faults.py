"""Disks that fail under a running app: who hears what meanwhile, and that nothing of it is lost."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.apps import answer, message, payload
from tests.inbox.test_app import becomes, kept, started
from webhooks.bxml import Hangup
from webhooks.events import AnswerEvent, DisconnectEvent, MessageReceivedEvent
from webhooks.inbox import SqliteInbox

FILLER = os.urandom(50_000).hex()


@pytest.mark.parametrize(
    ("fault", "remedy", "words"),
    [
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 100000", "the disk is full"),
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF", "cannot be written"),
    ],
    ids=["a full disk", "a file that cannot be written"],
)
async def test_while_the_disk_fails_calls_are_answered_and_nothing_is_lost(
    fault: str, remedy: str, words: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connections: list[sqlite3.Connection] = []

    class Reached(sqlite3.Connection):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            connections.append(self)

    inbox = SqliteInbox(tmp_path / "inbox.db", connection=Reached, poll=0.01)
    hooks = kept(tmp_path, inbox)
    seen: list[str | None] = []

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent) -> Hangup:
        return Hangup()

    @hooks.on(DisconnectEvent | MessageReceivedEvent)
    async def either(event: DisconnectEvent | MessageReceivedEvent) -> None:
        seen.append(event.correlation_id)

    async with started(hooks):
        assert (await answer(hooks, payload("disconnect", callId="c-0"))).status == 200
        await becomes(hooks, done=1)
        connections[0].execute(fault)
        assert (await answer(hooks, payload("disconnect", tag=FILLER))).status == 200
        assert (await answer(hooks, [message(tag=FILLER)])).status == 503
        assert b"Hangup" in (await answer(hooks, payload("answer"))).body
        connections[0].execute(remedy)
        assert (await answer(hooks, [message(tag=FILLER)])).status == 200
        assert hooks.worker is not None
        await hooks.worker.take_up()
        await becomes(hooks, done=3)
    assert sorted(map(str, seen)) == ["c-0", "c-1", "m-1"]
    assert (hooks.tally.spooled, hooks.tally.refused) == (1, 1)
    assert words in caplog.text
