"""What an app in memory keeps in its inbox is handled when a step ends."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.applications import Starlette

from webhooks import AllowAll, Webhooks
from webhooks.bxml import Record
from webhooks.errors import InboxError, SimulationError, UsageError
from webhooks.events import InitiateEvent, MessageDeliveredEvent, MessageReceivedEvent, RecordingAvailableEvent
from webhooks.inbox import Background, Counts, Inbox, MemoryInbox, Retry, SqliteInbox
from webhooks.simulator import Phone
from webhooks.simulator.kept import UntilHandled


def shop(phone: Phone, inbox: Inbox, *, background: Background | None = None) -> tuple[Webhooks, list[str]]:
    """An app that answers texts through the API, and what it noted."""
    hooks, noted = Webhooks(auth=AllowAll(), inbox=inbox, background=background), list[str]()
    bandwidth = AsyncClient(transport=ASGITransport(phone.api), base_url="https://messaging.test/api/v2")

    @hooks.on(MessageReceivedEvent, ordered=True)
    async def order(event: MessageReceivedEvent) -> None:
        noted.append(event.text or "")
        if event.text == "broken":
            raise LookupError
        if event.text == "slow":
            await asyncio.Event().wait()
        message = {"applicationId": "a", "to": [event.from_], "from": event.to, "text": f"1 items: {event.text}"}
        (await bandwidth.post("/users/1/messages", json=message)).raise_for_status()

    @hooks.on(MessageDeliveredEvent)
    async def delivered(event: MessageDeliveredEvent) -> None:
        noted.append("delivered")

    return hooks, noted


async def test_an_answer_of_an_inbox_is_heard_when_the_step_ends(phone: Phone, tmp_path: Path) -> None:
    hooks, noted = shop(phone, SqliteInbox(tmp_path / "inbox.db"))
    async with phone.running(hooks):
        chat = phone.conversation(hooks)
        await chat.text("apple")
        assert chat.heard("1 items: apple")
        assert noted == ["apple", "delivered"]


async def test_it_is_so_without_a_lifespan_too(phone: Phone) -> None:
    hooks, noted = shop(phone, MemoryInbox())
    await phone.text(hooks, "apple")
    assert noted == ["apple", "delivered"]


async def test_time_that_passes_waits_for_the_inbox(phone: Phone) -> None:
    hooks, filed = Webhooks(auth=AllowAll(), inbox=MemoryInbox()), list[str | None]()

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Record:
        return Record(recording_available_url=file)

    @hooks.on(RecordingAvailableEvent, path="/recorded")
    async def file(call: RecordingAvailableEvent) -> None:
        filed.append(call.recording_id)

    async with phone.running(hooks):
        call = await phone.dial(hooks)
        await call.speak("Please call me back.")
        await call.hang_up()
        await phone.wait(5)
        assert len(filed) == 1


async def test_what_waits_for_its_next_attempt_holds_up_no_step(tmp_path: Path) -> None:
    phone = Phone(timeout=3600)
    background = Background(retry=Retry(first=3600))
    hooks, noted = shop(phone, SqliteInbox(tmp_path / "inbox.db"), background=background)
    async with phone.running(hooks):
        await phone.text(hooks, "broken")
        await phone.text(hooks, "behind it, in its order")
        chat = phone.conversation(hooks, theirs="+19195550177")
        await chat.text("apple")
    assert noted == ["broken", "apple", "delivered"]


async def test_what_takes_too_long_is_waited_for_once(phone: Phone) -> None:
    hooks, noted = shop(phone, MemoryInbox(), background=Background(drain=0.01))
    async with phone.running(hooks):
        (transport,) = phone._hosts.values()
        assert isinstance(transport, UntilHandled)
        (watched,) = transport._watched
        watched._seconds = 0.3
        await phone.text(hooks, "slow")
        assert len(watched._slow) == 1
        watched._seconds = 3600
        await phone.text(hooks, "apple", from_="+19195550177")
        assert noted == ["slow", "apple", "delivered"]


async def test_what_another_process_handles_is_not_waited_for() -> None:
    phone = Phone(timeout=3600)
    hooks, noted = shop(phone, MemoryInbox(), background=Background(here=False))
    async with phone.running(hooks):
        await phone.text(hooks, "apple")
        assert noted == []


class Silent(MemoryInbox):
    """Takes what comes, and cannot be asked."""

    async def counts(self) -> Counts:
        raise InboxError("not now.")


async def test_an_inbox_that_cannot_be_asked_holds_up_no_step() -> None:
    phone = Phone(timeout=3600)
    hooks, _ = shop(phone, Silent())
    async with phone.running(hooks):
        assert (await phone.text(hooks, "apple")).taken


async def test_an_app_that_is_installed_in_another_is_started_and_waited_for(
    phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    hooks, noted = shop(phone, MemoryInbox())
    app = Starlette()
    hooks.install(app, "/bandwidth")
    with caplog.at_level(logging.WARNING):
        async with phone.running(app):
            await phone.text(app, "apple", "/bandwidth")
    assert noted == ["apple", "delivered"]
    assert not any("No lifespan" in message for message in caplog.messages)


async def test_an_app_that_does_not_start_is_told(phone: Phone) -> None:
    remote = SqliteInbox("inbox.db", mounted=lambda: "1 1 0:1 / / rw - nfs a rw")
    with pytest.raises(SimulationError, match=r"The app does not start: .* is on a network disk"):
        async with phone.running(Webhooks(auth=AllowAll(), inbox=remote)):
            raise AssertionError
    with pytest.raises(UsageError, match="has a server that starts it"):
        async with phone.running("http://127.0.0.1:8000/"):
            raise AssertionError
