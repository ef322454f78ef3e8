"""A call as a test sees it: who is on the line hears, presses, speaks and hangs up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

from webhooks.bxml import Document, Verb
from webhooks.errors import SimulationError
from webhooks.events import Event
from webhooks.simulator.addresses import Ask
from webhooks.simulator.leg import Ended, Leg, Replaced
from webhooks.simulator.platform import Platform
from webhooks.simulator.running import perform
from webhooks.simulator.timeline import Timeline

__all__ = ["Call"]

_KEYS = frozenset("0123456789*#ABCD")


class Call:
    """One party on the line with the app: the caller of `Phone.dial`, or whoever a Transfer called.

    After each step, time runs on until the app waits for somebody: for a key, a word, the end of a conversation.
    """

    def __init__(self, platform: Platform, leg: Leg) -> None:
        self._platform = platform
        self._leg = leg

    def __repr__(self) -> str:
        state = f"ended: {self.cause}" if self.ended else "up"
        return f"<Call {self.id[:10]} {self._leg.party}, {state}>"

    def __eq__(self, other: object) -> bool:
        return self._leg is other._leg if isinstance(other, Call) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._leg)

    @property
    def id(self) -> str:
        """The call's id, as in `callId`."""
        return self._leg.id

    @property
    def direction(self) -> Literal["inbound", "outbound"]:
        """As Bandwidth sees it."""
        return self._leg.direction

    @property
    def party(self) -> str:
        """Number or address of who is on the line."""
        return self._leg.party

    @property
    def answered(self) -> bool:
        """Whether it was answered."""
        return self._leg.answered_at is not None

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._leg.ended

    @property
    def cause(self) -> str:
        """Why it ended, as `disconnect` tells it: `hangup`, `busy`, `invalid-bxml`, ...; "" while it is up."""
        return self._leg.cause if self.ended else ""

    @property
    def tag(self) -> str:
        """The call's tag now; "" for none."""
        return self._leg.tag

    @property
    def tones(self) -> str:
        """The keys that SendDtmf sent to this party."""
        return self._leg.tones

    @property
    def verbs(self) -> Sequence[Verb]:
        """The verbs that ran, in order."""
        return tuple(self._leg.verbs)

    @property
    def events(self) -> Sequence[Event]:
        """The events that the app was told about this call, in order, typed as the app reads them."""
        return tuple(self._leg.events)

    @property
    def transcript(self) -> Sequence[str]:
        """What this party heard, in order: sentences, and the URLs of files in brackets."""
        return tuple(self._leg.heard)

    @property
    def connected(self) -> bool:
        """Whether a Transfer or a Bridge connects it with somebody now: with `peer`."""
        return self._leg.peer is not None

    @property
    def peer(self) -> Call:
        """The party that this one is connected with by a Transfer or a Bridge.

        Raises:
            SimulationError: there is none; see `connected`.
        """
        if self._leg.peer is None:
            raise SimulationError(f"nobody is connected with this call. The call so far:\n{self.timeline}")
        return Call(self._platform, self._leg.peer)

    @property
    def legs(self) -> Sequence[Call]:
        """Those whom Transfers of this call have called, in order."""
        return [Call(self._platform, leg) for leg in self._platform.legs.values() if leg.parent is self._leg]

    @property
    def timeline(self) -> Timeline:
        """All that happened on this call and its legs; printable as a table."""
        return self._platform.timeline.of(self.id, *(leg.id for leg in self.legs))

    def heard(self, text: str) -> bool:
        """Whether this party heard it, as a part of a sentence; capitals do not matter."""
        return any(text.casefold() in said.casefold() for said in self._leg.heard)

    def expect(self, *texts: str) -> None:
        """Make sure that this party heard all of these, in this order.

        Raises:
            SimulationError: one is missing; the message has the whole call so far.
        """
        rest, before = self._leg.heard, ""
        for text in texts:
            at = next((at for at, said in enumerate(rest) if text.casefold() in said.casefold()), None)
            if at is None:
                raise SimulationError(f'"{text}" was not heard{before}. The call so far:\n{self.timeline}')
            # Two of them may be parts of one sentence.
            rest, before = rest[at:], f' after "{text}"'

    async def press(self, keys: str) -> None:
        """Press keys, one after the other: digits, `*`, `#`."""
        self._must_be_up("press a key")
        given: object = keys
        if not isinstance(given, str):
            raise SimulationError(f'press({given!r}): expected keys as a text, as press("1")')
        for key in keys:
            if key not in _KEYS:
                raise SimulationError(f'there is no key "{key}" on a phone; expected digits, "*", "#" or A to D')
        for key in keys:
            if self.ended:
                break
            self._platform.press(self._leg, key)
            await self._platform.clock.advance(self._platform.timing.key)
        await self._settle()

    async def speak(self, text: str, *, seconds: float | None = None) -> None:
        """Say something: into a recording, a transcription, to the others of a conference, to the other end.

        Args:
            text: what is said.
            seconds: how long it takes; None for the usual pace.
        """
        self._must_be_up("speak")
        await self._platform.clock.advance(len(text) * self._platform.timing.letter if seconds is None else seconds)
        self._platform.say(self._leg, text)
        await self._settle()

    async def wait(self, seconds: float) -> None:
        """Do nothing, for exactly so long."""
        await self._platform.wait(seconds)

    async def hang_up(self) -> None:
        """Put the phone down; before the call is answered that cancels it."""
        self._must_be_up("hang up")
        self._platform.log(self._leg, "note", "hangs up")
        self._leg.process.interrupt(Ended("hangup" if self.answered else "cancel"))
        await self._settle()

    async def update(
        self, redirect_url: str, *, method: Literal["GET", "POST"] = "POST", tag: str | None = None
    ) -> None:
        """What the REST call `updateCall` does: the call gives up what it does and asks for another document.

        Args:
            redirect_url: where; relative to the document that runs.
            method: how it is asked.
            tag: the call's new tag.
        """
        self._must_be_answered()
        if tag is not None:
            self._leg.tag = tag
        address = self._platform.address_of(self._leg, redirect_url, method)
        self._leg.process.interrupt(Replaced(Ask(self._platform.payload(self._leg, "redirect"), address)))
        await self._settle()

    async def replace(self, document: Document[Verb]) -> None:
        """What the REST call `updateCallBxml` does: the call gives up what it does and runs this."""
        self._must_be_answered()
        self._leg.process.interrupt(Replaced(partial(perform, self._platform, self._leg, document.verbs)))
        await self._settle()

    def _must_be_up(self, what: str) -> None:
        if self.ended:
            raise SimulationError(f"the call has ended ({self.cause}), so nobody can {what}:\n{self.timeline}")

    def _must_be_answered(self) -> None:
        self._must_be_up("update it")
        if self.direction == "outbound" and not self.answered:
            raise SimulationError(f"nobody has answered the call yet, so it cannot be updated:\n{self.timeline}")

    async def _settle(self) -> None:
        await self._platform.settle()
