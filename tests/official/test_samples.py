"""Bandwidth's own samples, posted over HTTP to an app under a real server. Skipped where the samples are not."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from tests.comparing import differences, dumped
from webhooks import BasicAuth, Webhooks
from webhooks.events import CallEvent, ConferenceEvent, Event, InvalidEvent, NotificationEvent, UnknownEvent
from webhooks.events.catalogue import BY_TYPE

ORIGINS = ("api-docs", "python-sdk-yml")
"""Sources of samples of our families. `ap-docs-v1` documents Catapult."""


@dataclass
class Phone:
    """An app under a server, a client that posts to it, and what arrived since the last look."""

    client: httpx2.Client
    arrived: list[Event]

    def post(self, body: bytes, content_type: str = "application/json; charset=utf-8") -> httpx2.Response:
        self.arrived.clear()
        return self.client.post("/", content=body, headers={"content-type": content_type})

    def get(self, raw_query: str) -> httpx2.Response:
        """Send the query as it is, braces and quotes too; a space is the one thing that no request line can have."""
        self.arrived.clear()
        target = ("/?" + raw_query.replace(" ", "%20")).encode()
        return self.client.get("/", extensions={"target": target})


AUTH = ("bandwidth", "s3cret")


def recorder(arrived: list[Event]) -> Webhooks:
    """An app that notes every event and answers with nothing."""
    hooks = Webhooks(auth=BasicAuth(*AUTH))

    @hooks.on(CallEvent)
    async def on_call(event: CallEvent) -> None:
        arrived.append(event)

    @hooks.on(ConferenceEvent)
    async def on_conference(event: ConferenceEvent) -> None:
        arrived.append(event)

    @hooks.on(NotificationEvent | UnknownEvent | InvalidEvent)
    async def on_notification(event: NotificationEvent) -> None:
        arrived.append(event)

    return hooks


@pytest.fixture(scope="module")
def phone() -> Iterator[Phone]:
    arrived: list[Event] = []
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(recorder(arrived), log_level="warning", ws="none"))
    # The socket listens already: what is sent before the server runs waits for it.
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        with httpx2.Client(base_url=url, auth=AUTH, timeout=20, trust_env=False) as client:
            yield Phone(client, arrived)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def samples(spec: Path) -> list[Path]:
    return sorted(path for path in (spec / "samples").iterdir() if path.suffix != ".md")


def event_of(path: Path) -> type[Event] | None:
    """The event that a sample is of, by its name; None when its family has no models."""
    origin, event_type, *_ = path.name.split("__")
    found = (BY_TYPE.get((family, event_type)) for family in ("voice", "messaging"))
    return next((event for event in found if event), None) if origin in ORIGINS else None


def jsons(samples: list[Path]) -> list[Path]:
    return [path for path in samples if path.suffix == ".json" and not path.name.endswith(".get.json")]


def bodies_of(path: Path) -> list[bytes]:
    """The sample as it is; one that stands alone in the OpenAPI document also in an array, as deliveries have it."""
    body = path.read_bytes()
    return [body, b"[" + body + b"]"] if path.name.startswith("python-sdk-yml__message") else [body]


def test_a_sample_arrives_as_its_event_and_comes_back_equal(phone: Phone, samples: list[Path]) -> None:
    seen = set()
    for path in jsons(samples):
        expected = event_of(path)
        if expected is None:
            continue
        for body in bodies_of(path):
            reply = phone.post(body)
            assert (path.name, reply.status_code, reply.content) == (path.name, 200, b"")
            sent = json.loads(body)
            sent = sent if isinstance(sent, list) else [sent]
            assert (path.name, [type(event) for event in phone.arrived]) == (path.name, [expected] * len(sent))
            for event, element in zip(phone.arrived, sent, strict=True):
                assert (path.name, differences(dumped(event), element)) == (path.name, [])
            seen.add(expected)
    # Four events of 2026 stand in documents without a sample.
    assert {event.event_types()[0] for event in set(BY_TYPE.values()) - seen} == {
        "referComplete",
        "message-read",
        "suggestion-response",
        "requested-location-response",
    }


def test_a_sample_of_another_family_arrives_unknown_and_whole(phone: Phone, samples: list[Path]) -> None:
    others = [path for path in jsons(samples) if event_of(path) is None]
    assert len(others) > 40
    for path in others:
        reply = phone.post(path.read_bytes())
        assert (path.name, reply.status_code, reply.content) == (path.name, 200, b"")
        assert (path.name, [type(event) for event in phone.arrived]) == (path.name, [UnknownEvent])
        assert dumped(phone.arrived[0]) == json.loads(path.read_bytes())


def test_a_query_of_v1_arrives_unknown_and_whole(phone: Phone, samples: list[Path]) -> None:
    queries = [path for path in samples if path.name.endswith(".get.json")]
    assert queries
    for path in queries:
        raw_query: str = json.loads(path.read_bytes())["raw_query"]
        reply = phone.get(raw_query)
        assert (path.name, reply.status_code, reply.content) == (path.name, 200, b"")
        assert (path.name, [type(event) for event in phone.arrived]) == (path.name, [UnknownEvent])
        assert (path.name, dumped(phone.arrived[0])) == (path.name, decoded(raw_query))


def decoded(raw_query: str) -> dict[str, str]:
    """The parameters, read by an HTTP client's own code; v1 writes a bare "+" before numbers."""
    pairs = httpx2.QueryParams(re.sub(r"=\+(?=\d{7,15}(&|$))", "=%2B", raw_query)).multi_items()
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_what_is_not_json_is_refused(phone: Phone, samples: list[Path]) -> None:
    broken = [path for path in samples if path.suffix in (".txt", ".xml")]
    assert {path.suffix for path in broken} == {".txt", ".xml"}
    for path in broken:
        reply = phone.post(path.read_bytes(), "application/xml" if path.suffix == ".xml" else "application/json")
        assert (path.name, reply.status_code) == (path.name, 400)
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["status"] == 400
        assert phone.arrived == []


