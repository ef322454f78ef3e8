"""A webhook receiver for Bandwidth voice and messaging: typed events in, safe BXML out."""

from webhooks.app import Webhooks
from webhooks.auth import AllowAll, Authenticator, BasicAuth
from webhooks.context import Context
from webhooks.deadline import Deadline
from webhooks.delivery import Delivery, Reply
from webhooks.errors import (
    BxmlError,
    DeadlineExceeded,
    DeliveryError,
    HandlerError,
    NotAuthenticated,
    StateConflict,
    StateError,
    UsageError,
    WebhooksError,
)
from webhooks.matching import Condition, cause, digits, from_, tag, text, to
from webhooks.routing import Router

__version__ = "0.1.0"

__all__ = [
    "AllowAll",
    "Authenticator",
    "BasicAuth",
    "BxmlError",
    "Condition",
    "Context",
    "Deadline",
    "DeadlineExceeded",
    "Delivery",
    "DeliveryError",
    "HandlerError",
    "NotAuthenticated",
    "Reply",
    "Router",
    "StateConflict",
    "StateError",
    "UsageError",
    "Webhooks",
    "WebhooksError",
    "cause",
    "digits",
    "from_",
    "tag",
    "text",
    "to",
]
