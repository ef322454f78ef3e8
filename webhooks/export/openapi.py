"""An app as an OpenAPI 3.1 document.

1. Routes with a path are under `paths`: the path is the app's own, and verbs lead there.
2. Routes without one are under `webhooks`, which OpenAPI has for requests whose URL was registered somewhere else
   (OpenAPI 3.1, 4.8.1): theirs is what somebody gave to Bandwidth, and the app takes it whatever it is.
3. Only POST is described. GET, which some attributes of verbs ask for, brings the same fields as a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webhooks.delivery import BXML
from webhooks.events import Event, MessageEvent
from webhooks.export.addresses import Address, addresses_of, handled_by, server_of
from webhooks.export.schemas import Json, body_of, name_of, schemas_of, summary_of, verbs_for

__all__ = ["document", "openapi"]

_PROBLEM = "application/problem+json"
_REFUSALS = {
    "400": "No JSON, no object or array, or an event whose required fields cannot be read.",
    "401": "No credentials, or wrong ones. Bandwidth sends them when it is asked by this.",
    "413": "The body is too large.",
    "500": "The handler failed. Bandwidth tries the fallback URL, and messages again.",
}


def openapi(app: Any, *, title: str = "Bandwidth webhooks", version: str = "1.0.0", server: str | None = None) -> Json:
    """The OpenAPI 3.1 document of a Webhooks, or of a Starlette or FastAPI app that has some installed.

    Args:
        app: the app.
        title: what it is called.
        version: the app's.
        server: the URL that its paths are below: "https://example.com".

    Raises:
        UsageError: there is no Webhooks in the app, or the server is no URL.
    """
    facts: Json = {"openapi": "3.1.0", "info": {"title": title, "version": version}}
    servers: Json = {} if server is None else {"servers": [{"url": server_of(server).geturl()}]}
    return {**facts, **servers, **document(addresses_of(app), prefix="")}


def document(addresses: Sequence[Address], *, prefix: str) -> Json:
    """`paths`, `webhooks` and `components`, names of schemas with `prefix` before them."""
    paths = {one.path: _item(one, one.events, prefix) for one in addresses if one.path is not None}
    hooks = {
        _key(one, event): _item(one, [event], prefix) for one in addresses if one.path is None for event in one.events
    }
    return {"paths": paths, "webhooks": hooks, "components": _components(addresses, prefix)}


def _key(address: Address, event: type[Event]) -> str:
    """Unique: two Webhooks of an app may both take the event at any path."""
    below = address.mounted.prefix
    return f"{name_of(event)} below {below}" if below else name_of(event)


def _item(address: Address, events: Sequence[type[Event]], prefix: str) -> Json:
    security: Json = {} if not (address.is_open or address.is_basic) else {"security": []}
    if address.is_basic:
        security = {"security": [{f"{prefix}credentials": []}]}
    schema = body_of(events, prefix)
    post: Json = {
        "tags": _tags(events),
        "summary": ", ".join(map(name_of, events)),
        "description": _description(address, events),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": _responses(address, events, prefix),
        **security,
    }
    return {"post": post}


def _tags(events: Sequence[type[Event]]) -> list[str]:
    return list(dict.fromkeys("messaging" if issubclass(event, MessageEvent) else "voice" for event in events))


def _description(address: Address, events: Sequence[type[Event]]) -> str:
    lines = [f"- `{name_of(one)}`: {summary_of(one)} {handled_by(address, one)}" for one in events]
    return "\n".join(lines if address.path is not None else [address.description, "", *lines])


def _responses(address: Address, events: Sequence[type[Event]], prefix: str) -> Json:
    verbs = {name_of(event): verbs_for(event) for event in events if verbs_for(event)}
    handled: Json = {"description": "Handled; there is nothing to say."}
    if verbs:
        handled = {
            "description": "Handled: BXML for Bandwidth to execute, or nothing.",
            "content": {BXML: {"schema": {"$ref": f"#/components/schemas/{prefix}Bxml"}}},
            "x-bxml-verbs": verbs,
        }
    codes = [code for code in _REFUSALS if code != "401" or not address.is_open]
    return {"200": handled, **{code: {"$ref": f"#/components/responses/{prefix}{code}"} for code in codes}}


def _components(addresses: Sequence[Address], prefix: str) -> Json:
    schemas = schemas_of((event for one in addresses for event in one.events), prefix)
    problem = {"$ref": f"#/components/schemas/{prefix}Problem"}
    components: Json = {
        "schemas": {**schemas, f"{prefix}Bxml": _BXML, f"{prefix}Problem": _OF_PROBLEM},
        "responses": {
            prefix + code: {"description": what, "content": {_PROBLEM: {"schema": problem}}}
            for code, what in _REFUSALS.items()
        },
    }
    if any(one.is_basic for one in addresses):
        what = "The user name and password of the Bandwidth application, or of the verb that the URL stands in."
        scheme = {"type": "http", "scheme": "basic", "description": what}
        components["securitySchemes"] = {f"{prefix}credentials": scheme}
    return components


_BXML: Json = {
    "type": "string",
    "contentMediaType": BXML,
    "description": "A document of BXML: a Response with verbs in it.",
}
_OF_PROBLEM: Json = {
    "type": "object",
    "description": "Why a delivery was refused (RFC 9457).",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
