"""Bandwidth itself, as far as a call sees it: the calls there are, what is told about them, and who hears whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from typing import Literal, Protocol, get_args
from urllib.parse import urljoin, urlsplit

from webhooks.bxml import Element
from webhooks.errors import SimulationError, UsageError, did_you_mean
from webhooks.simulator.addresses import Address, Application, Ask
from webhooks.simulator.clock import Clock, Signal
from webhooks.simulator.ids import Ids, time_of
from webhooks.simulator.leg import Leg, Step
from webhooks.simulator.message import Message
from webhooks.simulator.room import Room
from webhooks.simulator.sender import Log, Sender, typed
from webhooks.simulator.timeline import Entry, Timeline
from webhooks.simulator.timing import Timing

__all__ = ["ACCOUNT", "API", "APPLICATION", "Callee", "Place", "Platform"]

ACCOUNT = "9900417"
APPLICATION = "5f0e2c8a-7d3b-4a91-b6e4-2c9d81f7a035"
API = f"https://voice.bandwidth.com/api/v2/accounts/{ACCOUNT}"


Outcome = Literal["answer", "busy", "rejected", "timeout"]
_OUTCOMES: tuple[str, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Callee:
    """What happens when a number or SIP URI is called or texted: `phone.callees["+19195550150"] = Callee("busy")`.

    Raises:
        UsageError: there is no such outcome.
    """

    outcome: Outcome = "answer"
    """`timeout` is a phone that rings and rings."""
    _: KW_ONLY
    after: float | None = None
    """Seconds until that; None for the usual time (`Timing.answer`)."""
    machine: str = "human"
    """What machine detection finds: `human`, `answering-machine`, `silence`, ..."""
    refers: bool = True
    """Whether a SIP REFER to it succeeds."""
    error: int | None = None
    """The error code with which texts to it fail, as 4720; None: they arrive (messaging/errors/codes)."""

    def __post_init__(self) -> None:
        if self.outcome not in _OUTCOMES:
            hint = did_you_mean(str(self.outcome), _OUTCOMES)
            raise UsageError(f"Callee({self.outcome!r}): expected one of {', '.join(_OUTCOMES)}.{hint}")


class Place(Protocol):
    """Where a document runs: a call or a conference."""

    base: str
    application: Application


@dataclass(slots=True, eq=False)
class Platform:
    """What all calls share."""

    clock: Clock
    ids: Ids
    sender: Sender
    timing: Timing
    run: Callable[[Platform, Leg, Step], Awaitable[None]]
    """Takes a step, and those that follow from it, until a document is over."""
    live: Callable[[Platform, Leg, Callable[[], Awaitable[None]]], Awaitable[None]]
    """The whole life of a call: what it does, and its end, however it comes."""
    timeline: Timeline = field(default_factory=Timeline)
    legs: dict[str, Leg] = field(default_factory=dict[str, Leg])
    rooms: list[Room] = field(default_factory=list[Room])
    """All conferences there were, in order."""
    messages: list[Message] = field(default_factory=list[Message])
    """All messages there were, in order."""
    callees: dict[str, Callee] = field(default_factory=dict[str, Callee])

    def leg(self, direction: Literal["inbound", "outbound"], from_: str, to: str, application: Application) -> Leg:
        """A new call."""
        leg = Leg(self.ids.new("c"), direction, from_, to, application, self.clock, self.clock.now, Signal(self.clock))
        leg.base = application.main.url
        if direction == "outbound":
            leg.enqueued_at = self.clock.now
        self.legs[leg.id] = leg
        return leg

    def begin(self, leg: Leg, life: Callable[[], Awaitable[None]]) -> None:
        """Let a call live."""
        leg.process = self.clock.spawn(self._life, leg, life)

    async def _life(self, leg: Leg, life: Callable[[], Awaitable[None]]) -> None:
        await self.live(self, leg, life)

    async def wait(self, seconds: float) -> None:
        """Let exactly so much time pass, for everybody."""
        if seconds < 0:
            raise SimulationError(f"wait({seconds!r}): time goes forward only")
        await self.clock.advance(seconds)

    async def settle(self) -> None:
        """Let the apps do what they do by themselves, at most for `Timing.patience`."""
        await self.clock.settle(self.timing.patience)

    def log(self, leg: Leg, what: str, text: str, body: bytes = b"") -> None:
        """Write down what happens to a call."""
        self.timeline.add(Entry(self.clock.now, leg.party, what, text, leg.id, body))

    def answer(self, leg: Leg) -> None:
        """The call is answered, if it was not before."""
        if leg.answered_at is None:
            leg.answered_at = self.clock.now

    # What is told about a call

    def payload(self, leg: Leg, event_type: str, **more: object) -> dict[str, object]:
        """The payload of an event of a call. Values that are None are left out."""
        parent = leg.parent
        first = parent or leg
        fields: dict[str, object] = {
            "eventType": event_type,
            "eventTime": self.ids.moment(self.clock.now),
            "accountId": ACCOUNT,
            "applicationId": APPLICATION,
            "from": first.from_,
            "to": first.to,
            "direction": leg.direction,
            "callId": leg.id,
            "callUrl": f"{API}/calls/{leg.id}",
            "parentCallId": parent.id if parent else None,
            "transferCallerId": leg.transfer_caller_id or None,
            "transferTo": leg.transfer_to or None,
            "enqueuedTime": _time(leg.enqueued_at),
            "startTime": time_of(leg.started_at),
            "answerTime": _time(leg.answered_at),
            "tag": leg.tag or None,
            **more,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def tell(self, leg: Leg, payload: Mapping[str, object], address: Address | None) -> None:
        """Deliver a notification, beside whatever else happens."""
        if address is not None:
            leg.events.append(typed(payload))
            self.clock.spawn(self._tell, payload, address, partial(self.log, leg))

    async def _tell(self, payload: Mapping[str, object], address: Address, log: Log) -> None:
        await self.sender.tell(payload, address, log)

    # Where it is told

    def address(self, place: Place, verb: Element, attribute: str) -> Address | None:
        """Where a verb wants an event; None when it does not."""
        url: str | None = getattr(verb, attribute, None)
        if url is None:
            return None
        spare = "fallback_" if attribute.endswith("_fallback_url") else ""
        username: str | None = getattr(verb, f"{spare}username", None)
        password: str | None = getattr(verb, f"{spare}password", None)
        method: str = getattr(verb, attribute.removesuffix("_url") + "_method", None) or "POST"
        credentials = None if username is None or password is None else (username, password)
        return self.address_of(place, url, method, credentials)

    def address_of(
        self, place: Place, url: str, method: str = "POST", credentials: tuple[str, str] | None = None
    ) -> Address:
        """Where a URL of a document leads. An application's own credentials go to its own host only."""
        whole = urljoin(place.base, url)
        main = place.application.main
        if credentials is None and urlsplit(whole)[:2] == urlsplit(main.url)[:2]:
            credentials = main.credentials
        return Address(whole, method, credentials)

    def ask(self, leg: Leg, verb: Element, attribute: str, event_type: str, **more: object) -> Ask | None:
        """The event that asks for what comes after a verb; None when the verb names no URL for it."""
        address = self.address(leg, verb, attribute)
        if address is None:
            return None
        fallback = self.address(leg, verb, attribute.removesuffix("_url") + "_fallback_url")
        return Ask(self.payload(leg, event_type, **more), address, fallback)

    # Who hears whom

    def hear(self, leg: Leg, text: str) -> None:
        """Somebody on the line hears something."""
        leg.heard.append(text)
        self.log(leg, "hears", text)

    def say(self, leg: Leg, text: str) -> None:
        """Somebody on the line says something."""
        leg.spoke_at = self.clock.now
        self.log(leg, "says", text)
        for one in (leg.recorder, leg.recording):
            if one is not None:
                one.hears(text)
        for transcription in leg.transcriptions.values():
            transcription.said.append(text)
        peer = () if leg.peer is None else (leg.peer,)
        for listener in peer if leg.audience is None else leg.audience():
            self.hear(listener, text)

    def press(self, leg: Leg, key: str) -> None:
        """Somebody on the line presses a key."""
        self.log(leg, "presses", key)
        if leg.listens:
            leg.keys.send(key)
        elif leg.key_events is not None:
            self.tell(leg, self.payload(leg, "dtmf", digit=key), leg.key_events)
        else:
            self.log(leg, "note", "no verb listens to keys")

    def callee(self, address: str) -> Callee:
        """What happens when somebody is called.

        Raises:
            UsageError: something else stands in `callees`.
        """
        callee: object = self.callees.get(address, Callee())
        if not isinstance(callee, Callee):
            raise UsageError(f'phone.callees holds {type(callee).__name__}, expected a Callee, as Callee("busy").')
        return callee

    async def ring(self, address: str, seconds: float | None) -> str:
        """Call somebody, for 30 seconds unless told otherwise (voice/bxml/transfer): `answer`, or why not."""
        callee = self.callee(address)
        longest = 30 if seconds is None else seconds
        after = self.timing.answer if callee.after is None else callee.after
        if callee.outcome == "timeout" or after > longest:
            await self.clock.sleep(longest)
            return "timeout"
        await self.clock.sleep(after)
        return callee.outcome


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else time_of(seconds)
