from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import anyio
import pytest
from django.test.utils import override_settings
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message

from tests.mounting.app import MAX_BODY, make_hooks, make_unreachable
from tests.mounting.hosts import (
    HOSTS,
    PREFIX,
    Host,
    in_a_dispatcher_before_django,
    in_a_starlette_mount,
    in_fastapi,
    in_front_of_django,
    in_litestar,
    in_starlette,
)
from webhooks import AllowAll, UsageError, Webhooks
from webhooks.bxml import Hangup, SpeakSentence
from webhooks.events import AnswerEvent, DisconnectEvent, GatherEvent

AUTH = ("bandwidth", "s3cret")
ANSWER = {"eventType": "answer", "eventTime": "2026-01-01T12:00:00Z", "callId": "c-1", "direction": "outbound"}
GATHER = {**ANSWER, "eventType": "gather", "digits": "1"}
MESSAGE = {"type": "message-received", "time": "2026-01-01T12:00:00Z", "message": {"id": "m-1", "text": "stop"}}

XML = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'
WELCOME = XML.format('<Gather gatherUrl="{prefix}/menu" maxDigits="1"><SpeakSentence>Press 1.</SpeakSentence></Gather>')
MENU = XML.format('<SpeakSentence>You pressed 1.</SpeakSentence><Redirect redirectUrl="{prefix}/goodbye"/>')
CHALLENGE = {"www-authenticate": 'Basic realm="webhooks", charset="UTF-8"'}
NOT_MOUNTED_BY_PREFIX = {"Litestar"}
REDIRECTED = {"Starlette's Mount", "FastAPI's mount"}


@dataclass(frozen=True)
class Case:
    """A delivery and what everybody must answer to it; `{prefix}` stands for where the app is mounted."""

    status: int
    body: str
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    path: str = "/"
    method: str = "POST"
    json: object = None
    content: bytes | None = None
    query: Mapping[str, str] | None = None
    auth: tuple[str, str] | None = AUTH


def problem(title: str, status: int, detail: str) -> str:
    return f'{{"title": "{title}", "status": {status}, "detail": "{detail}"}}'


PROBLEM = "application/problem+json"
CASES = {
    "an answer": Case(200, WELCOME, "application/xml", json=ANSWER),
    "a gather": Case(200, MENU, "application/xml", path="/menu", json=GATHER),
    "a gather with a slash": Case(200, MENU, "application/xml", path="/menu/", json=GATHER),
    "no credentials": Case(
        401, problem("Unauthorized", 401, "credentials are needed"), PROBLEM, CHALLENGE, json=ANSWER, auth=None
    ),
    "wrong credentials": Case(
        401,
        problem("Unauthorized", 401, "the credentials are wrong"),
        PROBLEM,
        CHALLENGE,
        json=ANSWER,
        auth=("bandwidth", "secret"),
    ),
    "a GET": Case(200, MENU, "application/xml", path="/menu", method="GET", query=GATHER),
    "a message": Case(200, "", json=[MESSAGE]),
    "not JSON": Case(
        400,
        problem("Bad Request", 400, "the body is not JSON: expected value at line 1 column 1"),
        PROBLEM,
        content=b"hello",
    ),
    "a DELETE": Case(
        405,
        problem("Method Not Allowed", 405, "Bandwidth sends POST or GET"),
        PROBLEM,
        {"allow": "GET, POST"},
        method="DELETE",
    ),
    "a handler that fails": Case(
        500,
        problem("Internal Server Error", 500, "the handler of this event failed"),
        PROBLEM,
        path="/broken",
        json=GATHER,
    ),
    "too much": Case(
        413,
        problem("Content Too Large", 413, f"the body has more than {MAX_BODY} bytes"),
        PROBLEM,
        content=b" " * (MAX_BODY + 1),
    ),
}


def client_of(app: ASGIApp, *, root_path: str = "", auth: tuple[str, str] | None = AUTH) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app=app, root_path=root_path), base_url="http://test", auth=auth)


