"""The documents are valid, say what the app does, and their schemas take what Bandwidth sends."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.testclient import TestClient

from webhooks import AllowAll, BasicAuth, Delivery, UsageError, Webhooks
from webhooks.events import (
    EVENTS,
    CallEvent,
    ConferenceEvent,
    DisconnectEvent,
    Event,
    GatherEvent,
    InvalidEvent,
    MessageDeliveredEvent,
    MessageReceivedEvent,
    NotificationEvent,
    TransferAnswerEvent,
    UnknownEvent,
)
from webhooks.export import asyncapi, describe, openapi
from webhooks.rules import ALLOWED
from webhooks.testing import example

PAYLOADS = Path(__file__).resolve().parents[1] / "payloads"
ASYNCAPI = os.environ.get("TEST_ASYNCAPI_SCHEMA", "")


async def handler(event: Event) -> None: ...


BASIC = BasicAuth("bandwidth", "s3cret")


def app(auth: Any = BASIC) -> Webhooks:
    """One with every event, with and without a path."""
    hooks = Webhooks(auth=auth)
    hooks.on(CallEvent, path="/calls")(handler)
    hooks.on(ConferenceEvent, path="/")(handler)
    hooks.on(NotificationEvent, path="/a.b/cé")(handler)
    hooks.on(UnknownEvent, path="/a.b/cé")(handler)
    hooks.on(InvalidEvent, path="/invalid")(handler)
    hooks.on(CallEvent)(handler)
    hooks.on(NotificationEvent)(handler)
    return hooks


def small() -> Webhooks:
    hooks = Webhooks(auth=AllowAll())
    hooks.on(GatherEvent, path="/menu")(handler)
    hooks.on(DisconnectEvent)(handler)
    return hooks


def installed() -> FastAPI:
    parent = FastAPI()
    small().install(parent, "/voice")
    small().install(parent, "/more")
    return parent


APPS = pytest.mark.parametrize("made", [app, small, installed])
KINDS = pytest.mark.parametrize("export", [asyncapi, openapi])
Export = Callable[..., dict[str, Any]]


@cache
def whole(export: Export) -> dict[str, Any]:
    """The document of the app with every event: made once, for tests that only read it."""
    return export(app())


@APPS
def test_openapi_is_valid(made: Callable[[], Any]) -> None:
    OpenAPIV31SpecValidator(openapi(made(), server="https://example.com/x/")).validate()


@APPS
def test_asyncapi_is_valid_by_the_official_schema(made: Callable[[], Any]) -> None:
    if not ASYNCAPI:
        pytest.skip(
            "no package for Python has AsyncAPI's schema; `make check` gets it with npm, and names it as "
            "TEST_ASYNCAPI_SCHEMA. What follows from the specification is tested in any case"
        )
    Draft7Validator(json.loads(Path(ASYNCAPI).read_text())).validate(asyncapi(made(), server="https://example.com"))


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (place for key, place in value.items() if key == "$ref")
        yield from (place for one in value.values() for place in references(one))
    elif isinstance(value, list):
        yield from (place for one in value for place in references(one))


def resolved(document: Any, place: str) -> Any:
    for key in place.removeprefix("#/").split("/"):
        document = document[key]
    return document


@KINDS
@APPS
def test_every_reference_leads_somewhere(export: Export, made: Callable[[], Any]) -> None:
    document = export(made())
    places = set(references(document))
    assert places
    for place in places:
        assert resolved(document, place)


@APPS
def test_operations_use_only_the_messages_of_their_channels(made: Callable[[], Any]) -> None:
    document = asyncapi(made())
    for operation in document["operations"].values():
        both = operation, operation.get("reply", {"channel": operation["channel"], "messages": []})
        for part in both:
            channel = part["channel"]["$ref"]
            known = {f"{channel}/messages/{name}" for name in resolved(document, channel)["messages"]}
            assert {message["$ref"] for message in part["messages"]} <= known


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document["components"]})


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_schema_of_an_event_takes_what_bandwidth_sends(event: type[Event]) -> None:
    document = whole(openapi)
    content = document["webhooks"].get(event.event_types()[0], document["paths"]["/"])["post"]["requestBody"]["content"]
    check = validator(document, content["application/json"]["schema"])
    payload = example(event)
    body = [payload] if event.family == "messaging" else payload
    check.validate(body)
    assert not check.is_valid({})
    assert not check.is_valid([{}])


def test_the_schemas_take_every_documented_payload() -> None:
    document = whole(openapi)
    paths = [document["paths"][path]["post"]["requestBody"]["content"] for path in ("/calls", "/", "/a.b/c%C3%A9")]
    schema = {"anyOf": [content["application/json"]["schema"] for content in paths]}
    check, files = validator(document, schema), sorted(PAYLOADS.glob("*.json"))
    assert len(files) > 50
    bare = {"message-received__bare_object.json"}
    assert {file.name for file in files if not check.is_valid(json.loads(file.read_text()))} <= bare


def test_routes_with_a_path_are_paths_and_the_others_are_webhooks() -> None:
    document = openapi(small())
    assert list(document["paths"]) == ["/menu"]
    assert list(document["webhooks"]) == ["disconnect"]
    assert "The URL that Bandwidth was given" in document["webhooks"]["disconnect"]["post"]["description"]


def test_an_unknown_path_is_a_channel_without_an_address() -> None:
    channels = asyncapi(small())["channels"]
    assert {key: channel["address"] for key, channel in channels.items()} == {"menu": "/menu", "anywhere_": None}


def test_keys_of_channels_are_what_asyncapi_allows() -> None:
    channels = whole(asyncapi)["channels"]
    assert list(channels) == ["calls", "root_", "a-2e-b_c-25-C3-25-A9", "anywhere_"]


def test_every_app_that_is_installed_is_part_of_it() -> None:
    document = openapi(installed())
    assert set(document["paths"]) == {"/voice/menu", "/more/menu"}
    assert set(document["webhooks"]) == {"disconnect below /voice", "disconnect below /more"}
    assert set(asyncapi(installed())["channels"]) == {"voice_menu", "more_menu", "anywhere_voice_", "anywhere_more_"}


def test_handlers_are_named_in_the_order_in_which_they_are_asked() -> None:
    hooks = small()

    @hooks.on(GatherEvent)
    async def elsewhere(call: GatherEvent) -> None: ...

    document = openapi(hooks)
    assert "Handled by tests.export.test_documents.handler." in document["paths"]["/menu"]["post"]["description"]
    assert "elsewhere." in document["webhooks"]["gather"]["post"]["description"]


def test_an_event_nobody_sends_has_no_address() -> None:
    assert "/invalid" not in whole(openapi)["paths"]
    assert "InvalidEvent" not in json.dumps(whole(asyncapi))


def test_what_may_answer_an_event_is_told_and_a_notification_has_no_reply() -> None:
    operations = whole(asyncapi)["operations"]
    answered = operations["TransferAnswerEvent_calls"]
    assert answered["x-bxml-verbs"] == sorted(verb.element for verb in ALLOWED[TransferAnswerEvent].verbs)
    assert answered["reply"]["messages"] == [{"$ref": "#/channels/calls/messages/Bxml"}]
    assert "reply" not in operations["DisconnectEvent_anywhere_"]
    hooks = whole(openapi)["webhooks"]
    assert "application/xml" in hooks["gather"]["post"]["responses"]["200"]["content"]
    assert "content" not in hooks["disconnect"]["post"]["responses"]["200"]


def test_an_app_without_answers_has_no_message_for_them() -> None:
    hooks = Webhooks(auth=AllowAll())
    hooks.on(DisconnectEvent)(handler)
    assert list(asyncapi(hooks)["components"]["messages"]) == ["DisconnectEvent"]


def test_messages_come_in_arrays_and_types_tell_them_apart() -> None:
    hooks = Webhooks(auth=AllowAll())
    hooks.on(MessageReceivedEvent | MessageDeliveredEvent | DisconnectEvent, path="/told")(handler)
    content = openapi(hooks)["paths"]["/told"]["post"]["requestBody"]["content"]
    call, messages = content["application/json"]["schema"]["oneOf"]
    assert call == {"$ref": "#/components/schemas/DisconnectEvent"}
    assert messages["type"] == "array"
    assert messages["items"]["discriminator"] == {
        "propertyName": "type",
        "mapping": {
            "message-received": "#/components/schemas/MessageReceivedEvent",
            "message-delivered": "#/components/schemas/MessageDeliveredEvent",
        },
    }


def refuse(delivery: Delivery) -> None: ...


@pytest.mark.parametrize(
    ("auth", "security", "codes"),
    [
        (BASIC, [{"credentials": []}], {"200", "400", "401", "413", "500"}),
        (AllowAll(), [], {"200", "400", "413", "500"}),
        (refuse, None, {"200", "400", "401", "413", "500"}),
    ],
)
def test_who_may_deliver_is_told(auth: Any, security: Any, codes: set[str]) -> None:
    post = openapi(app(auth))["paths"]["/calls"]["post"]
    assert (post.get("security"), set(post["responses"])) == (security, codes)
    document = asyncapi(app(auth))
    is_basic = bool(security)
    assert ("securitySchemes" in document["components"]) is is_basic
    assert all(("security" in operation) is is_basic for operation in document["operations"].values())


@KINDS
def test_no_credential_is_in_a_document(export: Export) -> None:
    assert "s3cret" not in json.dumps(whole(export))


def test_title_version_and_server_are_told() -> None:
    facts: dict[str, Any] = {"title": "Menu", "version": "2", "server": "https://example.com:8443/x/"}
    assert openapi(small(), **facts)["info"] == asyncapi(small(), **facts)["info"] == {"title": "Menu", "version": "2"}
    assert openapi(small(), **facts)["servers"] == [{"url": "https://example.com:8443/x"}]
    server = {"host": "example.com:8443", "protocol": "https", "pathname": "/x"}
    assert asyncapi(small(), **facts)["servers"] == {"app": server}
    assert "pathname" not in asyncapi(small(), server="http://localhost:8000")["servers"]["app"]


@KINDS
@pytest.mark.parametrize("server", ["example.com", "https://", "wss://example.com"])
def test_a_server_that_is_no_url_is_refused(export: Export, server: str) -> None:
    with pytest.raises(UsageError, match="expected a URL, as"):
        export(small(), server=server)


@KINDS
def test_an_app_without_webhooks_is_refused(export: Export) -> None:
    with pytest.raises(UsageError, match="FastAPI has no Webhooks in it"):
        export(FastAPI())


def test_documented_values_are_examples_of_a_field() -> None:
    field = whole(openapi)["components"]["schemas"]["Message"]["properties"]["direction"]
    assert field["anyOf"][0] == {"type": "string", "examples": ["in", "out"]}
    assert "title" not in field


class Message(BaseModel):
    """Somebody's own, of the name that one of ours has."""

    mine: int


