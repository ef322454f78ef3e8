"""What is delivered to the contestants, and what they answer."""

from __future__ import annotations

import json
from base64 import b64encode

USER, PASSWORD = "bandwidth", "s3cret"
AUTHORIZATION = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()

ANSWER = json.dumps(
    {
        "eventType": "answer",
        "eventTime": "2026-11-20T10:00:02.435Z",
        "accountId": "5500100",
        "applicationId": "7fc9698a-b04a-468b-9e8f-91238c0d0086",
        "from": "+19195550100",
        "to": "+19195550101",
        "direction": "outbound",
        "callId": "c-95ac8d6e-1a31c52e-b38f-4198-93c1-000000000000",
        "callUrl": "https://voice.example.com/api/v2/accounts/5500100/calls/c-95ac8d6e-1a31c52e-b38f-4198-93c1",
        "enqueuedTime": "2026-11-20T10:00:00.100Z",
        "startTime": "2026-11-20T10:00:00.000Z",
        "answerTime": "2026-11-20T10:00:02.400Z",
        "tag": "example-tag",
    }
).encode()

DISCONNECT = ANSWER.replace(b'"answer"', b'"disconnect"', 1)
MESSAGE = {
    "type": "message-delivered",
    "time": "2026-11-20T10:00:02.435Z",
    "description": "ok",
    "to": "+19195550101",
    "message": {
        "id": "14799920abcd000000000000",
        "owner": "+19195550100",
        "applicationId": "7fc9698a-b04a-468b-9e8f-91238c0d0086",
        "time": "2026-11-20T10:00:00.100Z",
        "segmentCount": 1,
        "direction": "out",
        "to": ["+19195550101"],
        "from": "+19195550100",
        "text": "",
        "tag": "example-tag",
    },
}


def messages(count: int) -> bytes:
    """An array of so many messages."""
    return json.dumps([MESSAGE] * count).encode()


ONE_MESSAGE = messages(1)


BXML = (
    b'<?xml version="1.0" encoding="UTF-8"?><Response><SpeakSentence>Thank you for calling.</SpeakSentence>'
    b'<Gather gatherUrl="/menu" maxDigits="1"><SpeakSentence>Press 1 for sales, 2 for support.</SpeakSentence></Gather>'
    b"</Response>"
)
