"""Where deliveries go, and those that wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Address", "Application", "Ask"]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a delivery goes."""

    url: str
    method: str = "POST"
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    """User name and password, sent when the app asks for them."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An event to deliver, and where."""

    payload: Mapping[str, object]
    to: Address
    fallback: Address | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """What Bandwidth's dashboard holds about the app under test."""

    main: Address
    """Where calls and messages are announced, and relative URLs begin."""
    fallback: Address | None = None
    """For `initiate` and `answer`, when nothing comes from the first."""
    status: Address | None = None
    """For `disconnect`; the main address, when None."""