def test_fastapi_shows_the_events_beside_its_own_routes() -> None:
    parent = FastAPI(title="Mine")

    @parent.post("/mine")
    async def mine(message: Message) -> None: ...

    describe(parent)
    app().install(parent, "/bandwidth")
    with TestClient(parent) as client:
        document = client.get("/openapi.json").json()
        assert client.get("/docs").status_code == 200
        assert client.get("/openapi.json").json() == document
    OpenAPIV31SpecValidator(document).validate()
    assert document["info"]["title"] == "Mine"
    assert {"/mine", "/bandwidth/calls"} <= set(document["paths"])
    assert "gather below /bandwidth" in document["webhooks"]
    schemas = document["components"]["schemas"]
    assert list(schemas["Message"]["properties"]) == ["mine"]
    assert "id" in schemas["BandwidthMessage"]["properties"]
    assert document["paths"]["/bandwidth/calls"]["post"]["security"] == [{"Bandwidthcredentials": []}]


def test_only_a_fastapi_app_is_described() -> None:
    with pytest.raises(UsageError, match="takes a FastAPI app, not Starlette"):
        describe(Starlette())


def test_the_package_does_not_import_it() -> None:
    code = "import sys, webhooks; sys.exit('webhooks.export' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_example_of_the_page_shows_its_event() -> None:
    example = Path(__file__).resolve().parents[2] / "docs_src" / "export" / "app.py"
    document = runpy.run_path(str(example))["app"].openapi()
    assert list(document["webhooks"]) == ["initiate below /bandwidth"]
