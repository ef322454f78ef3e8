from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, cast

import pytest

from tests.inbox.stores import Clock
from webhooks.errors import InboxError, UsageError
from webhooks.inbox import Envelope, Kept, Retry, SqliteInbox
from webhooks.inbox.clock import Forward
from webhooks.inbox.disk import disk_of, mounts
from webhooks.inbox.memory import MemoryStore
from webhooks.inbox.run import Run
from webhooks.inbox.schema import _make_tables, explained
from webhooks.inbox.sqlite import SqliteStore
from webhooks.inbox.store import Offer, Store

MOUNTS = """\
1 0 8:1 / / rw - ext4 /dev/a rw
2 1 0:2 / /data rw - nfs4 server:/a rw
3 1 0:3 / /data/a\\040b rw shared:1 - tmpfs tmpfs rw
nonsense
4 1 0:4 / /data/a\\040b rw - overlay overlay rw
"""


@asynccontextmanager
async def opened(path: Path, **settings: Any) -> AsyncGenerator[SqliteInbox]:
    inbox = SqliteInbox(path, **settings)
    await inbox.open()
    try:
        yield inbox
    finally:
        await inbox.close(drain=0)


@pytest.mark.parametrize(
    ("path", "disk"),
    [("/x/inbox.db", "ext4"), ("/data/inbox.db", "nfs4"), ("/data/a b/inbox.db", "overlay"), ("/database", "ext4")],
)
def test_the_disk_of_a_file_is_that_of_the_deepest_mount(path: str, disk: str) -> None:
    assert disk_of(Path(path), MOUNTS) == disk
    assert disk_of(Path(path), "") is None
    assert disk_of(Path(path), "1 0 8:1 / /elsewhere rw - ext4 /dev/a rw") is None


def test_what_is_mounted_can_be_read_here(tmp_path: Path) -> None:
    assert isinstance(mounts(), str)
    assert mounts(tmp_path / "missing") == ""


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_an_inbox_needs_a_file(path: str) -> None:
    with pytest.raises(UsageError, match="expected the path of a file"):
        SqliteInbox(path)


async def test_a_network_disk_is_refused_and_a_temporary_one_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UsageError, match="on a network disk"):
        await SqliteInbox(tmp_path / "inbox.db", mounted=lambda: "1 0 8:1 / / rw - cifs a rw").open()
    async with opened(tmp_path / "inbox.db", mounted=lambda: "1 0 8:1 / / rw - overlay a rw"):
        assert "lost with the container" in caplog.text


async def test_a_newer_version_and_somebody_elses_file_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    for statement, words in (("CREATE TABLE a (b)", "another program"), ("PRAGMA user_version = 9", "a later one")):
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.close()
        with pytest.raises(UsageError, match=words):
            await SqliteInbox(path).open()


async def test_what_is_wrong_with_a_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(InboxError, match=r"damaged.*\.recover"):
        await SqliteInbox(path).open()
    with pytest.raises(InboxError, match="folder must exist"):
        await SqliteInbox(tmp_path / "missing" / "inbox.db").open()
    with pytest.raises(InboxError, match="is not open"):
        await SqliteInbox(path).accept(Envelope("a"))
    assert str(explained(sqlite3.Error("unheard of"), "a")) == 'the inbox "a" cannot be used (unheard of).'
    assert "write access" in str(explained(sqlite3.OperationalError("attempt to write a readonly database"), "a"))


async def test_tables_that_could_not_be_made_are_made_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "inbox.db"

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if "CREATE INDEX" in sql:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    with pytest.raises(InboxError, match="make room"):
        await SqliteInbox(path, connection=Full).open()
    async with opened(path) as inbox:
        assert await inbox.accept(Envelope("a")) == "accepted"


