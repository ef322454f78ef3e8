"""What Bandwidth knows about one conference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webhooks.events import Event
from webhooks.simulator.addresses import Address, Application
from webhooks.simulator.background import Recording
from webhooks.simulator.clock import Signal
from webhooks.simulator.leg import Leg

__all__ = ["Happening", "Member", "Room"]


@dataclass(slots=True, eq=False)
class Member:
    """A call in a conference."""

    leg: Leg
    left: Signal[bool]
    """True when the conference is over and the call goes on without it."""
    mute: bool = False
    hold: bool = False
    coaches: tuple[str, ...] = ()
    """Ids of the calls that hear this member; all, when empty."""


@dataclass(slots=True, eq=False)
class Room:
    """One conference."""

    id: str
    name: str
    application: Application
    base: str
    """URL of the document that created it, and then of the one that runs: relative URLs begin there."""
    tag: str
    events: Address | None
    fallback: Address | None
    happenings: Signal[Happening | None]
    """What is to be told; None at the end."""
    members: dict[str, Member] = field(default_factory=dict[str, Member])
    """By call id."""
    recording: Recording | None = None
    told: list[Event] = field(default_factory=list[Event])
    heard: list[str] = field(default_factory=list[str])
    over: bool = False

    def listeners(self, leg: Leg) -> list[Leg]:
        """Who hears what a member says (voice/bxml/conference: mute, hold, callIdsToCoach)."""
        speaker = self.members[leg.id]
        if speaker.mute or speaker.hold:
            return []
        others = [member for member in self.members.values() if member is not speaker and not member.hold]
        return [other.leg for other in others if not speaker.coaches or other.leg.id in speaker.coaches]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a conference that waits for its turn."""

    payload: Mapping[str, object]
    to: Address | None
    fallback: Address | None = None
    asks: bool = True
    """Whether its answer is run."""
