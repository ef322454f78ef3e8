"""Events of Transfer and Bridge: legs that are answered, end, or leave."""

from typing import Literal

from pydantic import Field

from webhooks.events._base import CallEvent
from webhooks.events._fields import (
    AnsweredFields,
    CallNotification,
    EndedFields,
    LegFields,
    Time,
    TransferFields,
)

__all__ = [
    "BridgeCompleteEvent",
    "BridgeTargetCompleteEvent",
    "TransferAnswerEvent",
    "TransferCompleteEvent",
    "TransferDisconnectEvent",
]


class TransferAnswerEvent(LegFields, CallEvent):
    """A destination of Transfer answered; the BXML runs for that leg only (voice/webhooks/transferAnswer)."""

    event_type: Literal["transferAnswer"]
    transfer_call_id: str | None = Field(default=None, description="another document's name for `parentCallId`")


class TransferCompleteEvent(EndedFields, TransferFields, AnsweredFields, CallEvent):
    """A Transfer ended and the original call is still up (voice/webhooks/transferComplete)."""

    event_type: Literal["transferComplete"]


class TransferDisconnectEvent(EndedFields, LegFields, CallNotification):
    """A leg of a Transfer ended, for whatever reason (voice/webhooks/transferDisconnect)."""

    event_type: Literal["transferDisconnect"]
    end_time: Time | None = Field(default=None, description="end of the leg")
    transfer_call_id: str | None = Field(default=None, description="another document's name for `parentCallId`")


class BridgeCompleteEvent(EndedFields, TransferFields, AnsweredFields, CallEvent):
    """The bridge's target left, or bridging failed (voice/webhooks/bridgeComplete)."""

    event_type: Literal["bridgeComplete"]


class BridgeTargetCompleteEvent(AnsweredFields, CallEvent):
    """The bridge's originator left; the target waits for BXML (voice/webhooks/bridgeTargetComplete)."""

    event_type: Literal["bridgeTargetComplete"]
