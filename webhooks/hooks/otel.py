"""OpenTelemetry: a span for each event, and metrics. The extra `otel` is its API; your app brings the SDK."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, NamedTuple

from webhooks.errors import UsageError
from webhooks.events.catalogue import BY_TYPE
from webhooks.hooks.base import Details

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

__all__ = ["OtelHook"]

_KNOWN = frozenset(event_type for _, event_type in BY_TYPE)
# As OpenTelemetry's own conventions call what is in no list.
_OTHER = "_OTHER"


class _Begun(NamedTuple):
    span: Span
    token: Token[Context]


_current: ContextVar[_Begun | None] = ContextVar("webhooks_span", default=None)


class OtelHook:
    """A span for each event, which spans of the handler's own are inside of, and these metrics:

    - `webhooks.events`: events that were replied to, by event type, family and status.
    - `webhooks.duration`: seconds from a delivery's arrival to the reply to an event, by event type and family.
    - `webhooks.failures`: handlers that raised or were late, by event type, handler and class of error.
    - `webhooks.refused`: deliveries that were not let in, by status.

    A type that Bandwidth does not document counts as `_OTHER`, so that nobody who delivers can make new labels.

    Args:
        tracer_provider: the global one when None.
        meter_provider: the global one when None.

    Raises:
        UsageError: OpenTelemetry is not installed.
    """

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        try:
            from opentelemetry import context, metrics, trace
        except ImportError:
            raise UsageError('OtelHook needs OpenTelemetry: pip install "bandwidth-webhooks[otel]"') from None
        self._trace, self._context = trace, context
        self._tracer = trace.get_tracer("webhooks", tracer_provider=tracer_provider)
        meter = metrics.get_meter("webhooks", meter_provider=meter_provider)
        self._events = meter.create_counter("webhooks.events", "{event}", "events that were replied to")
        self._failures = meter.create_counter("webhooks.failures", "{failure}", "handlers that raised or were late")
        self._refused = meter.create_counter("webhooks.refused", "{delivery}", "deliveries that were not let in")
        self._duration = meter.create_histogram("webhooks.duration", "s", "from a delivery's arrival to the reply")

    def __call__(self, details: Details, /) -> None:
        """Be told."""
        if details.what == "refused":
            self._refused.add(1, {"http.response.status_code": details.status or 0})
        elif details.what == "replied":
            self._reply(details)
        else:
            begun = _current.get() or self._begin(details)
            if details.handler is not None:
                begun.span.set_attribute("webhooks.handler", details.handler)
            if details.error is not None:
                self._fail(details, begun.span)

    def _begin(self, details: Details) -> _Begun:
        """Received; or matched, when it was received long before and waited in an inbox."""
        facts = {"webhooks.event_type": details.event_type, "webhooks.correlation_id": details.correlation_id}
        attributes = {name: value for name, value in facts.items() if value is not None}
        span = self._tracer.start_span(
            _label(details),
            kind=self._trace.SpanKind.CONSUMER,
            attributes={**attributes, "webhooks.attempt": details.attempt},
        )
        token = self._context.attach(self._trace.set_span_in_context(span))
        begun = _Begun(span, token)
        _current.set(begun)
        return begun

    def _fail(self, details: Details, span: Span) -> None:
        error = details.error or ""
        span.set_status(self._trace.StatusCode.ERROR, f"{details.what}: {error}")
        self._failures.add(
            1, {"webhooks.event_type": _label(details), "webhooks.handler": details.handler or "", "error.type": error}
        )

    def _reply(self, details: Details) -> None:
        labels = {"webhooks.event_type": _label(details), "webhooks.family": details.family or ""}
        self._events.add(1, {**labels, "http.response.status_code": details.status or 0})
        self._duration.record(details.seconds, labels)
        begun = _current.get()
        if begun is None:
            return
        begun.span.set_attribute("http.response.status_code", details.status or 0)
        begun.span.set_attribute("webhooks.verbs", details.verbs)
        if details.time_left is not None:
            begun.span.set_attribute("webhooks.time_left", details.time_left)
        begun.span.end()
        self._context.detach(begun.token)
        _current.set(None)


def _label(details: Details) -> str:
    return details.event_type if details.event_type in _KNOWN and details.event_type else _OTHER
