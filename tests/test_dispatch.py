from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import threading
import time
from typing import Any

import pytest

from tests.apps import answer, app, conference, delivered, message, payload
from webhooks import (
    BxmlError,
    Context,
    Deadline,
    DeadlineExceeded,
    HandlerError,
    Reply,
    UsageError,
    Webhooks,
)
from webhooks.bxml import Document, Gather, Hangup, Pause, PhoneNumber, SpeakSentence, Transfer
from webhooks.events import (
    ConferenceCreatedEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    MessageReceivedEvent,
    TransferAnswerEvent,
)

GATHER = payload("gather")


def handling(handler: Any, event: Any = GatherEvent, **settings: Any) -> Webhooks:
    hooks = app(**settings)
    hooks.on(event)(handler)
    return hooks


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, b""),
        (Document(Hangup()), b"<Response><Hangup/></Response>"),
        (Hangup(), b"<Response><Hangup/></Response>"),
        ([Pause(), Hangup()], b"<Response><Pause/><Hangup/></Response>"),
        ((Pause(),), b"<Response><Pause/></Response>"),
        ([], b"<Response/>"),
        (Reply(202, b"mine", "text/plain"), b"mine"),
    ],
)
async def test_what_a_handler_returns_becomes_the_reply(result: Any, expected: bytes) -> None:
    async def handler(call: GatherEvent) -> Any:
        return result

    reply = await answer(handling(handler), GATHER)
    assert reply.body.removeprefix(b'<?xml version="1.0" encoding="UTF-8"?>') == expected


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("Hello", "returned str, expected a Document, a verb, a list of verbs, a Reply or None. To speak it"),
        (b"<Response/>", "returned bytes"),
        (5, "returned int"),
        ({"a": 1}, "returned dict"),
        (["Hello"], "argument 1 is text; to speak it"),
        ([PhoneNumber("+19195550100")], "argument 1 is of type PhoneNumber"),
        (SpeakSentence("\x00"), "which XML cannot carry"),
        (Gather(gather_url=print), "is no handler of this app"),
    ],
)
async def test_what_cannot_be_sent_is_a_failure_that_says_why(
    result: Any, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(call: GatherEvent) -> Any:
        return result

    assert (await answer(handling(handler), GATHER)).status == 500
    assert message in caplog.text


async def test_a_verb_that_may_not_answer_never_leaves(caplog: pytest.LogCaptureFixture) -> None:
    async def call(call: TransferAnswerEvent) -> Transfer:
        return Transfer(PhoneNumber("+19195550100"))

    async def speaks(event: ConferenceCreatedEvent) -> Any:
        return Gather()

    assert (await answer(handling(call, TransferAnswerEvent), payload("transferAnswer"))).status == 500
    assert (await answer(handling(speaks, ConferenceCreatedEvent), conference("conferenceCreated"))).status == 500
    assert "Transfer may not answer transferAnswer" in caplog.text
    assert "Gather may not answer conferenceCreated" in caplog.text


async def test_dead_code_leaves_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(call: GatherEvent) -> list[Any]:
        return [Hangup(), Pause()]

    hooks = handling(handler)
    hooks.freeze()
    caplog.clear()
    for _ in range(3):
        assert (await answer(hooks, GATHER)).status == 200
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "Pause never runs: nothing does after Hangup (voice/bxml/hangup)" in caplog.text


async def test_a_notification_that_returns_something_is_done_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(event):  # type: ignore[no-untyped-def]
        return Hangup()

    hooks = handling(handler, DisconnectEvent)
    for _ in range(2):
        assert await answer(hooks, payload("disconnect")) == Reply()
    assert caplog.text.count("returned something for DisconnectEvent") == 1


async def test_a_notification_that_returns_a_reply_answers_with_it() -> None:
    async def handler(event):  # type: ignore[no-untyped-def]
        return Reply(202)

    assert await answer(handling(handler, DisconnectEvent), payload("disconnect")) == Reply(202)


async def test_a_context_has_delivery_time_left_and_urls() -> None:
    got: list[Context] = []
    hooks = app(deadline=5)

    @hooks.on(GatherEvent, path="/menu")
    async def menu(call: GatherEvent, context: Context) -> None:
        got.append(context)

    sent = delivered(GATHER, "/menu", root_path="/bandwidth")
    await hooks.receive(sent)
    assert got[0].delivery is sent
    assert 0 < got[0].time_left <= 5
    assert got[0].url_for(menu) == got[0].url_for(menu, "gather") == "/bandwidth/menu"


async def test_a_def_handler_runs_in_a_thread_with_the_callers_context_variables() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("here")
    got: list[object] = []

    def handler(call: GatherEvent, context: Context) -> Hangup:
        got.extend([threading.current_thread() is threading.main_thread(), variable.get(), context.time_left > 0])
        return Hangup()

    assert b"<Hangup/>" in (await answer(handling(handler), GATHER)).body
    assert got == [False, "here", True]


async def test_a_handler_that_waits_is_answered_when_it_is_done() -> None:
    async def handler(call: GatherEvent) -> Hangup:
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return Hangup()

    assert (await answer(handling(handler), GATHER)).status == 200


async def test_a_handler_may_catch_what_it_waits_for() -> None:
    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError

    async def handler(call: GatherEvent) -> Hangup:
        failing = asyncio.ensure_future(fails())
        try:
            await failing
        except KeyError:
            await asyncio.sleep(0)
        return Hangup()

    assert (await answer(handling(handler), GATHER)).status == 200


async def test_a_handler_may_answer_at_once_when_what_it_waits_for_fails() -> None:
    async def handler(call: GatherEvent) -> Hangup:
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, KeyError())
        try:
            await future
        except KeyError:
            return Hangup()
        raise AssertionError

    assert (await answer(handling(handler), GATHER)).status == 200


