"""A conference as a test sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from webhooks.errors import SimulationError
from webhooks.events import Event
from webhooks.simulator.call import Call
from webhooks.simulator.platform import Platform
from webhooks.simulator.room import Room
from webhooks.simulator.timeline import Timeline
from webhooks.simulator.verbs.conference import close, redirect

__all__ = ["Conference"]


class Conference:
    """One conference, by what its members hear and what the app is told."""

    def __init__(self, platform: Platform, room: Room) -> None:
        self._platform = platform
        self._room = room

    @property
    def id(self) -> str:
        """As in `conferenceId`."""
        return self._room.id

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._room.over

    @property
    def members(self) -> Sequence[Call]:
        """The calls that are in it now, in the order in which they joined."""
        return [Call(self._platform, member.leg) for member in self._room.members.values()]

    @property
    def events(self) -> Sequence[Event]:
        """The events that the app was told about it, in order."""
        return tuple(self._room.told)

    @property
    def timeline(self) -> Timeline:
        """All that happened in it; printable as a table."""
        return self._platform.timeline.of(self.id)

    def heard(self, text: str) -> bool:
        """Whether all of it heard this announcement, as a part of a sentence; capitals do not matter."""
        return any(text.casefold() in said.casefold() for said in self._room.heard)

    async def redirect(self, url: str, *, method: Literal["GET", "POST"] = "POST") -> None:
        """What a REST update with a `redirectUrl` does: conferenceRedirect asks there for a document."""
        self._must_be_open()
        redirect(self._platform, self._room, self._platform.address_of(self._room, url, method))
        await self._platform.settle()

    async def end(self) -> None:
        """What a REST update to `completed` does: the members go on with their next verb."""
        self._must_be_open()
        close(self._platform, self._room)
        await self._platform.settle()

    async def update(self, call: Call, *, mute: bool | None = None, hold: bool | None = None) -> None:
        """What a REST update of a member does. None leaves as it is."""
        self._must_be_open()
        member = self._room.members.get(call.id)
        if member is None:
            raise SimulationError(f"{call!r} is not in the conference; its members: {self.members}")
        member.mute = member.mute if mute is None else mute
        member.hold = member.hold if hold is None else hold

    def _must_be_open(self) -> None:
        if self.ended:
            raise SimulationError(f"the conference is over:\n{self.timeline}")
