"""What is around the stories: who gets in, what is kept, what is logged, when the app is ready."""

import json
import logging

import httpx2
import pytest
from starlette.applications import Starlette
from webhooks.errors import StateError
from webhooks.inbox import SqliteInbox
from webhooks.simulator import Phone
from webhooks.state import Entry, MemoryState, StateKey

from {{ cookiecutter.package_name }}.app import create_app
from {{ cookiecutter.package_name }}.health import health
from {{ cookiecutter.package_name }}.logs import JsonLines
from {{ cookiecutter.package_name }}.settings import Settings

PERSON = "+19195550123"


def client_of(app: Starlette) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://app.example")


async def test_the_app_is_alive_and_ready(phone: Phone, app: Starlette) -> None:
    async with client_of(app) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.get("/readyz")).json() == {"status": "ready", "waiting": 0, "dead": 0}


class Broken(MemoryState):
    """A store whose disk is gone."""

    async def get(self, key: StateKey) -> Entry | None:
        raise StateError("the disk is gone")


@pytest.mark.anyio
async def test_without_its_store_the_app_is_alive_but_not_ready() -> None:
    async with client_of(Starlette(routes=health(None, Broken()))) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YmFuZHdpZHRoOndyb25n"}])
async def test_nobody_gets_in_without_the_password(headers: dict[str, str], phone: Phone, app: Starlette) -> None:
    async with client_of(app) as client:
        reply = await client.post("/bandwidth", json={}, headers=headers)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"].startswith("Basic ")


async def test_a_notification_is_on_the_disk_when_it_was_answered(settings: Settings, phone: Phone) -> None:
{% if cookiecutter.__messaging %}
    # Without a client, nothing is sent.
    app = create_app(settings.model_copy(update={"inbox": True, "bandwidth_client_id": ""}))
{% else %}
    app = create_app(settings.model_copy(update={"inbox": True}))
{% endif %}
    phone.credentials = ("bandwidth", "s3cret")
    async with app.router.lifespan_context(app):
{% if cookiecutter.__messaging %}
        await phone.text(app, "START", "/bandwidth")
{% else %}
        call = await phone.dial(app, "/bandwidth")
        await call.hang_up()
{% endif %}
    inbox = SqliteInbox(settings.data_folder / "inbox.db")
    await inbox.open()
{% if cookiecutter.__messaging %}
    assert [kept.envelope.event_type for kept in await inbox.entries()] == ["message-received"]
{% else %}
    assert [kept.envelope.event_type for kept in await inbox.entries()] == ["disconnect"]
{% endif %}
    await inbox.close()
{% if cookiecutter.__voice %}


async def test_a_call_leaves_no_number_and_no_key_in_the_logs(
    phone: Phone, app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    call = await phone.dial(app, "/bandwidth", from_=PERSON)
    await call.press("7")
    await call.hang_up()
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert ("a call came in", call.id) in [(line["message"], line.get("call_id")) for line in lines]
    assert PERSON not in str(lines)
    assert "'7'" not in str(lines)
{% endif %}
{% if cookiecutter.__messaging %}


async def test_a_text_leaves_no_number_and_no_word_in_the_logs(
    phone: Phone, app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await phone.text(app, "My code is 4711", "/bandwidth", from_=PERSON)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    assert "a text came in" in [line["message"] for line in lines]
    assert PERSON not in str(lines)
    assert "4711" not in str(lines)
{% endif %}


def test_of_an_error_the_class_is_logged_and_not_the_message(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"{PERSON} cannot be called")
    except ValueError:
        logging.getLogger("app").exception("it failed")
    line = json.loads(JsonLines().format(caplog.records[0]))
    assert line["error"] == "ValueError"
    assert PERSON not in str(line)