async def test_an_awaitable_that_is_no_coroutine_is_awaited() -> None:
    class Handler:
        async def __call__(self, call: GatherEvent) -> Hangup:
            raise AssertionError

    class Later:
        def __await__(self) -> Any:
            yield from asyncio.sleep(0).__await__()
            return Hangup()

    async def handler(call: GatherEvent) -> Hangup:
        raise AssertionError

    hooks = handling(handler)
    [route] = hooks.routes()
    object.__setattr__(route.plan, "handler", lambda call: Later())
    assert (await answer(hooks, GATHER)).status == 200


@pytest.mark.parametrize(("event", "body"), [(GatherEvent, GATHER), (MessageReceivedEvent, message())])
async def test_a_handler_that_outlives_its_deadline_is_cancelled(
    event: Any, body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[str] = []

    async def handler(given: Any) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    started = time.monotonic()
    reply = await answer(handling(handler, event, deadline=Deadline(voice=0.05, messaging=0.05)), body)
    assert time.monotonic() - started < 5
    assert reply.status == 500
    assert ended == ["cancelled"]
    assert "it outlived its deadline and was cancelled" in caplog.text


async def test_a_deadline_holds_for_a_handler_that_catches_its_first_cancellation() -> None:
    async def handler(call: GatherEvent) -> Hangup:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            raise
        raise AssertionError

    assert (await answer(handling(handler, deadline=0.05), GATHER)).status == 500


async def test_a_timeout_of_the_handlers_own_is_its_own() -> None:
    hooks = app()
    got: list[Exception] = []

    @hooks.on(GatherEvent)
    async def handler(call: GatherEvent) -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)

    @hooks.on_error(TimeoutError)
    async def late(error: TimeoutError) -> Hangup:
        got.append(error)
        return Hangup()

    assert (await answer(hooks, GATHER)).status == 200
    assert not isinstance(got[0], DeadlineExceeded)


async def test_when_the_client_goes_the_handler_is_cancelled_and_closed() -> None:
    ended: list[str] = []

    async def handler(call: GatherEvent) -> None:
        try:
            await asyncio.sleep(60)
        except BaseException as error:
            ended.append(type(error).__name__)
            raise

    task = asyncio.ensure_future(answer(handling(handler), GATHER))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["CancelledError"]


