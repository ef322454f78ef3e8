from __future__ import annotations

import sys
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.apps import answer, app, message, payload
from webhooks import UsageError, Webhooks
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent, MessageReceivedEvent
from webhooks.hooks import Details, OtelHook


class Telemetry:
    def __init__(self) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.traces, self.meters = TracerProvider(), MeterProvider([self.reader])
        self.traces.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.hook = OtelHook(tracer_provider=self.traces, meter_provider=self.meters)

    @property
    def spans(self) -> Any:
        return self.exporter.get_finished_spans()

    def counted(self) -> dict[tuple[str, Any], Any]:
        data: Any = self.reader.get_metrics_data()
        return {
            (metric.name, tuple(sorted(point.attributes.values(), key=str))): getattr(point, "value", None)
            or point.count
            for metric in data.resource_metrics[0].scope_metrics[0].metrics
            for point in metric.data.data_points
        }


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def answering(telemetry: Telemetry) -> Webhooks:
    hooks = app(hooks=[telemetry.hook])

    @hooks.on(InitiateEvent)
    async def welcome(call: InitiateEvent) -> Hangup:
        with telemetry.traces.get_tracer("app").start_as_current_span("inside"):
            return Hangup()

    @hooks.on(MessageReceivedEvent)
    async def broken(event: MessageReceivedEvent) -> None:
        raise ValueError("+19195550100")

    return hooks


async def test_an_event_is_a_span_with_the_handlers_own_inside(telemetry: Telemetry) -> None:
    await answer(answering(telemetry), payload("initiate"))
    inside, span = telemetry.spans
    assert (span.name, span.kind) == ("initiate", trace.SpanKind.CONSUMER)
    assert inside.parent.span_id == span.context.span_id
    attributes = dict(span.attributes)
    assert attributes["webhooks.correlation_id"] == "c-1"
    assert attributes["webhooks.verbs"] == ("Hangup",)
    assert attributes["webhooks.handler"].endswith("welcome")
    assert 13 < attributes["webhooks.time_left"] < 14
    assert attributes["http.response.status_code"] == 200
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_a_failure_is_an_error_and_is_counted(telemetry: Telemetry) -> None:
    await answer(answering(telemetry), [message(), message()])
    assert [span.status.status_code for span in telemetry.spans] == [trace.StatusCode.ERROR] * 2
    counted = telemetry.counted()
    assert counted["webhooks.events", (500, "message-received", "messaging")] == 2
    assert counted["webhooks.duration", ("message-received", "messaging")] == 2
    ((_, failure),) = [(name, labels) for name, labels in counted if name == "webhooks.failures"]
    assert "ValueError" in failure
    assert "+1919" not in repr([span.to_json() for span in telemetry.spans]) + repr(counted)


async def test_what_is_refused_is_counted_and_makes_no_span(telemetry: Telemetry) -> None:
    await answer(answering(telemetry), b"x")
    assert telemetry.counted() == {("webhooks.refused", (400,)): 1}
    assert telemetry.spans == ()


async def test_a_type_that_nobody_documents_makes_no_label(telemetry: Telemetry) -> None:
    await answer(answering(telemetry), payload("somethingNew"))
    assert [span.name for span in telemetry.spans] == ["_OTHER"]
    assert telemetry.counted()["webhooks.events", (200, "_OTHER", "voice")] == 1


def test_a_reply_that_nothing_came_before_is_counted_only(telemetry: Telemetry) -> None:
    telemetry.hook(Details("replied", "/", 0.1, "gather", "voice", "c-1", None, 200))
    assert telemetry.spans == ()
    assert telemetry.counted()["webhooks.events", (200, "gather", "voice")] == 1


def test_without_opentelemetry_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(UsageError, match=r"pip install \"bandwidth-webhooks\[otel\]\""):
        OtelHook()
