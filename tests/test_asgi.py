from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.routing import Match, NoMatchFound
from starlette.types import Message

from tests.mounting.app import make_unreachable
from webhooks import AllowAll, BasicAuth, Context, Delivery, NotAuthenticated, Reply, UsageError, Webhooks
from webhooks.bxml import Hangup
from webhooks.events import AnswerEvent, GatherEvent, RedirectEvent
from webhooks.installing import _MountedRoute

ANSWER = json.dumps({"eventType": "answer", "eventTime": "2026-01-01T12:00:00Z", "callId": "c-1"}).encode()
HANGUP = b'<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
HUNG_UP: Message = {"type": "http.disconnect"}
LIMIT = 200


@dataclass(frozen=True)
class Exchange:
    """What an app sent, and how many of the messages for it were left."""

    sent: list[Message]
    unread: int

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return bytes(self.sent[1]["body"])


async def exchange(app: Webhooks, messages: Iterable[Message], **scope: Any) -> Exchange:
    """Talk to an app as a server does. A message that it waits for and that does not come is an error."""
    coming, sent = list(messages), list[Message]()

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    defaults = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    await app({**defaults, **scope}, receive, send)
    return Exchange(sent, len(coming))


def chunks(*bodies: bytes) -> list[Message]:
    """A body in several messages."""
    last = len(bodies) - 1
    return [{"type": "http.request", "body": body, "more_body": i < last} for i, body in enumerate(bodies)]


def length(text: str) -> list[tuple[bytes, bytes]]:
    return [(b"content-length", text.encode())]


def basic(user: str, password: str) -> tuple[bytes, bytes]:
    return b"authorization", b"Basic " + b64encode(f"{user}:{password}".encode())


@pytest.fixture
def hooks() -> Webhooks:
    hooks = Webhooks(auth=AllowAll(), max_body=LIMIT)

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent) -> Hangup:
        return Hangup()

    return hooks


# The body.
async def test_a_body_in_one_message_is_read(hooks: Webhooks) -> None:
    got = await exchange(hooks, chunks(ANSWER))
    assert (got.status, got.body, got.unread) == (200, HANGUP, 0)


async def test_a_body_in_several_messages_is_put_together(hooks: Webhooks) -> None:
    got = await exchange(hooks, chunks(ANSWER[:10], b"", ANSWER[10:11], ANSWER[11:], b""))
    assert (got.status, got.body, got.unread) == (200, HANGUP, 0)


async def test_a_message_may_leave_out_what_is_empty(hooks: Webhooks) -> None:
    parts: list[Message] = [{"type": "http.request", "more_body": True}, {"type": "http.request", "body": ANSWER}]
    assert (await exchange(hooks, parts)).body == HANGUP
    assert (await exchange(hooks, [{"type": "http.request"}])).status == 400


@pytest.mark.parametrize("at_once", [True, False], ids=["in one message", "in several"])
async def test_a_body_as_long_as_the_limit_is_taken(at_once: bool, hooks: Webhooks) -> None:
    body = ANSWER.ljust(LIMIT)
    parts = chunks(body) if at_once else chunks(body[:50], body[50:])
    assert (await exchange(hooks, parts, headers=length(str(LIMIT)))).status == 200


async def test_a_declared_length_over_the_limit_is_refused_without_reading_it_all(hooks: Webhooks) -> None:
    got = await exchange(hooks, chunks(ANSWER[:10], ANSWER[10:]), headers=length(str(LIMIT + 1)))
    assert (got.status, got.unread) == (413, 1)
    assert json.loads(got.body)["detail"] == f"the body has more than {LIMIT} bytes"


async def test_a_length_of_a_thousand_digits_is_refused_as_any_other(hooks: Webhooks) -> None:
    got = await exchange(hooks, chunks(ANSWER[:10], ANSWER[10:]), headers=length("9" * 1000))
    assert (got.status, got.unread) == (413, 1)


