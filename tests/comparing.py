"""Whether an event came back as it was sent. Times are compared as instants, everything else as it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from webhooks.events import Event

PAYLOADS = Path(__file__).parent / "payloads"


def dumped(event: Event) -> Any:
    """What an event gives back."""
    return event.model_dump(mode="json", by_alias=True, exclude_unset=True)


def differences(came: Any, sent: Any, *, text: bool = False, at: str = "") -> list[str]:
    """The places where what came back is not what was sent. `text`: it was sent in a query, where all is text."""
    if text and isinstance(sent, str) and not isinstance(came, str):
        try:
            return differences(came, json.loads(sent), at=at)
        except ValueError:
            return [at]
    if isinstance(came, dict) and isinstance(sent, dict):
        missing = [f"{at}.{key}" for key in came.keys() ^ sent.keys()]
        both = came.keys() & sent.keys()
        return missing + [d for key in both for d in differences(came[key], sent[key], text=text, at=f"{at}.{key}")]
    if isinstance(came, list) and isinstance(sent, list) and len(came) == len(sent):
        return [
            d
            for index, pair in enumerate(zip(came, sent, strict=True))
            for d in differences(*pair, text=text, at=f"{at}[{index}]")
        ]
    if came == sent and isinstance(came, bool) == isinstance(sent, bool):
        return []
    return [] if _instant(came) is not None and _instant(came) == _instant(sent) else [at or "the whole"]


def _instant(value: Any) -> datetime | None:
    """A second reading of times, by the standard library; UTC where no zone is given."""
    if not isinstance(value, str) or len(value) < len("2026-01-01T00:00"):
        return None
    try:
        when = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