def test_the_shapes_of_the_asyncapi_document_arrive_as_their_events(phone: Phone, spec: Path) -> None:
    (document,) = spec.parent.glob("seeds/002_*.txt")
    shapes = shapes_of(document.read_text(encoding="utf-8"))
    assert len(shapes) == 13
    for name, shape in shapes.items():
        reply = phone.post(json.dumps(shape).encode())
        assert (name, reply.status_code) == (name, 200)
        (event,) = phone.arrived
        assert type(event) is BY_TYPE["voice", shape["eventType"]]
        assert not isinstance(event, InvalidEvent)
        assert (name, differences(dumped(event), shape)) == (name, [])
        assert (name, event.model_extra) == (name, {})


_SCHEMA = re.compile(r"(\w+Event): (?=allOf:|type: object properties:)")
_PROPERTY = re.compile(
    r"(?P<name>\w+): type: (?P<type>string|integer)(?: format: (?P<format>[\w-]+))?(?: const: (?P<const>\w+))?"
    r"(?: enum:(?P<enum>(?: - \w+)+))? description:"
)


def shapes_of(document: str) -> dict[str, dict[str, Any]]:
    """One payload with every property for each schema. The document lost its line breaks, so it is no YAML any more."""
    _, *parts = _SCHEMA.split(document.split(" schemas: ", 1)[1])
    schemas = dict(zip(parts[::2], parts[1::2], strict=True))
    properties = {name: dict(map(example_of, _PROPERTY.finditer(text))) for name, text in schemas.items()}
    base = properties.pop("BaseCallEvent")
    below = {name for name, text in schemas.items() if "BaseCallEvent" in text}
    return {name: {**base, **own} if name in below else own for name, own in properties.items()}


def example_of(found: re.Match[str]) -> tuple[str, Any]:
    if found["const"]:
        return found["name"], found["const"]
    if found["enum"]:
        return found["name"], found["enum"].split()[1]
    if found["type"] == "integer":
        return found["name"], 2
    text = {"date-time": "2026-02-11T14:05:09.120Z", "uri": "https://voice.example.com/x"}.get(found["format"] or "")
    return found["name"], text or f"some {found['name']}"