async def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    limits: list[sqlite3.Connection] = []

    class Limited(sqlite3.Connection):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            limits.append(self)

    async with opened(tmp_path / "inbox.db", connection=Limited, poll=0.01) as inbox:
        await inbox._ask(lambda store: limits[0].execute("PRAGMA max_page_count = 40").fetchone())
        accepted = list[str]()

        async def fill() -> None:
            for number in range(100):
                await inbox.accept(Envelope(str(number), body=os.urandom(4000)))
                accepted.append(str(number))

        with pytest.raises(InboxError, match="make room"):
            await fill()
        assert 0 < len(accepted) < 100
        await inbox._ask(lambda store: limits[0].execute("PRAGMA max_page_count = 4000").fetchone())
        assert await inbox.accept(Envelope("more", body=os.urandom(4000))) == "accepted"
        assert [kept.envelope.key for kept in await inbox.entries()] == [*accepted, "more"]


async def test_an_operation_that_is_wrong_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        wrong = Envelope("wrong", event_type=object())  # type: ignore[arg-type]  # which SQLite cannot store
        results = await asyncio.gather(
            inbox.accept(Envelope("a")),
            inbox._ask(lambda store: 1 // 0),
            inbox.accept(Envelope("b")),
            return_exceptions=True,
        )
        assert results[0] == results[2] == "accepted"
        assert isinstance(results[1], InboxError)
        assert isinstance(results[1].__cause__, ZeroDivisionError)
        with pytest.raises(InboxError):
            await inbox.accept(wrong)


async def test_a_damaged_table_keeps_nobody_waiting_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path / "inbox.db"):
        pass
    with closing(sqlite3.connect(tmp_path / "inbox.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM clock")
    told = threading.Semaphore(0)

    class Told(SqliteInbox):
        def beat_on(self, store: Store) -> None:
            told.release()
            super().beat_on(store)

    async with asyncio.timeout(20):
        inbox = Told(tmp_path / "inbox.db", lease=0.003)
        await inbox.open()
        for _ in range(3):
            await asyncio.to_thread(told.acquire)
        assert await inbox.accept(Envelope("a")) == "accepted"
        await inbox._ask(lambda store: cast("SqliteStore", store)._execute("INSERT INTO clock VALUES (0)"))
        for _ in range(2):
            await asyncio.to_thread(told.acquire)
        await inbox.close(drain=0)
    assert caplog.text.count("no sign of life: the inbox failed with TypeError") == 1


async def test_who_no_longer_waits_hinders_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        gone = asyncio.create_task(inbox.accept(Envelope("a")))
        await asyncio.sleep(0)
        gone.cancel()
        assert await inbox.accept(Envelope("a")) == "duplicate"


async def test_what_was_handled_is_written_when_that_is_possible_again(tmp_path: Path) -> None:
    broken, failing = False, True
    runs: list[str] = []

    class Failing(SqliteInbox):
        async def finish(self, owner: str, done: Sequence[Kept]) -> Sequence[bool]:
            if failing or broken:
                raise InboxError("the disk is full.")
            return await super().finish(owner, done)

    async def handler(kept: Kept) -> str | None:
        nonlocal failing
        runs.append(kept.envelope.key)
        asyncio.get_running_loop().call_later(0.1, mend)
        return None

    def mend() -> None:
        nonlocal failing
        failing = False

    inbox = Failing(tmp_path / "inbox.db", poll=0.01)
    await inbox.open()
    await inbox.accept(Envelope("a"))
    running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
    while not (await inbox.counts()).done:
        await asyncio.sleep(0)
    broken = failing = True
    await inbox.accept(Envelope("b"))
    while "b" not in runs:
        await asyncio.sleep(0)
    await inbox.close(drain=0.01)
    await running
    assert runs == ["a", "b"]


async def test_what_ends_while_the_inbox_drains_is_written_when_that_is_possible_again(tmp_path: Path) -> None:
    begun, go_on, tries = asyncio.Event(), asyncio.Event(), 0

    class Failing(SqliteInbox):
        async def finish(self, owner: str, done: Sequence[Kept]) -> Sequence[bool]:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise InboxError("the disk is full.")
            return await super().finish(owner, done)

    async def handler(kept: Kept) -> str | None:
        begun.set()
        await go_on.wait()
        return None

    inbox = Failing(tmp_path / "inbox.db", poll=60)
    await inbox.open()
    await inbox.accept(Envelope("a"))
    running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
    await begun.wait()
    closing = asyncio.create_task(inbox.close(drain=0.1))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(closing, running)
    async with opened(tmp_path / "inbox.db") as later:
        assert ((await later.counts()).done, tries) == (1, 2)


async def test_a_run_that_is_cancelled_gives_back_what_it_has(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def handler(kept: Kept) -> str | None:
        begun.set()
        await asyncio.Event().wait()
        return None

    async with opened(tmp_path / "inbox.db") as inbox:
        await inbox.accept(Envelope("a"))
        running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await inbox.counts()).waiting == 1


async def test_what_another_process_took_meanwhile_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handler(kept: Kept) -> str | None:
        begun.set()
        await go_on.wait()
        return None

    async with opened(tmp_path / "inbox.db") as inbox:
        await inbox.accept(Envelope("a"))
        running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
        await begun.wait()
        await inbox._ask(lambda store: store.beat([], 9e9, 9e9))
        go_on.set()
        await inbox.close(drain=5)
        await running
    assert "is handled twice" in caplog.text


async def test_a_handler_that_ignores_its_cancellation_is_left_behind(tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handler(kept: Kept) -> str | None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await go_on.wait()
        return None

    async with opened(tmp_path / "inbox.db") as inbox:
        await inbox.accept(Envelope("a"))
        running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
        await begun.wait()
        await inbox.close(drain=0)
        await running
        go_on.set()
        await inbox.open()
        assert (await inbox.counts()).waiting == 1


def test_a_clock_never_goes_back() -> None:
    times = iter([10.0, 5.0, 6.0, 7.0, 7.0, 8.0])
    clock = Forward(lambda: next(times))
    assert [clock.now(), clock.now(), clock.now()] == [10.0, 10.0, 11.0]
    assert clock.catch_up(40.0) == 40.0
    assert clock.now() == 41.0


async def test_a_loop_that_ended_while_its_answer_came_hinders_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        tasks: list[asyncio.Task[str]] = []

        def leave() -> None:
            async def ask() -> None:
                tasks.append(asyncio.ensure_future(inbox.accept(Envelope("a"))))
                await asyncio.sleep(0)

            loop = asyncio.new_event_loop()
            loop.run_until_complete(ask())
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()

        held = asyncio.create_task(inbox._ask(lambda store: store.counts()))
        await asyncio.to_thread(leave)
        await held
        assert await inbox.accept(Envelope("a")) == "duplicate"


async def test_a_run_waits_for_an_inbox_that_is_not_open_yet(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    looks = asyncio.Semaphore(0)

    class Slow(SqliteInbox):
        async def lease(self, run: Run) -> Sequence[Kept]:
            looks.release()
            return await super().lease(run)

    async def handler(kept: Kept) -> str | None:
        return None

    inbox = Slow(tmp_path / "inbox.db", poll=0.001)
    running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
    for _ in range(3):
        await looks.acquire()
    await inbox.open()
    await inbox.accept(Envelope("a"))
    while not (await inbox.counts()).done:
        await asyncio.sleep(0)
    await inbox.close()
    await running
    assert caplog.text.count("is not open") == 1


async def test_what_has_crashed_waits_until_nothing_else_runs(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        for key in ("a", "b"):
            await inbox.accept(Envelope(key))
        await inbox._ask(lambda store: store.lease("gone", 1, 9e9, 9e9, idle=True))
        await inbox._ask(lambda store: store.beat([], 9.1e9, 9.1e9))
        assert await inbox._ask(lambda store: store.lease("one", 9, 9.2e9, 9.3e9, idle=False)) == []
        [kept] = await inbox._ask(lambda store: store.lease("one", 9, 9.2e9, 9.3e9, idle=True))
        assert (kept.envelope.key, kept.crashes) == ("a", 1)


class Door:
    """Holds whoever connects, as a file that another process holds, until it is opened."""

    def __init__(self) -> None:
        self.reached, self.opened, self.connections = threading.Event(), threading.Event(), 0


def behind(door: Door) -> type[sqlite3.Connection]:
    class Held(sqlite3.Connection):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            door.reached.set()
            assert door.opened.wait(5)
            super().__init__(*arguments, **settings)
            door.connections += 1

        def close(self) -> None:
            super().close()
            door.connections -= 1

    return Held


async def test_two_who_open_at_once_open_it_once_and_keep_nobody_else_waiting(tmp_path: Path) -> None:
    door = Door()
    inbox = SqliteInbox(tmp_path / "inbox.db", connection=behind(door))
    opening = [asyncio.create_task(inbox.open()) for _ in range(2)]
    await asyncio.to_thread(door.reached.wait, 20)
    door.opened.set()
    await asyncio.gather(*opening)
    assert door.connections == 1
    assert await inbox.accept(Envelope("a")) == "accepted"
    await inbox.close()
    assert door.connections == 0


@pytest.mark.parametrize("patience", [20.0, 0.01])
async def test_what_is_closed_while_it_is_opened_is_closed(patience: float, tmp_path: Path) -> None:
    door = Door()
    inbox = SqliteInbox(tmp_path / "inbox.db", connection=behind(door))
    inbox.closing = patience
    opening = asyncio.create_task(inbox.open())
    await asyncio.to_thread(door.reached.wait, 20)
    closing = asyncio.create_task(inbox.close())
    if patience < 1:
        await closing
    else:
        await asyncio.sleep(0)
    door.opened.set()
    inbox.closing = 20.0
    await asyncio.gather(opening, closing)
    assert door.connections == 0
    with pytest.raises(InboxError, match="is not open"):
        await inbox.counts()


async def test_who_asks_while_the_writer_closes_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        writer = inbox._writer
        assert writer is not None
        await inbox.close()
        with pytest.raises(InboxError, match="is closed"):
            writer.ask(lambda store, items: items, None)


async def test_two_processes_that_come_at_the_same_time_make_the_tables_once(tmp_path: Path) -> None:
    async with opened(tmp_path / "inbox.db") as inbox:
        await inbox.accept(Envelope("a"))
        connection = sqlite3.connect(tmp_path / "inbox.db", isolation_level=None)
        _make_tables(connection)
        connection.close()
        assert (await inbox.counts()).waiting == 1


@pytest.mark.parametrize("ended", ["finish", "fail"])
def test_nobody_settles_what_belongs_to_another(ended: str) -> None:
    store = MemoryStore()
    store.put([Offer(Envelope("a"))], 1.0, 2.0)
    [kept] = store.lease("one", 1, 1.0, 2.0, idle=True)
    assert not (store.finish("other", [1]) if ended == "finish" else store.fail("other", kept, "why", 1.0))
    assert store.counts().running == 1


async def test_a_store_that_says_nothing_keeps_no_shutdown_waiting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    silent, asked, go_on = threading.Event(), threading.Event(), threading.Event()

    class Silent(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if silent.is_set() and sql.startswith("BEGIN"):
                asked.set()
                go_on.wait()
            return super().execute(sql, *rest)

    async def handler(kept: Kept) -> str | None:
        return None

    inbox = SqliteInbox(tmp_path / "inbox.db", connection=Silent, poll=0.01)
    inbox.closing = 0.05
    await inbox.open()
    writer = inbox._writer
    assert writer is not None
    silent.set()
    running = asyncio.create_task(inbox.run(handler, concurrency=1, retry=Retry()))
    await asyncio.to_thread(asked.wait)
    async with asyncio.timeout(20):
        await inbox.close(drain=0)
        await running
    assert "it does not answer" in caplog.text
    go_on.set()
    await asyncio.to_thread(writer.close, 20)


async def test_while_nobody_could_give_a_sign_of_life_nobody_has_ended(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path / "inbox.db", clock=clock) as one, opened(tmp_path / "inbox.db", clock=clock) as other:
        await one.accept(Envelope("a"))
        await other.beat()
        assert len(await one._ask(lambda store: store.lease("one", 1, clock.now, clock.now + 15, idle=True))) == 1
        clock.now += 60  # the disk was away
        await other.beat()
        assert (await other.counts()).running == 1
        for _ in range(4):
            clock.now += 5
            await other.beat()
        assert (await other.counts()).waiting == 1