async def test_a_started_handler_that_nobody_awaits_any_more_is_closed() -> None:
    ended: list[str] = []

    async def handler(call: GatherEvent) -> None:
        try:
            await asyncio.sleep(60)
        except GeneratorExit:
            ended.append("closed")
            raise

    receiving = answer(handling(handler), GATHER)
    receiving.send(None)
    receiving.close()
    assert ended == ["closed"]


async def test_a_thread_that_outlives_its_deadline_keeps_its_slot_and_a_full_pool_is_an_error_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    let_go = threading.Event()

    def handler(call: GatherEvent) -> Hangup:
        let_go.wait(10)
        return Hangup()

    hooks = handling(handler, threads=1, deadline=0.05)
    assert (await answer(hooks, GATHER)).status == 500
    assert "it outlived its deadline; its thread, which nobody can stop, runs on" in caplog.text
    assert "cancelled" not in caplog.text
    started = time.monotonic()
    assert (await answer(hooks, GATHER)).status == 500
    assert time.monotonic() - started < 1
    assert "all 1 threads for `def` handlers are taken" in caplog.text
    let_go.set()
    async with asyncio.timeout(5):
        while (await answer(hooks, GATHER)).status != 200:
            await asyncio.sleep(0.01)


async def test_an_async_handler_behind_a_plain_decorator_is_awaited() -> None:
    async def inner() -> Hangup:
        return Hangup()

    assert b"<Hangup/>" in (await answer(handling(lambda call: inner()), GATHER)).body


async def test_a_failing_handler_is_500_so_that_bandwidth_tries_the_fallback_url() -> None:
    async def handler(call: GatherEvent) -> None:
        raise ValueError("secret")

    reply = await answer(handling(handler), GATHER)
    assert (reply.status, reply.content_type) == (500, "application/problem+json")
    assert b"secret" not in reply.body


async def test_the_fallback_answers_events_that_take_it() -> None:
    async def handler(event: Any) -> None:
        raise ValueError

    fallback = Document(Gather())
    hooks = app(fallback=fallback)
    hooks.on(GatherEvent)(handler)
    hooks.on(ConferenceCreatedEvent)(handler)
    hooks.on(DisconnectEvent)(handler)
    assert (await answer(hooks, GATHER)).body == fallback.to_bytes()
    assert (await answer(hooks, conference("conferenceCreated"))).status == 500
    assert (await answer(hooks, payload("disconnect"))).status == 500


@pytest.mark.parametrize("raised", [KeyError, LookupError, ValueError])
async def test_the_closest_error_handler_answers(raised: type[Exception]) -> None:
    hooks = app(fallback=Document(Hangup()))
    got: list[tuple[str, Event | None]] = []

    @hooks.on(GatherEvent)
    async def handler(call: GatherEvent) -> None:
        raise raised

    @hooks.on_error(LookupError)
    async def lookup(error: LookupError, event: Event) -> SpeakSentence:
        got.append(("lookup", event))
        return SpeakSentence("Not found.")

    @hooks.on_error(KeyError)
    def key(error: KeyError) -> SpeakSentence:
        got.append(("key", None))
        return SpeakSentence("No key.")

    body = (await answer(hooks, GATHER)).body
    if raised is KeyError:
        assert b"No key." in body
    elif raised is LookupError:
        assert b"Not found." in body
        assert isinstance(got[0][1], GatherEvent)
    else:
        assert b"<Hangup/>" in body


async def test_an_error_handler_gets_time_after_the_deadline_but_not_for_ever() -> None:
    hooks = app(deadline=0.02, fallback=Document(Hangup()))

    @hooks.on(GatherEvent)
    async def handler(call: GatherEvent) -> None:
        await asyncio.sleep(60)

    @hooks.on_error(DeadlineExceeded)
    async def late(error: DeadlineExceeded) -> SpeakSentence:
        await asyncio.sleep(0.01)
        return SpeakSentence("Sorry.")

    assert b"Sorry." in (await answer(hooks, GATHER)).body


async def test_a_failing_error_handler_leaves_the_fallback() -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(GatherEvent)
    async def handler(call: GatherEvent) -> None:
        raise KeyError

    @hooks.on_error(Exception)
    async def broken(error: Exception) -> None:
        raise ValueError

    assert b"<Hangup/>" in (await answer(hooks, GATHER)).body


