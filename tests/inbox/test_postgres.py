"""An inbox in Postgres: the contract, over a real server, and what only a server can do to it."""

from __future__ import annotations

import asyncio
import importlib
import sys
import uuid
from pathlib import Path
from typing import cast

import psycopg
import pytest
from click.testing import CliRunner

from tests.inbox import stores
from webhooks import UsageError
from webhooks import inbox as inboxes
from webhooks.cli import main
from webhooks.errors import InboxError
from webhooks.inbox import Envelope
from webhooks.inbox.leasing import LeasingInbox
from webhooks.inbox.postgres import PostgresInbox, PostgresStore
from webhooks.inbox.store import Offer


class TestPostgresInbox(stores.LeasingContract):
    @pytest.fixture(autouse=True)
    def _database(self, dsn: str) -> None:
        self.dsn = dsn
        asyncio.run(PostgresInbox(dsn).migrate())

    def of(self) -> LeasingInbox:
        return PostgresInbox(self.dsn, clock=self.clock, chance=lambda: 0.5, poll=0.01)


async def test_tables_are_made_once_by_whoever_comes_first(dsn: str) -> None:
    assert await asyncio.gather(*(PostgresInbox(dsn).migrate() for _ in range(4))) == [1, 1, 1, 1]
    inbox = PostgresInbox(dsn)
    await inbox.open()
    assert await inbox.accept(Envelope("a")) == "accepted"
    assert await PostgresInbox(dsn).migrate() == 1
    assert (await inbox.counts()).waiting == 1
    await inbox.close(drain=0)


async def test_without_tables_the_command_that_makes_them_is_named(dsn: str) -> None:
    with pytest.raises(UsageError, match="webhooks inbox migrate"):
        await PostgresInbox(dsn).open()


