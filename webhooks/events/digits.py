"""Events of keys pressed: a Gather that finished, and single digits after StartGather."""

from typing import Literal

from pydantic import Field

from webhooks.events._base import CallEvent
from webhooks.events._fields import CallNotification, LegFields

__all__ = ["DtmfEvent", "GatherEvent"]


class GatherEvent(LegFields, CallEvent):
    """A Gather finished, also when no key was pressed (voice/webhooks/gather)."""

    event_type: Literal["gather"]
    digits: str | None = Field(default=None, description="keys pressed, without the terminating one; may be empty")
    terminating_digit: str | None = Field(
        default=None, description="the key that ended the gather; empty when none did"
    )


class DtmfEvent(LegFields, CallNotification):
    """One key was pressed after StartGather (voice/webhooks/dtmf)."""

    event_type: Literal["dtmf"]
    digit: str | None = Field(default=None, description="the key")
