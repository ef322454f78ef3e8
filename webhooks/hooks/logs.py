"""A log record for each thing that happened."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict

from webhooks.hooks.base import Details, Happening

__all__ = ["LogHook"]

_LEVELS: Mapping[Happening, int] = {
    "received": logging.DEBUG,
    "matched": logging.DEBUG,
    "refused": logging.INFO,
    "replied": logging.INFO,
    "failed": logging.INFO,
    "timed out": logging.INFO,
}


class LogHook:
    """Logs what happened: one line for each answer at INFO, the steps before it at DEBUG.

    The record has the details as attributes too, `webhooks_event_type` and so on, for those who log JSON. Failures are
    logged by the app itself, so here they are INFO.

    Args:
        logger: where to; `webhooks.hooks` when none is given.
    """

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("webhooks.hooks")

    def __call__(self, details: Details, /) -> None:
        """Be told."""
        level = _LEVELS[details.what]
        if not self._logger.isEnabledFor(level):
            return
        extra = {f"webhooks_{name}": value for name, value in asdict(details).items()}
        self._logger.log(level, _sentence(details), extra=extra)


def _sentence(details: Details) -> str:
    facts = [details.what, details.event_type, details.correlation_id, f"at {details.path}"]
    if details.handler is not None:
        facts.append(f"by {details.handler}")
    if details.status is not None:
        facts.append(f"with {details.status}")
    if details.verbs:
        facts.append(f"({', '.join(details.verbs)})")
    if details.error is not None:
        facts.append(f"({details.error})")
    return " ".join(filter(None, facts)) + f" after {details.seconds * 1000:.1f} ms"