async def test_tables_of_a_newer_version_are_left_alone(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("UPDATE webhooks_inbox_state SET version = 99")
    with pytest.raises(UsageError, match="version 99 of the tables, this package knows 1"):
        await PostgresInbox(dsn).open()


async def test_a_connection_that_was_cut_is_made_anew(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()
    name = uuid.uuid4().hex
    inbox = PostgresInbox(f"{dsn}&application_name={name}")
    await inbox.open()
    for _ in range(2):  # so that the first sign of life is past, which would have found it out
        await inbox.counts()
    with psycopg.connect(dsn, autocommit=True) as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
        assert connection.execute(ended, (name,)).fetchall() == [(True,)]
    with pytest.raises(InboxError, match="it goes on by itself"):
        await inbox.accept(Envelope("a"))
    assert await inbox.accept(Envelope("a")) == "accepted"
    await inbox.close(drain=0)


async def test_a_statement_that_fails_takes_nothing_with_it(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()
    inbox = PostgresInbox(dsn)
    await inbox.open()
    await inbox.open()  # once more is once
    with pytest.raises(InboxError, match="webhooks inbox migrate"):
        await inbox._ask(lambda store: cast("PostgresStore", store)._execute("SELECT * FROM webhooks_inbox_nothing"))
    assert await inbox.accept(Envelope("a")) == "accepted"
    await inbox.close(drain=0)


async def test_what_has_crashed_waits_for_somebody_idle(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()
    with psycopg.connect(dsn, autocommit=True) as connection:
        store = PostgresStore(connection.execute)
        assert store.put([Offer(Envelope("a"))], 1.0, 2.0) == ["accepted"]
        assert len(store.lease("one", 5, 2.0, 3.0, idle=True)) == 1
        assert store.beat([], 10.0, 20.0) == 1
        assert store.lease("two", 5, 11.0, 12.0, idle=False) == []
        assert store.lease("two", 5, 11.0, 12.0, idle=True)[0].crashes == 1


async def test_two_machines_that_get_the_same_deliveries_do_not_wait_for_each_other_in_a_circle(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()

    def put(offers: list[Offer]) -> list[object]:
        with psycopg.connect(dsn, autocommit=True) as connection:
            return list(PostgresStore(connection.execute).put(offers, 1.0, 2.0))

    for number in range(10):
        ordered = [
            [Offer(Envelope(f"{number} {call} {at}", order_key=f"c {call}")) for at in "abc"] for call in range(99)
        ]
        offers = [Offer(Envelope(f"{number} {index}")) for index in range(300)]
        here = [offer for call in ordered for offer in call] + offers
        there = offers[::-1] + [offer for call in ordered[::-1] for offer in call]
        both = await asyncio.gather(*(asyncio.to_thread(put, some) for some in (here, there)))
        assert sum(results.count("accepted") for results in both) == len(here)


async def test_what_has_an_order_keeps_it_whatever_its_keys_are(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()
    with psycopg.connect(dsn, autocommit=True) as connection:
        store = PostgresStore(connection.execute)
        store.put([Offer(Envelope(key, order_key=order)) for key, order in ("cx", "by", "ax", "dy")], 1.0, 2.0)
        of = {
            order: [one.envelope.key for one in store.entries(None, 9) if one.envelope.order_key == order]
            for order in "xy"
        }
    assert of == {"x": ["c", "a"], "y": ["b", "d"]}


async def test_what_is_done_may_be_said_again_by_who_did_it(dsn: str) -> None:
    await PostgresInbox(dsn).migrate()
    with psycopg.connect(dsn, autocommit=True) as connection:
        store = PostgresStore(connection.execute)
        store.put([Offer(Envelope("a"))], 1.0, 2.0)
        [kept] = store.lease("one", 5, 2.0, 3.0, idle=True)
        assert store.finish("other", [kept.id]) == []
        assert store.finish("one", [kept.id]) == [kept.id]
        assert store.finish("one", [kept.id]) == [kept.id]
        assert store.finish("other", [kept.id]) == []


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    inbox = PostgresInbox("postgresql://me:s3cret@127.0.0.1:1/none")
    assert repr(inbox) == "PostgresInbox(...)"
    for attempt in (inbox.open, inbox.migrate):
        with pytest.raises(InboxError) as failure:
            await attempt()
        assert "does not answer" in str(failure.value)
        assert "s3cret" not in str(failure.value)
    with pytest.raises(InboxError, match="not open"):
        await inbox.accept(Envelope("a"))
    await inbox.close(drain=0)


def test_an_empty_dsn_is_refused() -> None:
    with pytest.raises(UsageError, match="expected where the database is"):
        PostgresInbox("")


def test_without_psycopg_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "webhooks.inbox.postgres")
    with pytest.raises(UsageError, match=r'pip install "bandwidth-webhooks\[postgres\]"'):
        importlib.import_module("webhooks.inbox.postgres")


def test_the_package_names_it_and_nothing_that_is_not_there() -> None:
    assert inboxes.PostgresInbox is PostgresInbox
    with pytest.raises(AttributeError, match="has no attribute 'OracleInbox'"):
        _ = inboxes.OracleInbox


def test_the_command_makes_the_tables_and_looks_into_them(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = CliRunner()
    told = runner.invoke(main, ["inbox", "status", dsn]).output
    assert "webhooks inbox migrate" in " ".join(told.split())
    for _ in range(2):
        assert runner.invoke(main, ["inbox", "migrate", dsn]).output == "The tables of the inbox have version 1.\n"
    assert runner.invoke(main, ["inbox", "status", dsn, "--json"]).exit_code == 0
    gone = runner.invoke(main, ["inbox", "migrate", "postgresql://127.0.0.1:1/none"])
    assert gone.exit_code == 2
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "webhooks.inbox.postgres")
    assert "bandwidth-webhooks[postgres]" in runner.invoke(main, ["inbox", "status", dsn]).output


def test_an_inbox_in_a_file_makes_its_tables_by_itself(tmp_path: Path) -> None:
    (tmp_path / "inbox.db").touch()
    assert "Nothing to do" in CliRunner().invoke(main, ["inbox", "migrate", str(tmp_path / "inbox.db")]).output
