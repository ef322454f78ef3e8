"""From what a handler returned to the HTTP answer; and from a refusal to the problem that the sender is told."""

from __future__ import annotations

import json
import re
from collections.abc import Coroutine, Sequence
from typing import cast

from webhooks.bxml import Document, LinkTo, Verb
from webhooks.bxml.foreign import document_of, is_foreign
from webhooks.delivery import BXML, EMPTY, Reply
from webhooks.errors import BxmlError, DeliveryError, UsageError
from webhooks.events import Event
from webhooks.hints import Hints
from webhooks.rules import ALLOWED, check, keeps_all

__all__ = ["FAILED", "compose", "refusal"]

_PROBLEM = "application/problem+json"


def compose(result: object, event: Event | type[Event], handler: str, link: LinkTo, hints: Hints) -> Reply:
    """The reply for what the handler called `handler` returned for an `event`, or for any event of a class.

    Raises:
        UsageError: it is nothing that can be sent, or the document breaks a rule of Bandwidth's.
    """
    if result is None:
        return EMPTY
    kind = event if isinstance(event, type) else event.__class__
    if kind not in ALLOWED:
        if isinstance(result, Reply):
            return _sendable(result, f'handler "{handler}" returned a Reply')
        # The work is done: an error here would make Bandwidth deliver again, and the handler do it twice.
        hints.ignored_result(handler, kind)
        return EMPTY
    if isinstance(result, Document):
        document = cast("Document[Verb]", result)
    elif isinstance(result, Reply):
        return _sendable(result, f'handler "{handler}" returned a Reply')
    else:
        document = _document(result, handler)
    verbs = document.verbs
    if not keeps_all(kind, tuple(map(type, verbs))):
        for violation in check(verbs, event):
            if violation.severity == "error":
                raise BxmlError(f'handler "{handler}": {violation.sentence} ({violation.page}).')
            hints.violation(handler, kind, violation.sentence, violation.page)
    return Reply(200, document.to_bytes(link), BXML)


def _document(result: object, handler: str) -> Document[Verb]:
    if isinstance(result, Verb):
        return Document(result)
    if is_foreign(result):
        return document_of(result)
    if isinstance(result, Sequence) and not isinstance(result, (str, bytes)):
        parts = cast("Sequence[Verb]", result)
        return Document(*(verb for part in parts for verb in (document_of(part) if is_foreign(part) else (part,))))
    hint = " To speak it, return SpeakSentence(...)." if isinstance(result, str) else ""
    kind = type(result).__name__
    if isinstance(result, Coroutine):
        hint = " Await it: `return await ...`."
        result.close()  # or Python warns of it, where nobody can tell whose it is
    raise UsageError(
        f'handler "{handler}" returned {kind}, expected a Document, a verb, a list of verbs, a Reply or None.{hint}'
    )


# RFC 9110, 5.1 and 5.5: nothing that could end the line and begin another header.
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def _sendable(reply: Reply, what: str) -> Reply:
    """A reply that a user's code made, when HTTP can carry it: the server would find out when it is too late to answer.

    Raises:
        UsageError: it cannot; the message begins with `what` and names the part.
    """
    named = (("content-type", reply.content_type or ""), *reply.headers)
    wrong = [name for name, value in named if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value)]
    if wrong:
        part = f'the header "{wrong[0]}", expected plain Latin-1 text'
    elif not isinstance(reply.body, bytes):
        part = f"a body of type {type(reply.body).__name__}, expected bytes; encode it"
    elif not isinstance(reply.status, int) or not 200 <= reply.status <= 599:
        part = f"status {reply.status!r}, expected 200 to 599"
    else:
        return reply
    raise UsageError(f"{what} with {part}.")


def refusal(error: DeliveryError) -> Reply:
    """What a sender is told whose delivery is refused (RFC 9457): where and what, never a value of the payload.

    Raises:
        UsageError: the status or a header of somebody's own error cannot be sent.
    """
    body: dict[str, object] = {"title": error.title, "status": error.status, "detail": error.args[0]}
    if error.problems:
        body["problems"] = [{"field": one.field, "message": one.message} for one in error.problems]
    reply = Reply(error.status, json.dumps(body).encode(), _PROBLEM, tuple(error.headers.items()))
    return _sendable(reply, f"{type(error).__name__} refused a delivery")


FAILED = Reply(
    500,
    b'{"title": "Internal Server Error", "status": 500, "detail": "the handler of this event failed"}',
    _PROBLEM,
)
"""The answer when a handler failed and nothing else is to be said: Bandwidth tries the fallback URL."""
