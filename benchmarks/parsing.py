"""Parsing an answer event: ours, a tagged union of msgspec's, and bandwidth-sdk's `from_json`.

python benchmarks/parsing.py
"""

from __future__ import annotations

import statistics
import sys
import timeit
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from bandwidth.models.answer_callback import AnswerCallback
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

sys.path.insert(0, str(Path(__file__).parent))
from deliveries import ANSWER
from report import Section

from webhooks import Delivery
from webhooks.parsing import parse


class Call(msgspec.Struct, rename="camel", tag_field="eventType", frozen=True, kw_only=True):
    """The fields that the payload has, with the types that ours have."""

    event_time: datetime
    account_id: str
    application_id: str
    from_: str = msgspec.field(name="from")
    to: str
    direction: str
    call_id: str
    call_url: str
    enqueued_time: datetime | None = None
    start_time: datetime | None = None
    answer_time: datetime | None = None
    tag: str | None = None


class Plain(BaseModel):
    """The same in pydantic, of one event alone: what ours stands on."""

    model_config = ConfigDict(extra="allow", frozen=True)

    eventType: str
    eventTime: AwareDatetime
    accountId: str
    applicationId: str
    from_: str = Field(alias="from")
    to: str
    direction: str
    callId: str
    callUrl: str
    enqueuedTime: AwareDatetime | None = None
    startTime: AwareDatetime | None = None
    answerTime: AwareDatetime | None = None
    tag: str | None = None


class Initiate(Call, tag="initiate"): ...


class Answer(Call, tag="answer"): ...


class Gather(Call, tag="gather"):
    digits: str = ""


class Disconnect(Call, tag="disconnect"):
    cause: str = ""


def contestants() -> Mapping[str, Callable[[], object]]:
    """By name, msgspec first."""
    delivery, text = Delivery.of(ANSWER), ANSWER.decode()
    decoder = msgspec.json.Decoder(Initiate | Answer | Gather | Disconnect)
    plain = TypeAdapter(Plain).validator
    return {
        "msgspec, tagged union of 4": lambda: decoder.decode(ANSWER),
        "pydantic, one model": lambda: plain.validate_json(ANSWER),
        "webhooks, all 37 events": lambda: parse(delivery),
        "bandwidth-sdk, from_json": lambda: AnswerCallback.from_json(text),
    }


def section() -> Section:
    """Medians, in turns."""
    found: dict[str, list[float]] = {name: [] for name in contestants()}
    for _ in range(9):
        for name, run in contestants().items():
            found[name].append(timeit.timeit(run, number=2000) / 2000 * 1e6)
    medians = {name: statistics.median(values) for name, values in found.items()}
    base = medians["msgspec, tagged union of 4"]
    rows = [(name, f"{median:.2f}", f"{median / base:.2f}") for name, median in medians.items()]
    how = "An answer event of 13 fields, four of them times. Ours keeps unknown fields and odd values."
    return Section("Parsing", how, ("who", "us", "times msgspec"), rows)


if __name__ == "__main__":
    print(section().markdown())
