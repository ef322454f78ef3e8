"""Whatever comes, there is an answer of the table, soon. The table here is written apart from the code it judges."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webhooks import BasicAuth, Delivery, Reply, Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.events import CallEvent, ConferenceEvent

MAX_BODY = 3000
GOOD = b"Basic " + b64encode(b"bandwidth:s3cret")
CALLS = [
    "initiate",
    "answer",
    "redirect",
    "gather",
    "recordComplete",
    "recordingComplete",
    "recording",
    "transferAnswer",
    "transferComplete",
    "bridgeComplete",
    "bridgeTargetComplete",
    "referComplete",
    "disconnect",
    "transferDisconnect",
    "dtmf",
    "recordingAvailable",
    "transcriptionAvailable",
    "transcription",
    "machineDetectionComplete",
    "mediaStreamStarted",
    "mediaStreamRejected",
    "mediaStreamStopped",
    "realTimeTranscriptionStarted",
    "realTimeTranscriptionRejected",
    "realTimeTranscriptionStopped",
    "realTimeTranscriptionAvailable",
]
CONFERENCES = [
    "conferenceCreated",
    "conferenceMemberJoin",
    "conferenceMemberExit",
    "conferenceRedirect",
    "conferenceCompleted",
    "conferenceRecordingAvailable",
    "conferenceMemberRecordingAvailable",
]
MESSAGES = [
    "message-received",
    "message-sending",
    "message-sent",
    "message-delivered",
    "message-failed",
    "message-read",
    "suggestion-response",
    "requested-location-response",
]
V1 = {"callUri", "conferenceUri", "recordingUri", "transcriptionUri", "messageUri", "time", "callState", "state"}
V1 |= {"gatherId", "dtmfDigit"}


def voice_status(payload: dict[str, Any], *, text: bool) -> int | None:
    """400 where the id of a known voice event cannot be read; None when it is no voice event."""
    kind = payload.get("eventType")
    if not isinstance(kind, str) or ("callId" not in payload and "conferenceId" not in payload):
        return None
    timeless = "eventTime" not in payload
    if timeless and (
        V1 & payload.keys() or (kind in ("recording", "transcription") and "applicationId" not in payload)
    ):
        return None
    wanted = "callId" if kind in CALLS else "conferenceId" if kind in CONFERENCES else None
    return None if wanted is None else 200 if isinstance(payload.get(wanted), str) else 400


def message_status(payload: dict[str, Any], *, text: bool) -> int | None:
    kind, message = payload.get("type"), payload.get("message")
    if kind not in MESSAGES:
        return None
    if text and isinstance(message, str):
        try:
            message = json.loads(message)
        except ValueError:
            return 200 if kind in ("message-delivered", "message-failed") and "platform" in payload else 400
    fields = message if isinstance(message, dict) else {"owner": 1}
    bare = fields.get("owner") is None and fields.get("direction") is None
    if kind in ("message-delivered", "message-failed") and ("platform" in payload or bare):
        return 200
    return 200 if isinstance(message, dict) and isinstance(message.get("id"), str) else 400


def object_status(payload: Any, *, element: bool = False, text: bool = False) -> int:
    if not isinstance(payload, dict):
        return 200
    if not element:
        status = voice_status(payload, text=text)
        if status is not None:
            return status
        if "message" not in payload:
            return 200
    return message_status(payload, text=text) or 200


def parameters_status(raw: bytes) -> int:
    pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)
    if not pairs:
        return 400
    payload: dict[str, Any] = {}
    for key, value in pairs:
        payload[key] = [value] if key in payload else value
    return object_status(payload, text=True)


def body_status(body: bytes, content_type: bytes) -> int:
    plain = body.removeprefix(b"\xef\xbb\xbf")
    if content_type.lower().startswith(b"application/x-www-form-urlencoded") and plain[:1] not in (b"{", b"[", b""):
        return parameters_status(plain)
    try:
        payload = json.loads(plain.decode())
    except (ValueError, RecursionError):
        return 400
    if isinstance(payload, list):
        return max([object_status(one, element=True) for one in payload], default=200)
    return object_status(payload) if isinstance(payload, dict) else 400


def expected_status(delivery: Delivery) -> int:
    headers: dict[bytes, bytes] = {}
    for name, value in delivery.headers:
        headers.setdefault(name, value)
    if delivery.method not in ("GET", "POST"):
        return 405
    if headers.get(b"authorization") != GOOD:
        return 401
    if len(delivery.body) > MAX_BODY:
        return 413
    if delivery.method == "GET":
        return parameters_status(delivery.query)
    return body_status(delivery.body, headers.get(b"content-type", b""))


words = st.sampled_from(
    [
        *CALLS,
        *CONFERENCES,
        *MESSAGES,
        *V1,
        "eventType",
        "type",
        "event",
        "callId",
        "conferenceId",
        "eventTime",
        "message",
        "id",
        "owner",
        "direction",
        "platform",
        "applicationId",
        "digits",
        "to",
        "channels",
        "c-1",
        "diversion",
        "transcription",
        "mediaStream",
        "startTime",
        "2026-11-20T10:00:00Z",
        "PT1S",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
events = st.fixed_dictionaries(
    {},
    optional={
        "eventType": st.sampled_from([*CALLS, *CONFERENCES]) | values,
        "type": st.sampled_from(MESSAGES) | values,
        "callId": st.just("c-1") | values,
        "conferenceId": st.just("conf-1") | values,
        "eventTime": st.just("2026-11-20T10:00:00Z") | values,
        "message": st.fixed_dictionaries({}, optional={"id": values, "owner": values, "to": values, "media": values}),
        "digits": values,
        "time": values,
        "platform": values,
        "applicationId": values,
        "machineDetectionResult": values,
        "transcription": values,
        "channels": values,
    },
).flatmap(lambda base: st.dictionaries(words, values, max_size=2).map(lambda more: {**more, **base}))
payloads = events | st.lists(events | values, max_size=4) | values
bodies = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=40).map(str.encode),
    payloads.map(lambda payload: json.dumps(payload).encode()),
    payloads.map(lambda payload: b"\xef\xbb\xbf" + json.dumps(payload, ensure_ascii=True).encode()),
    events.map(lambda payload: urlencode(payload).encode()),
    st.sampled_from([b"x" * (MAX_BODY + 1), b"[" * MAX_BODY, b'{"a":' * 500, b"1" * MAX_BODY, b"[]", b"{}"]),
)
queries = st.one_of(
    st.binary(max_size=60),
    events.map(lambda payload: urlencode(payload).encode()),
    events.map(lambda payload: "&".join(f"{k}={quote(json.dumps(v))}" for k, v in payload.items()).encode()),
)
names = st.sampled_from([b"authorization", b"content-type", b"content-length", b"x-a", b"expect"])
headers = st.lists(
    st.one_of(
        st.just((b"authorization", GOOD)),
        st.tuples(names, st.binary(max_size=30)),
        st.just((b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")),
    ),
    max_size=4,
)
authorized = headers.map(lambda given: [(b"authorization", GOOD), *given])
methods = st.sampled_from(["POST", "POST", "POST", "GET", "GET", "PUT", "HEAD"]) | st.text(max_size=5)
deliveries = st.builds(
    Delivery, methods, st.text(max_size=10).map("/".__add__), bodies, queries, authorized | authorized | headers
)


@pytest.fixture(scope="module")
def run() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def hooks() -> Webhooks:
    made = Webhooks(auth=BasicAuth("bandwidth", "s3cret"), max_body=MAX_BODY)

    @made.on(CallEvent)
    async def call(event: CallEvent) -> SpeakSentence:
        return SpeakSentence("Hello.")

    @made.on(ConferenceEvent)
    async def conference(event: ConferenceEvent) -> SpeakSentence:
        return SpeakSentence("Hello.")

    return made


@settings(deadline=None)  # measured below, without what hypothesis itself takes
@given(deliveries)
def test_every_delivery_is_answered_as_the_table_says(run: asyncio.Runner, hooks: Webhooks, delivery: Delivery) -> None:
    started = time.process_time()  # of this process: what else the machine does is not the app's
    reply: Reply = run.run(hooks.receive(delivery))
    assert time.process_time() - started < 1
    assert reply.status == expected_status(delivery)
    if reply.status >= 400:
        assert reply.content_type == "application/problem+json"
        assert json.loads(reply.body)["status"] == reply.status
    else:
        assert reply.content_type in (None, "application/xml")