async def deliver(app: ASGIApp, case: Case, prefix: str) -> Response:
    async with client_of(app, auth=case.auth) as client:
        return await client.request(
            case.method, prefix + case.path, json=case.json, content=case.content, params=case.query
        )


async def answer_to(app: ASGIApp, path: str, payload: object = GATHER, *, root_path: str = "") -> str:
    async with client_of(app, root_path=root_path) as client:
        reply = await client.post(path, json=payload)
    assert reply.status_code == 200, reply.text
    return reply.text


def check(reply: Response, case: Case, prefix: str) -> None:
    body = case.body.replace("{prefix}", prefix).encode()
    headers = {"content-type": case.content_type, "www-authenticate": None, "allow": None, **case.headers}
    got = {name: reply.headers.get(name) for name in headers}
    length = reply.headers.get("content-length")
    assert (reply.status_code, reply.content, got, length) == (case.status, body, headers, str(len(body)))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_the_bare_app_answers(case: Case) -> None:
    check(await deliver(make_hooks(), case, ""), case, "")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("host", HOSTS)
async def test_the_answer_is_the_same_wherever_the_app_is_mounted(host: str, case: Case) -> None:
    check(await deliver(HOSTS[host](make_hooks()), case, PREFIX), case, PREFIX)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("host", [host for host in HOSTS if host not in REDIRECTED])
async def test_the_mount_point_needs_no_slash(host: str, slash: str, caplog: pytest.LogCaptureFixture) -> None:
    reply = await answer_to(HOSTS[host](make_hooks()), PREFIX + slash, ANSWER)
    assert reply == WELCOME.replace("{prefix}", PREFIX)
    assert [one.getMessage() for one in caplog.records if one.name == "webhooks.hints"] == []  # as for an unknown path


@pytest.mark.parametrize("host", sorted(REDIRECTED))
async def test_a_plain_mount_redirects_the_form_without_a_slash(host: str) -> None:
    async with client_of(HOSTS[host](make_hooks())) as client:
        reply = await client.post(PREFIX, json=ANSWER)
    assert reply.status_code == 307


@pytest.mark.parametrize("host", [host for host in HOSTS if host not in NOT_MOUNTED_BY_PREFIX])
async def test_a_longer_name_is_not_ours(host: str) -> None:
    async with client_of(HOSTS[host](make_hooks()), auth=None) as client:
        reply = await client.post(PREFIX + "x", json=ANSWER)
    assert reply.status_code == 404


async def test_litestar_gives_a_mount_whatever_begins_with_its_path() -> None:
    async with client_of(in_litestar(make_hooks()), auth=None) as client:
        reply = await client.post(PREFIX + "x", json=ANSWER)
    assert reply.status_code == 401  # ours; when Litestar mends this, the documentation may forget it


@pytest.mark.parametrize("host", [in_front_of_django, in_a_dispatcher_before_django])
async def test_django_serves_the_rest(host: Host) -> None:
    with override_settings(ROOT_URLCONF="tests.mounting.hosts"):
        async with client_of(host(make_hooks())) as client:
            reply = await client.get("/greeting")
    assert (reply.status_code, reply.text) == (200, "Hello from Django.")


# Proxies.
@pytest.mark.parametrize("seen", [PREFIX + "/menu", "/proxy" + PREFIX + "/menu"], ids=["stripped", "whole"])
@pytest.mark.parametrize("host", [host for host in HOSTS if host != "a dispatcher before Django"])
async def test_links_carry_the_path_of_a_proxy(host: str, seen: str) -> None:
    reply = await answer_to(HOSTS[host](make_hooks()), seen, root_path="/proxy")
    assert reply == MENU.replace("{prefix}", "/proxy" + PREFIX)


