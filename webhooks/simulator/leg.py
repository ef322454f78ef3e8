"""What Bandwidth knows about one call, and the ways in which what it does can be interrupted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from webhooks.bxml import Verb
from webhooks.events import Event
from webhooks.simulator.addresses import Address, Application, Ask
from webhooks.simulator.background import Recording, Stream
from webhooks.simulator.clock import Clock, Process, Signal

__all__ = ["Ended", "Interrupted", "Leg", "Replaced", "Step"]


Step: TypeAlias = "Ask | Callable[[], Awaitable[Step | None]]"
"""What a call does next: ask for a document, or something else that leads to another step."""


class Interrupted(Exception):
    """What a call does is over before it is done."""


class Ended(Interrupted):
    """The call has ended."""

    def __init__(self, cause: str, message: str = "") -> None:
        super().__init__(message or cause)
        self.cause = cause
        """As `disconnect` tells it (voice/webhooks/disconnect)."""
        self.message = message


class Replaced(Interrupted):
    """Something else takes the place of the document that runs."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step


@dataclass(slots=True, eq=False)
class Leg:
    """One call."""

    id: str
    direction: Literal["inbound", "outbound"]
    from_: str
    to: str
    application: Application
    clock: Clock
    started_at: float
    keys: Signal[str]
    """Keys for the verb that waits for some."""
    enqueued_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    cause: str = ""
    message: str = ""
    tag: str = ""
    base: str = ""
    """URL of the document that runs: relative URLs begin there (voice/webhooks/about)."""
    parent: Leg | None = None
    """For a leg of a Transfer."""
    transfer_caller_id: str = ""
    transfer_to: str = ""
    farewell: Address | None = None
    """Where a leg of a Transfer tells its end."""
    process: Process = field(init=False)
    """What it does; set when it begins."""
    listens: bool = False
    """Whether a verb waits for keys."""
    key_events: Address | None = None
    """Where StartGather tells keys."""
    recorder: Recording | None = None
    """What Record makes."""
    recording: Recording | None = None
    """What StartRecording makes."""
    streams: dict[str, Stream] = field(default_factory=dict[str, Stream])
    transcriptions: dict[str, Stream] = field(default_factory=dict[str, Stream])
    peer: Leg | None = None
    """The other end of a transfer or bridge."""
    audience: Callable[[], Iterable[Leg]] | None = None
    """Who hears this party in a conference."""
    forwarding: bool = False
    spoke_at: float = 0.0
    heard: list[str] = field(default_factory=list[str])
    tones: str = ""
    """What SendDtmf sent to this party."""
    verbs: list[Verb] = field(default_factory=list[Verb])
    events: list[Event] = field(default_factory=list[Event])

    @property
    def party(self) -> str:
        """Who is on the line: the caller of an inbound call, the called party of an outbound one."""
        return self.from_ if self.direction == "inbound" else (self.transfer_to or self.to)

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.ended_at is not None
