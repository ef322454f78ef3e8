from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.apps import CREDENTIALS, answer, app, conference, delivered, message, payload
from webhooks import BasicAuth, Delivery, Reply, UsageError, Webhooks, digits
from webhooks.bxml import Document, Gather, Hangup, Redirect, SpeakSentence
from webhooks.events import (
    CallEvent,
    ConferenceEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    InitiateEvent,
    InvalidEvent,
    MessageReceivedEvent,
    NotificationEvent,
    RedirectEvent,
    UnknownEvent,
)

SPEAK = b'<?xml version="1.0" encoding="UTF-8"?><Response><SpeakSentence>Hello.</SpeakSentence></Response>'


def recording(hooks: Webhooks) -> list[Event]:
    got: list[Event] = []

    async def call(event: CallEvent) -> SpeakSentence:
        got.append(event)
        return SpeakSentence("Hello.")

    async def in_conference(event: ConferenceEvent) -> SpeakSentence:
        got.append(event)
        return SpeakSentence("Hello.")

    async def told(event: NotificationEvent) -> None:
        got.append(event)

    hooks.on(CallEvent)(call)
    hooks.on(ConferenceEvent)(in_conference)
    hooks.on(NotificationEvent | UnknownEvent | InvalidEvent)(told)
    return got


@pytest.mark.parametrize("body", [payload("gather"), conference("conferenceCreated")])
async def test_an_event_that_waits_is_answered_with_bxml(body: object) -> None:
    hooks = app()
    got = recording(hooks)
    assert await answer(hooks, body) == Reply(200, SPEAK, "application/xml")
    assert len(got) == 1


@pytest.mark.parametrize(
    "body", [payload("disconnect"), message(), [message()], {"hello": "world"}, payload("gather", callId=5), [1, None]]
)
async def test_a_notification_is_answered_with_an_empty_200(body: object) -> None:
    hooks = app()
    recording(hooks)
    assert await answer(hooks, body) == Reply(200, b"", None)


async def test_an_event_without_a_route_is_answered_with_an_empty_200() -> None:
    assert await answer(app(), payload("gather")) == Reply(200, b"", None)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", ""])
async def test_other_methods_are_refused_before_credentials_are_looked_at(method: str) -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
    reply = await hooks.receive(Delivery(method, "/"))
    assert reply.status == 405
    assert ("Allow", "GET, POST") in reply.headers


async def test_a_delivery_without_credentials_is_challenged_and_nothing_of_it_is_read() -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), max_body=5)
    got = recording(hooks)
    reply = await hooks.receive(delivered(b"this is not JSON, and too long"))
    assert reply.status == 401
    assert dict(reply.headers)["WWW-Authenticate"] == 'Basic realm="webhooks", charset="UTF-8"'
    assert got == []


async def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), max_body=10)
    assert (await answer(hooks, b"not JSON at all", headers=CREDENTIALS)).status == 413
    assert (await answer(hooks, b"not JSON", headers=CREDENTIALS)).status == 400


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "the body is empty"),
        (b"<a/>", "the body is not JSON: expected value at line 1 column 1"),
        (b'{"eventType": ', "the body is not JSON"),
        (b"5", "the body is a JSON number"),
        (b"\xff", "the body is not JSON"),
    ],
)
async def test_what_is_no_event_is_a_problem_that_says_where(body: bytes, detail: str) -> None:
    reply = await answer(app(), body)
    assert (reply.status, reply.content_type) == (400, "application/problem+json")
    told = json.loads(reply.body)
    assert told["title"] == "Bad Request"
    assert told["detail"].startswith(detail)


async def test_a_get_without_a_query_is_a_problem_and_with_one_an_event() -> None:
    hooks = app()
    got = recording(hooks)
    assert (await hooks.receive(Delivery.of(method="GET"))).status == 400
    assert (await hooks.receive(Delivery.of(method="GET", query="eventType=gather&callId=c-1&digits=1"))).body == SPEAK
    assert isinstance(got[0], GatherEvent)


async def test_an_unreadable_required_field_is_a_problem_that_names_it() -> None:
    reply = await answer(app(), payload("gather", callId=5))
    assert reply.status == 400
    assert json.loads(reply.body)["problems"] == [{"field": "callId", "message": "Input should be a valid string"}]


async def test_an_unreadable_required_field_gets_the_fallback_when_somebody_is_on_the_line() -> None:
    hooks = app(fallback=Document(SpeakSentence("Hello.")))
    assert (await answer(hooks, payload("gather", callId=5))).body == SPEAK
    assert (await answer(hooks, payload("disconnect", callId=5))).status == 400


async def test_an_invalid_event_can_be_handled() -> None:
    hooks = app(fallback=Document(Hangup()))
    got: list[InvalidEvent] = []

    @hooks.on(InvalidEvent)
    async def invalid(event: InvalidEvent) -> None:
        got.append(event)

    body = payload("gather", callId=5)
    assert await answer(hooks, body) == Reply()
    assert (got[0].payload, got[0].event_type, got[0].expected) == (body, "gather", GatherEvent)


