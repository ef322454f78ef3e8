import asyncio
from base64 import b64decode
from typing import Any

from app import hooks

from webhooks import Delivery

runner = asyncio.Runner()  # one loop for all invocations of this process


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    body = (event["body"] or "").encode()
    delivery = Delivery.of(
        b64decode(body) if event["isBase64Encoded"] else body,
        path=event["path"],
        method=event["httpMethod"],
        query="&".join(f"{name}={value}" for name, value in event["queryStringParameters"].items()),
        headers=event["headers"],
    )
    reply = runner.run(hooks.receive(delivery))
    headers = dict(reply.headers)
    if reply.content_type is not None:
        headers["Content-Type"] = reply.content_type
    return {"statusCode": reply.status, "headers": headers, "body": reply.body.decode(), "isBase64Encoded": False}
