"""Transfer: several parties ring at once, the first to answer is connected.

1. The document of transferAnswer runs for the called party alone, and before the two are connected.
2. transferComplete is told only while the first call is up; transferDisconnect for each leg, however it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal

from webhooks.bxml import PhoneNumber, Target, Transfer
from webhooks.simulator.addresses import Ask
from webhooks.simulator.clock import Signal
from webhooks.simulator.leg import Ended, Interrupted, Leg
from webhooks.simulator.outbound import MEANINGS
from webhooks.simulator.platform import Platform

__all__ = ["transfer"]


@dataclass(frozen=True, slots=True)
class _News:
    """What happened to a leg."""

    leg: Leg
    what: Literal["answered", "connected", "ended"]


async def transfer(platform: Platform, leg: Leg, verb: Transfer) -> Ask | None:
    """Call the targets, connect the first that answers, and wait until one side hangs up (voice/bxml/transfer)."""
    news: Signal[_News] = Signal(platform.clock)
    legs = [_dial(platform, leg, verb, target, news) for target in verb.targets]
    try:
        last = await _until_over(legs, leg, news)
    except Interrupted as interrupted:
        # The caller is gone, or does something else: the others are not needed any more.
        _release(legs, "hangup" if isinstance(interrupted, Ended) else "cancel")
        raise
    finally:
        leg.peer = None
    return platform.ask(
        leg,
        verb,
        "transfer_complete_url",
        "transferComplete",
        cause=last.cause,
        errorMessage=last.message or None,
        errorId=platform.ids.error() if last.message else None,
        transferCallerId=last.transfer_caller_id,
        transferTo=last.transfer_to,
    )


async def _until_over(legs: list[Leg], leg: Leg, news: Signal[_News]) -> Leg:
    """The leg whose end was the end of the transfer."""
    winner: Leg | None = None
    ringing = len(legs)
    while True:
        told = await news.take()
        if told.what == "answered":
            winner = told.leg
            _release([other for other in legs if other is not winner], "cancel")
        elif told.what == "connected":
            leg.peer, told.leg.peer = told.leg, leg
        else:
            ringing -= 1
            if told.leg is winner or (winner is None and ringing == 0):
                return told.leg


def _release(legs: list[Leg], cause: str) -> None:
    for leg in legs:
        leg.process.interrupt(Ended("cancel" if leg.answered_at is None else cause))


def _dial(platform: Platform, leg: Leg, verb: Transfer, target: Target, news: Signal[_News]) -> Leg:
    address = target.number if isinstance(target, PhoneNumber) else target.uri
    caller = verb.transfer_caller_id or leg.party
    called = platform.leg("outbound", caller, address, leg.application)
    called.parent, called.base = leg, leg.base
    called.transfer_caller_id, called.transfer_to = caller, address
    called.tag = target.tag or ""
    called.farewell = platform.address(leg, target, "transfer_disconnect_url")
    platform.begin(called, partial(_called, platform, called, target, verb.call_timeout, news))
    return called


async def _called(platform: Platform, leg: Leg, target: Target, seconds: float | None, news: Signal[_News]) -> None:
    """The life of a called party."""
    try:
        outcome = await platform.ring(leg.transfer_to, seconds)
        if outcome != "answer":
            raise Ended(outcome, MEANINGS[outcome])
        platform.answer(leg)
        platform.log(leg, "note", "answers")
        news.send(_News(leg, "answered"))
        ask = platform.ask(leg, target, "transfer_answer_url", "transferAnswer")
        if ask is not None:
            await platform.run(platform, leg, ask)
        await platform.run(platform, leg, partial(_talk, leg, news))
    except Ended as ended:
        leg.cause, leg.message = ended.cause, ended.message
        raise
    finally:
        news.send(_News(leg, "ended"))


async def _talk(leg: Leg, news: Signal[_News]) -> None:
    """Be connected, until somebody hangs up or the call is told to do something else."""
    news.send(_News(leg, "connected"))
    try:
        await Signal[None](leg.clock).take()
    finally:
        leg.peer = None
        news.send(_News(leg, "ended"))
