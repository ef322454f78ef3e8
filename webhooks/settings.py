"""The only place that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from webhooks.errors import UsageError

__all__ = ["PASSWORD", "USERNAME", "credentials_from"]

USERNAME = "BANDWIDTH_WEBHOOK_USERNAME"
PASSWORD = "BANDWIDTH_WEBHOOK_PASSWORD"  # noqa: S105 - the name of a variable, not a password
_PREVIOUS = "_PREVIOUS"


def credentials_from(environ: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """The credentials in force, and the previous pair while `..._PREVIOUS` variables hold one (rotation).

    Raises:
        UsageError: a variable is missing or empty; the message names it.
    """
    values = os.environ if environ is None else environ
    pairs = [_pair(values, "")]
    if values.get(USERNAME + _PREVIOUS) or values.get(PASSWORD + _PREVIOUS):
        pairs.append(_pair(values, _PREVIOUS))
    return pairs


def _pair(values: Mapping[str, str], suffix: str) -> tuple[str, str]:
    missing = [name + suffix for name in (USERNAME, PASSWORD) if not values.get(name + suffix)]
    if missing:
        raise UsageError(
            f"{' and '.join(missing)} not set in the environment: set both to the user name and password "
            "that the Bandwidth application sends with its callbacks."
        )
    return values[USERNAME + suffix], values[PASSWORD + suffix]
