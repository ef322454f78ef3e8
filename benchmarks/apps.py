"""The contestants of `receive.py`: the same bytes out, with and without the framework."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Document, Gather, SpeakSentence
from webhooks.events import AnswerEvent

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
        "callId": "c-95ac8d6e-1a31c52e-b38f-4198-93c1-516000000000",
        "callUrl": "https://voice.example.com/api/v2/accounts/5500100/calls/c-95ac8d6e-1a31c52e-b38f-4198-93c1",
        "enqueuedTime": "2026-11-20T10:00:00.100Z",
        "startTime": "2026-11-20T10:00:00.000Z",
        "answerTime": "2026-11-20T10:00:02.400Z",
        "tag": "example-tag",
    }
).encode()

CALL = b"000000000"
"""Of its call id, what each delivery has a number instead of: the same one again would be a repeat."""

hooks = Webhooks(auth=BasicAuth(USER, PASSWORD))


@hooks.on(AnswerEvent)
async def answered(call: AnswerEvent) -> Document:
    return Document(
        SpeakSentence("Thank you for calling."),
        Gather(SpeakSentence("Press 1 for sales, 2 for support."), gather_url="/menu", max_digits=1),
    )


BXML = (
    b'<?xml version="1.0" encoding="UTF-8"?><Response><SpeakSentence>Thank you for calling.</SpeakSentence>'
    b'<Gather gatherUrl="/menu" maxDigits="1"><SpeakSentence>Press 1 for sales, 2 for support.</SpeakSentence></Gather>'
    b"</Response>"
)


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """What an ASGI framework cannot be faster than: read the body, send the same bytes."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"%d" % len(BXML)), (b"content-type", b"application/xml")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BXML})
