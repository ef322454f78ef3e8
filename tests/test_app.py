from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from tests.apps import answer, app, payload
from webhooks import AllowAll, BasicAuth, Deadline, Delivery, Reply, UsageError, Webhooks
from webhooks.bxml import Document, Forward, Hangup, SpeakSentence, StartGather
from webhooks.events import DisconnectEvent, GatherEvent, RedirectEvent


def test_there_is_no_default_for_authentication() -> None:
    with pytest.raises(TypeError, match="auth"):
        Webhooks()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"auth": None}, "expected BasicAuth"),
        ({"auth": BasicAuth}, "expected BasicAuth"),
        ({"auth": ("user", "password")}, "expected BasicAuth"),
        ({"max_body": 0}, "max_body=0: expected a whole number above 0"),
        ({"max_body": "1MB"}, "max_body='1MB': expected"),
        ({"threads": True}, "threads=True: expected"),
        ({"deadline": 0}, "voice=0, expected seconds above 0"),
        ({"fallback": Hangup()}, "fallback is Hangup, expected a Document"),
        ({"fallback": "Sorry"}, "fallback is str, expected a Document"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        app(**settings)
    assert message in str(error.value)


def test_a_fallback_that_may_answer_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="fallback may not answer any event"):
        app(fallback=Document(StartGather(dtmf_url="/key"), Forward(to="+19195550100")))


@pytest.mark.parametrize("deadline", [None, 3, 2.5, Deadline(voice=10)])
async def test_a_deadline_may_be_one_number_or_one_each(deadline: Any) -> None:
    assert (await answer(app(deadline=deadline), payload("gather"))).status == 200


def test_allow_all_warns_once_when_the_app_starts(caplog: pytest.LogCaptureFixture) -> None:
    hooks = Webhooks(auth=AllowAll())
    hooks.freeze()
    hooks.freeze()
    assert caplog.text.count("everybody who knows the URL") == 1


def test_an_error_class_has_one_handler() -> None:
    hooks = app()

    @hooks.on_error(ValueError)
    async def first(error: ValueError) -> None: ...

    with pytest.raises(UsageError, match=r"on_error\(ValueError\) has a handler: .*first"):
        hooks.on_error(ValueError)(first)


def no_arguments() -> None: ...
def three(error: Exception, event: object, more: object) -> None: ...


