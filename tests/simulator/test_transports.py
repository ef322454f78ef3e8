"""Into an ASGI app in memory or over HTTP to a server: the same call, the same timeline."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

import pytest

from tests.cli.conftest import served
from webhooks import AllowAll, UsageError, Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.cli.demo_app import hooks
from webhooks.events import InitiateEvent
from webhooks.simulator import Phone, Timeline


async def story(app: object) -> Timeline:
    """A call with a voicemail, and a text."""
    phone = Phone(credentials=("bandwidth", "s3cret"), seed=7)
    call = await phone.dial(app)
    await call.press("2")
    await call.speak("Call me back.")
    await call.press("#")
    await phone.text(app, "Stop")
    assert call.heard("Thank you.")
    return phone.timeline


async def test_over_http_and_in_memory_it_is_the_same_call_twice() -> None:
    in_memory = await story(hooks)
    with served(hooks) as url:
        over_http = await story(url)
        again = await story(url)
    assert str(over_http) == str(again) == str(in_memory)
    assert over_http == in_memory


async def test_another_seed_gives_other_ids() -> None:
    one, other = await Phone(seed=1).dial(hooks), await Phone(seed=2).dial(hooks)
    assert one.id != other.id
    assert one.id.startswith("c-")


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    call = await Phone().dial(url)
    assert call.cause == "callback-error"
    assert "nothing answers there: start the app" in str(call.timeline)


async def test_a_server_that_hangs_up_gave_no_answer() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        call = await Phone().dial(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert call.cause == "callback-error"
    assert "no answer: RemoteProtocolError" in str(call.timeline) or "no answer: ReadError" in str(call.timeline)


async def test_a_url_that_no_client_takes_is_no_answer() -> None:
    call = await Phone().dial("http://127.0.0.1:1/" + "x" * 70_000)
    assert call.cause == "callback-error"
    assert "no URL" in str(call.timeline)


@pytest.mark.parametrize("target", ["main:hooks", "ftp://x.example", "localhost:8000", "http://[::1/", "http:///x"])
async def test_what_is_no_url_is_refused(target: str) -> None:
    with pytest.raises(UsageError, match="is no URL"):
        await Phone().dial(target)


async def test_without_an_http_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(UsageError, match=r'pip install "bandwidth-webhooks\[test\]"'):
        await Phone().dial("http://127.0.0.1:1/")


async def test_an_app_that_takes_too_long_did_not_answer() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    call = await Phone(timeout=0.01).dial(app)
    assert call.cause == "callback-error"
    assert "no answer within 0.01 seconds" in str(call.timeline)


async def test_an_app_that_raises_gives_what_its_server_would() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.debug"})
        await send({"type": "http.response.body", "body": b"<Response/>"})
        raise RuntimeError

    assert "500" in str((await Phone().dial(app)).timeline)
    assert (await Phone().dial(late)).cause == "rejected"


async def test_several_apps_have_several_hosts() -> None:
    one, other = Webhooks(auth=AllowAll()), Webhooks(auth=AllowAll())

    @one.on(InitiateEvent)
    async def first(call: InitiateEvent) -> SpeakSentence:
        return SpeakSentence("One.")

    @other.on(InitiateEvent)
    async def second(call: InitiateEvent) -> SpeakSentence:
        return SpeakSentence("Two.")

    phone = Phone()
    assert (await phone.dial(one)).heard("One.")
    assert (await phone.dial(other)).heard("Two.")
    assert (await phone.dial(one)).heard("One.")
    phone.serve("https://third.example", other)
    assert (await phone.dial(one, "https://third.example/any")).heard("Two.")