async def test_every_element_of_an_array_is_its_own_event() -> None:
    hooks = app()
    got = recording(hooks)
    body = [message(text="a"), message("message-failed"), {"type": "new"}, 5]
    assert await answer(hooks, body) == Reply()
    assert [type(event).__name__ for event in got] == [
        "MessageReceivedEvent",
        "MessageFailedEvent",
        "UnknownEvent",
        "UnknownEvent",
    ]


async def test_an_empty_array_is_answered_with_an_empty_200() -> None:
    assert await answer(app(), []) == Reply()


async def test_when_one_element_fails_the_others_still_run_and_the_array_is_asked_for_again() -> None:
    hooks = app()
    got: list[str | None] = []

    @hooks.on(MessageReceivedEvent)
    async def received(event: MessageReceivedEvent) -> None:
        got.append(event.text)
        if event.text == "b":
            raise ValueError

    reply = await answer(hooks, [message(text="a"), message(text="b"), message(text="c")])
    assert reply.status == 500
    assert got == ["a", "b", "c"]


async def test_an_unreadable_element_is_a_problem_that_says_which() -> None:
    hooks = app()
    seen: list[Event] = []

    @hooks.on(MessageReceivedEvent)
    async def received(event: MessageReceivedEvent) -> None:
        seen.append(event)

    reply = await answer(hooks, [message(), {"type": "message-received", "message": {"id": 5}}])
    assert reply.status == 400
    assert json.loads(reply.body)["problems"][0]["field"] == "[1].message.id"
    assert len(seen) == 1


async def test_a_link_has_root_path_and_path_and_no_double_slash() -> None:
    hooks = app()

    @hooks.on(GatherEvent, path="/menu")
    async def menu(call: GatherEvent) -> Gather:
        return Gather(gather_url=menu)

    @hooks.on(RedirectEvent, path="/")
    async def start(call: RedirectEvent) -> Redirect:
        return Redirect(redirect_url=start)

    async def url(kind: str, root_path: str) -> str:
        reply = await answer(hooks, payload(kind), "/menu" if kind == "gather" else "/", root_path=root_path)
        return reply.body.decode().split('Url="')[1].split('"')[0]

    assert await url("gather", "") == "/menu"
    assert await url("gather", "/proxy/bandwidth") == "/proxy/bandwidth/menu"
    assert await url("gather", "/bandwidth/") == "/bandwidth/menu"
    assert await url("redirect", "") == "/"
    assert await url("redirect", "/bandwidth") == "/bandwidth/"


async def test_a_first_challenge_is_no_warning_and_a_wrong_password_is(caplog: pytest.LogCaptureFixture) -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
    caplog.set_level(logging.DEBUG, "webhooks")
    await answer(hooks, payload("gather"))
    assert [record.levelname for record in caplog.records] == ["DEBUG"]
    await answer(hooks, payload("gather"), headers={"Authorization": "Basic eDp5"})
    assert caplog.records[-1].levelname == "WARNING"


async def test_an_authenticator_that_fails_lets_nobody_in(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def __call__(self, delivery: Delivery, /) -> None:
            raise KeyError("+19195550100")

    hooks = Webhooks(auth=Broken())
    got = recording(hooks)
    assert (await answer(hooks, payload("gather"))).status == 500
    assert got == []
    assert f"The authenticator failed: KeyError at {__file__}:" in caplog.text
    assert "9195550100" not in caplog.text
    await answer(Webhooks(auth=Broken(), debug=True), payload("gather"))
    assert "KeyError: '+19195550100'" in caplog.text


async def test_an_unknown_path_falls_to_routes_without_one_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()
    got = recording(hooks)

    async def menu(call: GatherEvent) -> None: ...

    hooks.on(GatherEvent, digits("never"), path="/menu")(menu)
    for _ in range(3):
        assert (await answer(hooks, payload("gather"), "/mneu")).body == SPEAK
    assert len(got) == 3
    told = [record.message for record in caplog.records if "No route has the path" in record.message]
    assert told == ['No route has the path of a delivery, /*; routes without a path get it. Did you mean "/menu"?']


async def test_known_paths_and_the_apps_own_url_are_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    hooks = app()
    recording(hooks)
    await answer(hooks, payload("gather"), "/")
    await answer(hooks, payload("gather"), "")
    assert "No route has the path" not in caplog.text


@pytest.mark.parametrize("kind", [GatherEvent, InitiateEvent, DisconnectEvent, UnknownEvent])
async def test_nothing_personal_is_logged(kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "+19195550123"
    hooks = app()

    @hooks.on(CallEvent)
    async def failing(call: CallEvent) -> None:
        raise ValueError(f"who is {secret}?")

    for body in (
        payload("gather", **{"from": secret, "to": secret, "digits": secret, "tag": secret}),
        payload("gather", callId=secret),
        payload(secret),
        payload("gather", startTime={secret: secret}),
        message(text=secret),
        message(secret),
        secret.encode(),
        b'{"a": "' + secret.encode(),
    ):
        await answer(hooks, body, f"/{secret}")
    assert "9195550123" not in caplog.text
    assert "ValueError at " in caplog.text


async def test_an_app_with_a_mistake_says_so_when_it_is_frozen() -> None:
    hooks = app()
    with pytest.raises(UsageError, match="AllowAll"):
        Webhooks(auth=None)  # type: ignore[arg-type]
    hooks.freeze()
    hooks.freeze()
