from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from webhooks.events import event_named
from webhooks.hooks import Details


class PrometheusHook:
    """Counts and times what happens; your app serves it, as with `prometheus_client.make_asgi_app()`."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self.replies = Counter("webhooks_replies", "Events replied to", ["event_type", "status"], registry=registry)
        self.seconds = Histogram("webhooks_seconds", "From delivery to reply", ["event_type"], registry=registry)
        self.failures = Counter("webhooks_failures", "Handlers that failed", ["handler", "error"], registry=registry)
        self.refused = Counter("webhooks_refused", "Deliveries not let in", ["status"], registry=registry)

    def __call__(self, details: Details) -> None:
        # A type that nobody documents would make a label of its own; whoever delivers could make many.
        name = details.event_type or ""
        known = name if event_named(name) else "other"
        if details.what == "replied":
            self.replies.labels(known, details.status).inc()
            self.seconds.labels(known).observe(details.seconds)
        elif details.what in {"failed", "timed out"}:
            self.failures.labels(details.handler, details.error).inc()
        elif details.what == "refused":
            self.refused.labels(details.status).inc()