@pytest.mark.parametrize(
    ("handler", "message"),
    [("x", "is no error handler"), (no_arguments, "takes no error"), (three, "needs more")],
)
def test_an_error_handler_that_cannot_be_called_is_refused(handler: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        app().on_error(ValueError)(handler)


@pytest.mark.parametrize("error", [BaseException, "ValueError", ValueError("x"), int])
def test_only_exception_classes_have_error_handlers(error: Any) -> None:
    with pytest.raises(UsageError, match="expected an exception class"):
        app().on_error(error)


def test_a_handler_has_a_url_for_rest_calls_before_and_after_the_app_is_frozen() -> None:
    hooks = app()

    async def both(call: Any) -> None: ...
    async def ended(event: Any) -> None: ...

    hooks.on(GatherEvent, path="/menu")(both)
    hooks.on(RedirectEvent, path="/again")(both)
    hooks.on(DisconnectEvent, path="/ended")(ended)
    for _ in range(2):
        assert hooks.url_for(ended) == "/ended"
        assert hooks.url_for(ended, base="https://example.com/bandwidth/") == "https://example.com/bandwidth/ended"
        assert hooks.url_for(both, base="https://example.com", event=RedirectEvent) == "https://example.com/again"
        with pytest.raises(UsageError, match="several URLs"):
            hooks.url_for(both)
        hooks.freeze()


async def test_a_frozen_app_answers() -> None:
    hooks = app()

    @hooks.on(GatherEvent)
    async def menu(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence("Hello.")

    hooks.freeze()
    assert (await answer(hooks, payload("gather"))).status == 200


@pytest.mark.parametrize(("target", "path", "message"), [(object(), "/x", "takes a Starlette or FastAPI app, not obj")])
def test_install_takes_a_starlette_app(target: Any, path: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        app().install(target, path)


@pytest.mark.parametrize("path", ["bandwidth", "", None])
def test_install_takes_an_absolute_path(path: Any) -> None:

    with pytest.raises(UsageError, match='a path starts with "/"'):
        app().install(Starlette(), path)


@pytest.mark.parametrize("paths", [("/bandwidth", "/bandwidth/test"), ("/bandwidth/test", "/bandwidth")])
async def test_of_two_installed_apps_the_one_with_the_longer_path_wins(paths: tuple[str, str]) -> None:
    parent = Starlette()
    for path in paths:
        hooks = app(fallback=Document(SpeakSentence(path)))

        @hooks.on(GatherEvent)
        async def failing(call: GatherEvent) -> None:
            raise ValueError

        hooks.install(parent, path)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=parent), base_url="http://test") as client:
        for path in paths:
            reply = await client.post(path + "/x", json=payload("gather"))
            assert f">{path}<" in reply.text


@pytest.mark.parametrize(
    "values",
    [
        {"body": "text"},
        {"status": 99},
        {"status": 600},
        {"status": "200"},
        {"content_type": "text/plain\r\nset-cookie: a"},
        {"content_type": "text/plain; charset=€"},
        {"headers": (("x-a", "b\nc"),)},
        {"headers": (("x a", "b"),)},
        {"headers": (("", "b"),)},
    ],
)
async def test_a_reply_that_cannot_be_sent_is_the_handlers_failure(
    values: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    hooks = app()

    async def answers(event):  # type: ignore[no-untyped-def]
        return Reply(**values)

    hooks.on(GatherEvent)(answers)
    hooks.on(DisconnectEvent)(answers)
    assert (await answer(hooks, payload("gather"))).status == 500
    assert (await answer(hooks, payload("disconnect"))).status == 500
    assert caplog.text.count("returned a Reply with") == 2


async def test_a_reply_may_have_any_plain_header() -> None:
    sent = Reply(202, b"x", "text/plain; charset=utf-8", (("X-Trace", "a b\tc \u00e4"),))
    hooks = app()

    @hooks.on(GatherEvent)
    async def answers(call: GatherEvent) -> Reply:
        return sent

    assert await answer(hooks, payload("gather")) is sent


@pytest.mark.parametrize(("status", "told"), [(200, "0"), (204, None), (304, None)])
async def test_an_answer_that_has_no_body_tells_no_length(status: int, told: str | None) -> None:
    hooks = app()

    @hooks.on(GatherEvent)
    async def bare(call: GatherEvent) -> Reply:
        return Reply(status)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=hooks), base_url="http://test") as client:
        reply = await client.post("/", json=payload("gather"))
    assert reply.status_code == status
    assert reply.headers.get("content-length") == told


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("auth", ("user", "s3cret"), "auth is of type tuple, expected BasicAuth"),
        ("auth", BasicAuth, "auth is of type type, the class BasicAuth, expected BasicAuth"),
        ("state", "redis://:s3cret@host", "state is of type str, expected a store"),
        ("inbox", "postgresql://me:s3cret@host", "inbox is of type str, expected an inbox"),
        ("inbox", 7, "inbox is of type int, expected an inbox"),
    ],
)
def test_a_setting_that_cannot_be_is_told_without_its_value(name: str, given: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told) as failure:
        Webhooks(**{"auth": AllowAll(), name: given})
    assert "s3cret" not in str(failure.value)


def test_an_authenticator_that_would_let_nobody_in_is_refused() -> None:
    def takes_nothing() -> None: ...
    def returns_bool(delivery: Delivery, /) -> bool:
        raise AssertionError

    wrong: dict[str, Any] = {
        "cannot be called with a delivery alone": takes_nothing,
        "auth returns bool": returns_bool,
        "is `async def`": asyncio.sleep,
    }
    for told, auth in wrong.items():
        with pytest.raises(UsageError, match=told):
            Webhooks(auth=auth)
    without_signature: Any = max
    assert Webhooks(auth=without_signature)