async def test_an_error_handler_can_say_that_a_notification_is_done() -> None:
    hooks = app()

    @hooks.on(DisconnectEvent)
    async def handler(event: DisconnectEvent) -> None:
        raise KeyError

    @hooks.on_error(KeyError)
    async def known(error: KeyError) -> None: ...

    assert await answer(hooks, payload("disconnect")) == Reply()


async def test_a_fallback_with_a_link_to_nothing_is_a_500_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def handler(call: GatherEvent) -> None:
        raise KeyError

    hooks = handling(handler, fallback=Document(Gather(gather_url=print)))
    assert (await answer(hooks, GATHER)).status == 500
    assert "The fallback cannot be sent" in caplog.text


async def test_a_condition_that_fails_is_the_apps_failure() -> None:
    hooks = app(fallback=Document(Hangup()))

    @hooks.on(GatherEvent, lambda call: 1 // len(call.digits or "") > 0)
    async def handler(call: GatherEvent) -> None: ...

    assert b"<Hangup/>" in (await answer(hooks, GATHER)).body


async def test_a_failure_is_logged_by_type_and_place_and_with_debug_by_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def handler(call: GatherEvent) -> None:
        raise ValueError("my message")

    await answer(handling(handler), GATHER)
    assert "failed on gather c-1: ValueError at " in caplog.text
    assert "test_dispatch.py:" in caplog.text
    assert "Webhooks(debug=True) logs the message" in caplog.text
    assert "my message" not in caplog.text
    caplog.clear()
    await answer(handling(handler, debug=True), GATHER)
    assert "ValueError: my message" in caplog.text
    assert "Traceback" in caplog.text


async def test_a_failure_is_told_with_the_users_line_and_not_the_librarys(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(call: GatherEvent) -> None:
        getattr(call, "digit")  # noqa: B009 - the mistake, as type checkers let it pass

    await answer(handling(handler), GATHER)
    line = handler.__code__.co_firstlineno + 1
    assert f"failed on gather c-1: AttributeError at {__file__}:{line}. " in caplog.text


async def test_a_handlers_name_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(call: GatherEvent) -> Any:
        return 6

    await answer(handling(handler), GATHER)
    assert "failed on gather c-1: it returned int, expected a Document, a verb" in caplog.text


async def test_a_coroutine_that_was_not_awaited_is_told_of(
    caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    async def help_out() -> Hangup:
        return Hangup()

    async def handler(call: GatherEvent) -> Any:
        return help_out()

    assert (await answer(handling(handler), GATHER)).status == 500
    assert "it returned coroutine, expected a Document" in caplog.text
    assert "Await it: `return await ...`." in caplog.text
    gc.collect()
    assert not [one for one in recwarn if "never awaited" in str(one.message)]


async def test_errors_of_ours_are_logged_with_what_they_say(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(call: GatherEvent) -> None:
        Gather(max_digits=99)

    await answer(handling(handler), GATHER)
    told = "max_digits is a number that it may not be, expected a whole number from 1 to 50 (voice/bxml/gather), at"
    assert f"failed on gather c-1: Gather: {told} {__file__}:" in caplog.text
    assert "is 99" not in caplog.text
    assert issubclass(BxmlError, UsageError)
    assert issubclass(DeadlineExceeded, HandlerError)


@pytest.mark.parametrize("seconds", [0, -1, True, "5", None])
def test_a_deadline_is_a_number_of_seconds(seconds: Any) -> None:
    with pytest.raises(UsageError, match="expected seconds above 0"):
        Deadline(voice=seconds)


async def test_a_server_that_stops_does_not_wait_for_threads(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    let_go = threading.Event()

    def handler(call: GatherEvent) -> None:
        let_go.wait(5)

    hooks = handling(handler, deadline=0.02)
    await answer(hooks, GATHER)
    started = time.monotonic()
    await hooks._stop()
    await hooks._stop()
    assert time.monotonic() - started < 1
    let_go.set()