@pytest.mark.parametrize("seen", ["/menu", "/proxy/menu"], ids=["stripped", "whole"])
@pytest.mark.parametrize("root_path", ["/proxy", "/proxy/"])
async def test_links_of_the_bare_app_carry_the_path_of_a_proxy(root_path: str, seen: str) -> None:
    reply = await answer_to(make_hooks(), seen, root_path=root_path)
    assert reply == MENU.replace("{prefix}", "/proxy")


async def test_a_path_that_only_begins_like_the_proxys_is_left_alone() -> None:
    hooks = Webhooks(auth=AllowAll())

    @hooks.on(GatherEvent, path="/proxymenu")
    async def menu(call: GatherEvent) -> Hangup:
        return Hangup()

    assert await answer_to(hooks, "/proxymenu", root_path="/proxy") == XML.format("<Hangup/>")


# Apps in apps.
@pytest.mark.parametrize(("root_path", "seen"), [("", ""), ("/proxy", "/proxy"), ("/proxy", "")])
@pytest.mark.parametrize("inner", [in_starlette, in_fastapi])
async def test_an_app_with_webhooks_may_be_mounted_in_another(inner: Host, root_path: str, seen: str) -> None:
    outer = Starlette(routes=[Mount("/inner", app=inner(make_hooks()))])
    reply = await answer_to(outer, f"{seen}/inner{PREFIX}/menu", root_path=root_path)
    assert reply == MENU.replace("{prefix}", f"{root_path}/inner{PREFIX}")


@pytest.mark.parametrize("root_path", ["", "/proxy"])
async def test_a_mount_may_stand_in_a_mount(root_path: str) -> None:
    # Behind a proxy that strips its path, Starlette itself finds no mount in a mount.
    outer = Starlette(routes=[Mount("/inner", app=in_a_starlette_mount(make_hooks()))])
    reply = await answer_to(outer, f"{root_path}/inner{PREFIX}/menu", root_path=root_path)
    assert reply == MENU.replace("{prefix}", f"{root_path}/inner{PREFIX}")


async def test_two_apps_share_a_host() -> None:
    app = FastAPI()
    calls, tests = make_hooks(), Webhooks(auth=AllowAll())

    @tests.on(AnswerEvent)
    async def answered(call: AnswerEvent) -> SpeakSentence:
        return SpeakSentence("This is a test.")

    calls.install(app, PREFIX)
    tests.install(app, "/tests/")
    assert await answer_to(app, PREFIX, ANSWER) == WELCOME.replace("{prefix}", PREFIX)
    assert await answer_to(app, "/tests", ANSWER) == XML.format("<SpeakSentence>This is a test.</SpeakSentence>")


async def test_one_app_may_be_installed_twice() -> None:
    app, hooks = Starlette(), make_hooks()
    hooks.install(app, "/old")
    hooks.install(app, "/new")
    async with started(app):
        assert await answer_to(app, "/old/menu") == MENU.replace("{prefix}", "/old")
        assert await answer_to(app, "/new/menu") == MENU.replace("{prefix}", "/new")


async def test_an_app_installed_at_the_root_takes_every_path() -> None:
    app = Starlette()
    make_hooks().install(app, "/")
    assert await answer_to(app, "/menu") == MENU.replace("{prefix}", "")


async def test_a_route_for_everything_does_not_hide_the_app() -> None:
    app = FastAPI()

    async def everything(rest: str) -> str:
        return "mine"

    app.add_api_route("/{rest:path}", everything, methods=["GET", "POST"])
    make_hooks().install(app, PREFIX)
    assert await answer_to(app, PREFIX, ANSWER) == WELCOME.replace("{prefix}", PREFIX)
    assert await answer_to(app, "/elsewhere", ANSWER) == '"mine"'


async def test_the_hosts_own_routes_and_their_names_still_work() -> None:
    async def home(request: object) -> PlainTextResponse:
        return PlainTextResponse("home")

    app = Starlette(routes=[Route("/home", home, name="home")])
    make_hooks().install(app, PREFIX)
    async with client_of(app) as client:
        assert (await client.get("/home")).text == "home"
    assert app.url_path_for("home") == "/home"


