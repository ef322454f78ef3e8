"""Events of a call's life: initiate, answer, redirect, disconnect and machine detection."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from webhooks.events._base import CallEvent, WireModel
from webhooks.events._fields import (
    AnsweredFields,
    CallFields,
    CallNotification,
    EndedFields,
    Known,
    LegFields,
    Time,
    read_duration,
)

__all__ = [
    "AnswerEvent",
    "DisconnectEvent",
    "Diversion",
    "InitiateEvent",
    "MachineDetectionCompleteEvent",
    "MachineDetectionResult",
    "RedirectEvent",
    "ReferCompleteEvent",
    "StirShaken",
]


class Diversion(WireModel):
    """The latest SIP Diversion header; keys and values are open (voice/webhooks/initiate)."""

    orig_to: str | None = Field(default=None, description="last number the call was diverted from")
    reason: (
        Annotated[
            str,
            Known.of(
                "unknown",
                "user-busy",
                "no-answer",
                "unavailable",
                "unconditional",
                "time-of-day",
                "do-not-disturb",
                "deflection",
                "follow-me",
                "out-of-service",
                "away",
            ),
        ]
        | None
    ) = Field(default=None, description="why the call was diverted")
    privacy: Annotated[str, Known.of("off", "full")] | None = Field(default=None, description="privacy marker")
    screen: Annotated[str, Known.of("no", "yes")] | None = Field(
        default=None, description="whether the number came from the network (yes) or the user (no)"
    )
    counter: str | None = Field(default=None, description="number of diversions, as text")
    limit: str | None = Field(default=None, description="most diversions allowed, as text")
    unknown: str | None = Field(default=None, description="an unlisted key that Bandwidth's own examples carry")


class StirShaken(WireModel):
    """What the network says about the caller id (voice/webhooks/initiate)."""

    verstat: (
        Annotated[
            str,
            Known.of(
                "TN-Verification-Passed",
                "TN-Verification-Failed",
                "TN-Validation-Passed",
                "TN-Validation-Failed",
            ),
        ]
        | None
    ) = Field(default=None, description="outcome of the verification; spelling and capitals vary, see `passed`")
    attestation_indicator: Annotated[str, Known.of("A", "B", "C")] | None = Field(
        default=None, description="attestation level"
    )
    originating_id: str | None = Field(default=None, description="origination id")

    @property
    def passed(self) -> bool | None:
        """Whether the caller id was verified; None when the network did not say. Sources spell the value four ways."""
        outcome = (self.verstat or "").casefold()
        return True if outcome.endswith("-passed") else False if outcome.endswith("-failed") else None


class MachineDetectionResult(WireModel):
    """Who answered an outbound call (voice/machineDetectionGuide)."""

    value: (
        Annotated[
            str,
            Known.of("answering-machine", "human", "tone-detected", "silence", "timeout", "error"),
        ]
        | None
    ) = Field(default=None, description="who or what answered; an open list")
    duration: str | None = Field(default=None, description="time the detection took, ISO 8601 text; see `length`")

    @property
    def length(self) -> timedelta | None:
        """`duration` as a timedelta."""
        return read_duration(self.duration)


class InitiateEvent(CallFields, CallEvent):
    """An inbound call arrived; the answer decides what happens to it (voice/webhooks/initiate)."""

    event_type: Literal["initiate"]
    uui: str | None = Field(default=None, description="User-To-User values, comma-separated, at most 256 characters")
    diversion: Diversion | None = Field(default=None, description="latest SIP Diversion header")
    stir_shaken: StirShaken | None = Field(default=None, description="verification of the caller id")
    sip_call_id: str | None = Field(default=None, description="SIP Call-ID of the dialog")
    sip_headers: dict[str, str] | None = Field(
        default=None, description="X- headers of the INVITE, lower-case keys; inbound SIP URI calls only"
    )


class AnswerEvent(AnsweredFields, CallEvent):
    """An outbound call was answered; machine detection in `sync` mode delays it (voice/webhooks/answer)."""

    event_type: Literal["answer"]
    machine_detection_result: MachineDetectionResult | None = Field(default=None, description="who answered")
    sip_call_id: str | None = Field(default=None, description="SIP Call-ID of the dialog")
    privacy: bool | None = Field(default=None, description="the caller wants privacy; `from_` still holds the number")
    caller_display_name: str | None = Field(default=None, description="display name, at most 256 characters")


class RedirectEvent(LegFields, CallEvent):
    """A Redirect verb ran, or the call was updated over REST, and new BXML is wanted (voice/webhooks/redirect)."""

    event_type: Literal["redirect"]


class ReferCompleteEvent(AnsweredFields, CallEvent):
    """A SIP REFER finished (voice/programmable-voice/webhooks/referComplete, 2026)."""

    event_type: Literal["referComplete"]
    refer_call_status: Annotated[str, Known.of("success", "failure")] | None = Field(
        default=None, description="outcome of the REFER"
    )
    refer_sip_response_code: int | None = Field(default=None, description="SIP answer to the REFER: 202, 405, 603")
    notify_sip_response_code: int | None = Field(
        default=None, description="final SIP code from NOTIFY; absent after 30 s or when the REFER was rejected"
    )
    refer_to: str | None = Field(default=None, description="SIP URI referred to")


class DisconnectEvent(EndedFields, AnsweredFields, CallNotification):
    """The call ended (voice/webhooks/disconnect)."""

    event_type: Literal["disconnect"]
    end_time: Time | None = Field(default=None, description="end of the call")
    sip_call_id: str | None = Field(default=None, description="SIP Call-ID of the dialog")
    sip_response_code: int | None = Field(default=None, description="SIP status of a rejected outbound INVITE")


class MachineDetectionCompleteEvent(AnsweredFields, CallNotification):
    """The verdict of `async` machine detection; act by REST (voice/webhooks/machineDetectionComplete)."""

    event_type: Literal["machineDetectionComplete"]
    machine_detection_result: MachineDetectionResult | None = Field(default=None, description="who answered")
