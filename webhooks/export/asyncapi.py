"""An app as an AsyncAPI 3.0 document.

1. A channel is a path, or, for routes without one, an address that is not known: it is what was given to Bandwidth.
2. The app receives. What it answers goes back on the same HTTP exchange, so the reply's channel is the operation's.
3. Schemas are those of OpenAPI's document, without what only OpenAPI knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from webhooks.delivery import BXML
from webhooks.events import Event
from webhooks.export.addresses import Address, addresses_of, handled_by, server_of
from webhooks.export.schemas import Json, body_of, name_of, schemas_of, summary_of, verbs_for

__all__ = ["asyncapi"]

_HTTP = "0.3.0"
"""Version of the HTTP binding (asyncapi/bindings, http)."""


def asyncapi(app: Any, *, title: str = "Bandwidth webhooks", version: str = "1.0.0", server: str | None = None) -> Json:
    """The AsyncAPI 3.0 document of a Webhooks, or of a Starlette or FastAPI app that has some installed.

    It takes what `openapi` takes.

    Raises:
        UsageError: there is no Webhooks in the app, or the server is no URL.
    """
    addresses = addresses_of(app)
    servers: Json = {} if server is None else {"servers": {"app": _server(server)}}
    operations = {
        f"{event.__name__}_{_key(address)}": _operation(address, event)
        for address in addresses
        for event in address.events
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": title, "version": version},
        "defaultContentType": "application/json",
        **servers,
        "channels": {_key(address): _channel(address) for address in addresses},
        "operations": operations,
        "components": _components(addresses),
    }


def _server(url: str) -> Json:
    parts = server_of(url)
    path: Json = {"pathname": parts.path} if parts.path else {}
    return {"host": parts.netloc, "protocol": parts.scheme, **path}


def _key(address: Address) -> str:
    """Letters, digits, hyphens and underscores, which AsyncAPI allows; other marks by their number.

    No path ends in a slash, so a key that is none of a path ends in an underscore.
    """
    path = f"anywhere{address.mounted.prefix}/" if address.path is None else address.path.lstrip("/") or "root/"
    return re.sub(r"[^A-Za-z0-9-]", _mark, path)


def _mark(match: re.Match[str]) -> str:
    return "_" if match[0] == "/" else f"-{ord(match[0]):x}-"


def _channel(address: Address) -> Json:
    names = [event.__name__ for event in address.events]
    if any(map(verbs_for, address.events)):
        names.append("Bxml")
    described: Json = {"description": address.description} if address.path is None else {}
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in names}
    return {"address": address.path, **described, "messages": messages}


def _operation(address: Address, event: type[Event]) -> Json:
    channel = f"#/channels/{_key(address)}"
    operation: Json = {
        "action": "receive",
        "channel": {"$ref": channel},
        "summary": summary_of(event),
        "description": handled_by(address, event),
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"}],
        "bindings": {"http": {"method": "POST", "bindingVersion": _HTTP}},
    }
    if address.is_basic:
        operation["security"] = [{"$ref": "#/components/securitySchemes/credentials"}]
    if verbs := verbs_for(event):
        operation["reply"] = {"channel": {"$ref": channel}, "messages": [{"$ref": f"{channel}/messages/Bxml"}]}
        operation["x-bxml-verbs"] = verbs
    return operation


def _components(addresses: Sequence[Address]) -> Json:
    events = list(dict.fromkeys(event for address in addresses for event in address.events))
    messages = {event.__name__: _message(event) for event in events}
    if any(map(verbs_for, events)):
        messages["Bxml"] = _BXML
    components: Json = {"schemas": schemas_of(events), "messages": messages}
    if any(address.is_basic for address in addresses):
        components["securitySchemes"] = {"credentials": {"type": "http", "scheme": "basic"}}
    return components


def _message(event: type[Event]) -> Json:
    return {
        "name": name_of(event),
        "title": event.__name__,
        "summary": summary_of(event),
        "contentType": "application/json",
        "payload": body_of([event]),
    }


_BXML: Json = {
    "name": "Bxml",
    "title": "BXML",
    "summary": "Verbs for Bandwidth to execute, or nothing.",
    "contentType": BXML,
    "payload": {"type": "string"},
    "bindings": {"http": {"statusCode": 200, "bindingVersion": _HTTP}},
}
