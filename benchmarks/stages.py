"""What each stage of a delivery costs in process, so that a regression names its stage.

    python benchmarks/stages.py

Microseconds, medians. `instructions.py` counts the same stages under callgrind.
"""

from __future__ import annotations

import statistics
import sys
import timeit
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from apps import answered, hooks
from deliveries import ANSWER, AUTHORIZATION, BXML, PASSWORD, USER
from report import Section

from webhooks import BasicAuth, Delivery
from webhooks.asgi import serve
from webhooks.bxml import Document
from webhooks.delivery import Reply
from webhooks.events import AnswerEvent
from webhooks.hints import Hints
from webhooks.parsing import parse
from webhooks.reply import compose
from webhooks.routing import Links, Table
from webhooks.rules import check

Stage = Callable[[], object]


class _Answers:
    """Stands for the receiver, so that the shell around it is measured alone."""

    needs_body = False
    max_body = 2**20

    def __init__(self) -> None:
        self.reply = Reply(200, BXML, "application/xml")

    def refuse(self, delivery: Delivery) -> None: ...

    async def answer(self, delivery: Delivery) -> Reply:
        return self.reply


def ran(made: Callable[[], Any]) -> Stage:
    """A coroutine that never waits, run to its end."""

    def run() -> object:
        try:
            made().send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("it waits")

    return run


def stages() -> Mapping[str, Stage]:
    """By name, in the order in which a delivery passes them."""
    delivery = Delivery.of(ANSWER, headers={"host": "localhost", "authorization": AUTHORIZATION})
    auth = BasicAuth(USER, PASSWORD)
    table, hints = Table(hooks.routes()), Hints()
    link = Links(table, "")
    (event,) = parse(delivery)
    document = answered_by(event)
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": delivery.headers}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": ANSWER, "more_body": False}

    async def send(message: Any) -> None: ...

    receiver: Any = _Answers()
    return {
        "shell": ran(lambda: serve(receiver, scope, receive, send)),
        "authenticate": lambda: auth(delivery),
        "parse": lambda: parse(delivery),
        "match": lambda: table.match(event, "/"),
        "handle": ran(lambda: answered(event)),
        "check": lambda: check(document.verbs, event),
        "write": document.to_bytes,
        "reply": lambda: compose(document, event, "answered", link, hints),
    }


def answered_by(event: Any) -> Document:
    """What the handler returns."""
    assert isinstance(event, AnswerEvent)
    document = ran(lambda: answered(event))()
    assert isinstance(document, Document)
    return document


def section() -> Section:
    """Medians."""
    rows = [(name, f"{microseconds(stage):.2f}") for name, stage in stages().items()]
    how = "In process, without a server. `shell` reads the body and sends the reply; `reply` is check and write in one."
    return Section("Stages of a delivery", how, ("stage", "us"), rows)


def microseconds(stage: Stage) -> float:
    return statistics.median(timeit.repeat(stage, repeat=9, number=5000)) / 5000 * 1e6


if __name__ == "__main__":
    print(section().markdown())
