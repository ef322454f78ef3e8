from __future__ import annotations

import fcntl
import importlib
import resource
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.apps import app
from webhooks.inbox import Background, Envelope, Inbox, MemoryInbox, SqliteInbox
from webhooks.inbox.spool import Spool

ENVELOPE = Envelope("a", "order", "dtmf", "c-1", "GET", "/x", b"a=\xff", ((b"x", b"\xe4"),), "/root", b"\0\xff")


def test_what_is_written_is_given_until_it_is_forgotten(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    assert spool.take().envelopes == []
    spool.append(ENVELOPE)
    spool.append(Envelope("b"))
    assert Spool(tmp_path / "spool").take().envelopes == [ENVELOPE, Envelope("b")]
    taken = spool.take()
    spool.forget(taken)
    spool.forget(taken)
    assert spool.take().envelopes == []


def test_what_one_process_forgets_is_not_what_another_wrote_meanwhile(tmp_path: Path) -> None:
    one, other = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    one.append(ENVELOPE)
    first, second = one.take(), other.take()
    one.forget(first)
    one.append(Envelope("b"))
    assert one.take().envelopes == [Envelope("b")]
    other.forget(second)
    assert one.take().envelopes == [Envelope("b")]


def test_a_line_cut_short_costs_nobody_but_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(ENVELOPE)
    with spool.path.open("ab") as file:
        file.write(b'["cut", "sho')
    spool.append(Envelope("b"))
    assert spool.take().envelopes == [ENVELOPE, Envelope("b")]
    assert "1 lines" in caplog.text


@contextmanager
def room_for(size: int) -> Generator[None]:
    """As if the disk were full when a file has so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_in_a_line_is_told_and_leaves_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(ENVELOPE)
    size = spool.path.stat().st_size
    with room_for(size + 10), pytest.raises(OSError, match="File too large"):
        spool.append(Envelope("cut"))
    assert spool.path.stat().st_size == size
    spool.append(Envelope("b"))
    assert spool.take().envelopes == [ENVELOPE, Envelope("b")]
    assert not caplog.records


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(ENVELOPE)
    assert spool.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("instead", [False, True])
def test_a_file_taken_away_while_somebody_waits_for_it_loses_nothing(tmp_path: Path, *, instead: bool) -> None:
    spool = Spool(tmp_path / "spool")
    with spool.path.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        writing = threading.Thread(target=spool.append, args=(ENVELOPE,))
        writing.start()
        _wait_for_the_lock(held.fileno())
        spool.path.rename(tmp_path / "away")
        if instead:
            spool.path.touch()
    writing.join(20)
    assert spool.take().envelopes == [ENVELOPE]


def _wait_for_the_lock(held: int) -> None:
    """Until another thread has the file open, too, so that it waits, or is about to."""
    target = Path(f"/proc/self/fd/{held}").readlink()
    while sum(_leads_to(one, target) for one in Path("/proc/self/fd").iterdir()) < 2:
        pass


def _leads_to(link: Path, target: Path) -> bool:
    try:
        return link.readlink() == target
    except OSError:
        return False


async def test_a_spool_that_cannot_be_read_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from tests.inbox.test_app import kept, started

    (tmp_path / "spool.taken-1").mkdir()
    async with started(kept(tmp_path, MemoryInbox())) as hooks:
        assert hooks.worker is not None
        await hooks.worker.take_up()
    assert "cannot be taken up: Is a directory" in caplog.text
    assert Background().here


def test_where_files_cannot_be_locked_one_process_may_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.delitem(sys.modules, "webhooks.inbox.spool")
    spool = importlib.import_module("webhooks.inbox.spool").Spool(tmp_path / "spool")
    spool.append(Envelope("a"))
    assert [envelope.key for envelope in spool.take().envelopes] == ["a"]


def test_what_was_taken_is_given_in_the_order_in_which_it_was_written(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    for number in range(12):
        spool.append(Envelope(str(number)))
        spool.take()
    (tmp_path / "spool.taken-of-an-earlier-version").touch()
    assert [envelope.key for envelope in spool.take().envelopes] == [str(number) for number in range(12)]


def test_a_spool_knows_whether_it_holds_anything(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.look()
    assert not spool.holds
    spool.append(ENVELOPE)
    assert spool.holds
    taken, later = spool.take(), Spool(tmp_path / "spool")
    later.look()
    assert spool.holds
    assert later.holds
    spool.forget(taken)
    assert spool.take().files == []
    assert not spool.holds


def test_a_spool_holds_what_another_process_wrote(tmp_path: Path) -> None:
    one, other = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    one.append(ENVELOPE)
    assert other.holds
    one.forget(one.take())
    assert not other.holds


async def test_what_has_an_order_does_not_overtake_what_is_in_the_spool(tmp_path: Path) -> None:
    from tests.apps import answer, payload
    from tests.inbox.test_app import Broken, becomes, kept, started
    from webhooks.events import DtmfEvent

    inbox = Broken(poll=0.01)
    hooks = kept(tmp_path, inbox)
    seen: list[str | None] = []

    @hooks.on(DtmfEvent, ordered=True)
    async def pressed(event: DtmfEvent) -> None:
        seen.append(event.digit)

    async with started(hooks):
        assert (await answer(hooks, payload("dtmf", digit="1"))).status == 200
        inbox.mended = True
        assert (await answer(hooks, payload("dtmf", digit="2"))).status == 200
        assert hooks.worker is not None
        await hooks.worker.take_up()
        assert (await answer(hooks, payload("dtmf", digit="3"))).status == 200
        await becomes(hooks, done=3)
    assert seen == ["1", "2", "3"]
    assert (hooks.tally.spooled, hooks.tally.accepted) == (2, 1)


@pytest.mark.parametrize(
    ("inbox", "given", "path"),
    [
        (SqliteInbox("data/b.db"), None, "data/b.db.spool"),
        (SqliteInbox("data/b.db"), "given", "given"),
        (MemoryInbox(), None, "inbox.spool"),
    ],
)
def test_apps_with_inboxes_of_their_own_have_spools_of_their_own(inbox: Inbox, given: str | None, path: str) -> None:
    hooks = app(inbox=inbox, background=Background(spool=given))
    hooks.freeze()
    assert hooks.worker is not None
    assert hooks.worker._spool.path == Path(path)


def test_a_file_that_another_process_has_taken_up_meanwhile_is_nobodys_loss(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(ENVELOPE)
    (tmp_path / "spool.taken-000000001-a").symlink_to(tmp_path / "gone")
    assert spool.take().envelopes == [ENVELOPE]