async def test_an_undeclared_body_is_read_up_to_the_limit_and_no_further(hooks: Webhooks) -> None:
    half = b" " * (LIMIT // 2)
    got = await exchange(hooks, chunks(half, half, b" ", half, half))
    assert (got.status, got.unread) == (413, 2)


@pytest.mark.parametrize("parts", [[b" " * (LIMIT + 1)], [b" ", b" " * LIMIT]], ids=["in one message", "at the end"])
async def test_a_body_one_byte_over_the_limit_is_refused(parts: list[bytes], hooks: Webhooks) -> None:
    assert (await exchange(hooks, chunks(*parts))).status == 413


async def test_a_declared_length_that_is_a_lie_is_found_by_counting(hooks: Webhooks) -> None:
    got = await exchange(hooks, chunks(b" " * LIMIT, b" " * LIMIT, b""), headers=length("10"))
    assert (got.status, got.unread) == (413, 1)


@pytest.mark.parametrize("declared", ["", "many", "-5", "1e9", "+999", " 999", "٩٩٩"])
async def test_a_length_that_is_no_number_is_left_to_counting(declared: str, hooks: Webhooks) -> None:
    assert (await exchange(hooks, chunks(ANSWER), headers=length(declared))).status == 200
    assert (await exchange(hooks, chunks(b" " * (LIMIT + 1)), headers=length(declared))).status == 413


@pytest.mark.parametrize("read", [0, 1, 2])
async def test_a_client_that_hangs_up_before_its_delivery_is_complete_gets_nothing(
    read: int, hooks: Webhooks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "webhooks")
    got = await exchange(hooks, [*chunks(b"{", b'"', b"x")[:read], HUNG_UP])
    assert got == Exchange([], 0)
    assert [(one.name, one.levelname) for one in caplog.records if one.name == "webhooks.asgi"] == [
        ("webhooks.asgi", "DEBUG")
    ]


# Who may deliver.
async def test_credentials_are_checked_before_a_body_is_read() -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
    got = await exchange(hooks, chunks(ANSWER))
    assert (got.status, got.unread) == (401, 1)
    assert (b"www-authenticate", b'Basic realm="webhooks", charset="UTF-8"') in got.headers


async def test_wrong_credentials_are_refused_before_a_size() -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
    got = await exchange(hooks, [], headers=[*length("99999999"), basic("bandwidth", "secret")])
    assert got.status == 401


async def test_a_method_is_refused_before_credentials() -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
    for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        got = await exchange(hooks, [], method=method)
        assert (got.status, dict(got.headers)[b"allow"]) == (405, b"GET, POST")


class Signed:
    """Accepts a body that begins as it should."""

    needs_body = True

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def __call__(self, delivery: Delivery, /) -> None:
        self.seen.append(delivery.body)
        if not delivery.body.startswith(b"{"):
            raise NotAuthenticated("the signature is wrong", challenge="Signature")


def signed() -> tuple[Webhooks, Signed]:
    auth = Signed()
    return Webhooks(auth=auth, max_body=LIMIT), auth


async def test_an_authenticator_that_needs_the_body_gets_it_whole_and_once() -> None:
    hooks, auth = signed()
    assert (await exchange(hooks, chunks(ANSWER[:20], ANSWER[20:]))).status == 200
    assert auth.seen == [ANSWER]


async def test_an_authenticator_that_needs_the_body_can_refuse_it() -> None:
    hooks, auth = signed()
    got = await exchange(hooks, chunks(b"[]"))
    assert (got.status, dict(got.headers)[b"www-authenticate"]) == (401, b"Signature")
    assert auth.seen == [b"[]"]


async def test_a_body_over_the_limit_is_not_shown_to_the_authenticator_and_size_is_no_way_around_it() -> None:
    hooks, auth = signed()
    got = await exchange(hooks, chunks(b"{" + b" " * LIMIT))
    assert got.status == 401
    assert auth.seen == [b""]


async def test_a_body_over_the_limit_is_refused_when_the_authenticator_accepts_what_is_empty() -> None:
    class Lenient(Signed):
        def __call__(self, delivery: Delivery, /) -> None:
            self.seen.append(delivery.body)

    auth = Lenient()
    got = await exchange(Webhooks(auth=auth, max_body=LIMIT), chunks(b"{", b"}"), headers=length(str(LIMIT + 1)))
    assert (got.status, auth.seen) == (413, [b""])


# Replies.
@pytest.fixture
def replies() -> Webhooks:
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(AnswerEvent)
    async def own(call: AnswerEvent) -> Reply:
        headers = (("X-Trace", "Grüße"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
        return Reply(203, b"<Response/>", "text/xml; charset=utf-8", headers)

    @hooks.on(GatherEvent)
    async def bare(call: GatherEvent) -> Reply:
        return Reply(202)

    @hooks.on(RedirectEvent)
    async def nothing(call: RedirectEvent) -> None: ...

    return hooks


def of(event_type: str) -> list[Message]:
    return chunks(ANSWER.replace(b"answer", event_type.encode()))


async def test_a_reply_has_its_own_headers_in_their_order(replies: Webhooks) -> None:
    got = await exchange(replies, of("answer"))
    assert got.sent == [
        {
            "type": "http.response.start",
            "status": 203,
            "headers": [
                (b"content-length", b"11"),
                (b"content-type", b"text/xml; charset=utf-8"),
                (b"x-trace", "Grüße".encode("latin-1")),
                (b"set-cookie", b"a=1"),
                (b"set-cookie", b"b=2"),
            ],
        },
        {"type": "http.response.body", "body": b"<Response/>"},
    ]


LENGTHS = (("Content-Length", "5"), ("Transfer-Encoding", "chunked"))


async def test_a_reply_cannot_lie_about_its_length() -> None:
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(AnswerEvent)
    async def handed_on(call: AnswerEvent) -> Reply:
        return Reply(200, b"<Response/>", headers=(*LENGTHS, ("Content-Type", "text/xml")))

    got = await exchange(hooks, chunks(ANSWER))
    assert got.headers == [(b"content-length", b"11"), (b"content-type", b"text/xml")]


async def test_a_reply_without_a_body_has_no_content_type(replies: Webhooks) -> None:
    got = await exchange(replies, of("gather"))
    assert (got.status, got.headers, got.body) == (202, [(b"content-length", b"0")], b"")


async def test_nothing_to_say_is_an_empty_200(replies: Webhooks) -> None:
    got = await exchange(replies, of("redirect"))
    assert (got.status, got.headers, got.body) == (200, [(b"content-length", b"0")], b"")


async def test_bxml_is_sent_with_its_length_and_type(hooks: Webhooks) -> None:
    got = await exchange(hooks, chunks(ANSWER))
    assert got.headers == [(b"content-length", b"%d" % len(HANGUP)), (b"content-type", b"application/xml")]


# What a handler sees of the request.
async def test_a_handler_sees_the_request_below_the_app() -> None:
    hooks, seen = Webhooks(auth=AllowAll()), list[Delivery]()

    @hooks.on(AnswerEvent, path="/menu")
    async def answered(call: AnswerEvent, context: Context) -> None:
        seen.append(context.delivery)

    headers = [(b"x-one", b"1")]
    scope = {"path": "/proxy/menu", "root_path": "/proxy", "query_string": b"a=1", "headers": headers}
    assert (await exchange(hooks, chunks(ANSWER[:9], ANSWER[9:]), **scope)).status == 200
    assert seen == [Delivery("POST", "/menu", ANSWER, b"a=1", headers, "/proxy")]


@pytest.mark.parametrize(
    ("root_path", "path", "below"),
    [
        ("", "/menu", "/menu"),
        ("/proxy", "/proxy", ""),
        ("/proxy", "/proxy/", "/"),
        ("/proxy", "/", "/"),
        ("/proxy", "/proxy/menu", "/menu"),
        ("/proxy", "/menu", "/menu"),
        ("/proxy", "/proxymenu", "/proxymenu"),
        ("/proxy/", "/proxy/menu", "/menu"),
        ("/menu", "/menu/menu", "/menu"),
    ],
)
async def test_the_path_below_the_app_is_told_from_the_root_path(root_path: str, path: str, below: str) -> None:
    hooks, seen = Webhooks(auth=AllowAll()), list[tuple[str, str]]()

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent, context: Context) -> None:
        seen.append((context.delivery.root_path, context.delivery.path))

    await exchange(hooks, chunks(ANSWER), root_path=root_path, path=path)
    assert seen == [(root_path.rstrip("/"), below)]


async def test_a_scope_without_optional_keys_will_do() -> None:
    hooks = Webhooks(auth=AllowAll())
    sent: list[Message] = []

    async def receive() -> Message:
        return chunks(ANSWER)[0]

    async def send(message: Message) -> None:
        sent.append(message)

    await hooks({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
    assert sent[0]["status"] == 200


# Everything that is not HTTP.
async def test_a_websocket_is_closed(hooks: Webhooks) -> None:
    got = await exchange(hooks, [{"type": "websocket.connect"}], type="websocket")
    assert got.sent == [{"type": "websocket.close", "code": 1000}]


def test_an_installed_app_takes_no_websocket(hooks: Webhooks) -> None:
    route = _MountedRoute("/bandwidth", hooks)
    assert route.matches({"type": "http", "path": "/bandwidth"})[0] is Match.FULL
    assert route.matches({"type": "websocket", "path": "/bandwidth"}) == (Match.NONE, {})


def test_an_installed_app_has_no_name_to_reverse(hooks: Webhooks) -> None:
    with pytest.raises(NoMatchFound):
        _MountedRoute("/bandwidth", hooks).url_path_for("bandwidth")


STARTUP: Message = {"type": "lifespan.startup"}
SHUTDOWN: Message = {"type": "lifespan.shutdown"}


async def test_a_server_starts_and_stops_the_app(hooks: Webhooks) -> None:
    got = await exchange(hooks, [STARTUP, SHUTDOWN], type="lifespan")
    assert got.sent == [{"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}]
    with pytest.raises(UsageError, match="too late"):
        hooks.include(Webhooks(auth=AllowAll()))


async def test_a_route_that_can_never_be_reached_keeps_the_server_from_starting() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return STARTUP

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(UsageError) as raised:
        await make_unreachable()({"type": "lifespan"}, receive, send)
    assert sent == [{"type": "lifespan.startup.failed", "message": str(raised.value)}]
    assert "can never be reached" in str(raised.value)