async def test_fastapi_still_writes_its_openapi_document() -> None:
    app = FastAPI()
    make_hooks().install(app, PREFIX)
    async with client_of(app) as client:
        reply = await client.get("/openapi.json")
    assert (reply.status_code, reply.json()["paths"]) == (200, {})


# Lifespans.
@asynccontextmanager
async def started(app: ASGIApp) -> AsyncGenerator[list[Message]]:
    """Run an app's lifespan as a server does; gives what it sends."""
    to_app: list[Message] = [{"type": "lifespan.startup"}]
    sent: list[Message] = []
    up, down = anyio.Event(), anyio.Event()

    async def receive() -> Message:
        if not to_app:
            await down.wait()
            return {"type": "lifespan.shutdown"}
        return to_app.pop()

    async def send(message: Message) -> None:
        sent.append(message)
        up.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
        await up.wait()
        yield sent
        down.set()


def in_its_thread() -> tuple[Webhooks, list[threading.Thread]]:
    """An app that answers from a thread of its pool, and the threads it answered from."""
    hooks, threads = Webhooks(auth=AllowAll()), list[threading.Thread]()

    @hooks.on(AnswerEvent)
    def answered(call: AnswerEvent) -> None:
        threads.append(threading.current_thread())

    return hooks, threads


def is_frozen(hooks: Webhooks) -> bool:
    try:
        hooks.on(DisconnectEvent)(lambda event: None)
    except UsageError as error:
        return "too late" in str(error)
    return False


def with_lifespan(kind: type[Starlette], log: list[str]) -> Starlette:
    def lifespan(app: object) -> AbstractAsyncContextManager[Mapping[str, str]]:
        @asynccontextmanager
        async def run() -> AsyncGenerator[Mapping[str, str]]:
            log.append("up")
            yield {"kept": "state"}
            log.append("down")

        return run()

    return kind(lifespan=lifespan)


async def test_the_bare_app_is_started_and_stopped_by_its_server() -> None:
    hooks, threads = in_its_thread()
    async with started(hooks) as sent:
        assert is_frozen(hooks)
        await answer_to(hooks, "/", ANSWER)
        assert threads[0].is_alive()
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    threads[0].join(timeout=5)
    assert not threads[0].is_alive()


@pytest.mark.parametrize("kind", [Starlette, FastAPI])
async def test_the_hosts_lifespan_and_ours_both_run(kind: type[Starlette]) -> None:
    log: list[str] = []
    app = with_lifespan(kind, log)
    hooks, threads = in_its_thread()
    hooks.install(app, PREFIX)
    assert not is_frozen(hooks)
    async with started(app):
        assert log == ["up"]
        assert is_frozen(hooks)
        await answer_to(app, PREFIX, ANSWER)
        assert threads[0].is_alive()
    assert log == ["up", "down"]
    threads[0].join(timeout=5)
    assert not threads[0].is_alive()


async def test_the_hosts_lifespan_state_is_kept() -> None:
    async def kept(request: object) -> PlainTextResponse:
        return PlainTextResponse("")

    app = with_lifespan(Starlette, [])
    app.router.routes.append(Route("/kept", kept))
    make_hooks().install(app, PREFIX)
    scope: dict[str, object] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        assert message["type"] in {"lifespan.startup.complete", "lifespan.shutdown.complete"}

    await app(scope, receive, send)
    assert scope["state"] == {"kept": "state"}


@pytest.mark.parametrize("host", [in_starlette, in_fastapi])
async def test_an_installed_app_serves_though_no_lifespan_runs(host: Host) -> None:
    hooks, threads = in_its_thread()
    assert await answer_to(host(hooks), PREFIX, ANSWER) == ""
    assert is_frozen(hooks)
    assert len(threads) == 1


async def test_a_host_does_not_start_with_a_mistake_in_the_app() -> None:
    app = Starlette()
    make_unreachable().install(app, PREFIX)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(UsageError, match="can never be reached"):
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
