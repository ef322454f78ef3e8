"""Everything that is measured over HTTP, in one run: `make bench`, or `make bench-quick` for two minutes.

    python benchmarks/contest.py [--turns 9] [--seconds 2] [--connections 32]

Each contestant is a real server on loopback; they are measured in turns. What counts is the server's CPU for each
delivery, as a ratio to a bare ASGI callable that returns the same bytes.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from deliveries import ANSWER, AUTHORIZATION, BXML, DISCONNECT, messages
from load import Contestant, Turn, contest, ratio
from others import sdk_answer
from report import Section

SHIPPED = ("--lifespan", "off", "--http", "h11", "--loop", "asyncio")
"""What a sample app that is started without a thought gets; uvicorn writes its access log."""


TWO = (*Contestant.options, "--workers", "2")


def ours(
    name: str,
    *,
    body: bytes = ANSWER,
    answer: bytes = b"",
    target: str = "apps:hooks",
    path: str = "/",
    options: tuple[str, ...] = Contestant.options,
) -> Contestant:
    return Contestant(name, target, body, answer, AUTHORIZATION, path, options)


BARE, EMPTY = "bare ASGI callable", "bare ASGI callable, empty answer"
CONTESTANTS: Sequence[Contestant] = (
    Contestant(BARE, "constants:bare", ANSWER, BXML, AUTHORIZATION),
    ours("webhooks, BXML answer", answer=BXML),
    ours("webhooks, BXML answer, hooks", answer=BXML, target="apps:observed"),
    ours("webhooks, BXML answer, two workers", answer=BXML, options=TWO),
    Contestant("by hand: no framework, four models, our BXML", "others:by_hand", ANSWER, BXML, AUTHORIZATION),
    Contestant("Starlette, function route, constant answer", "constants:starlette", ANSWER, BXML, AUTHORIZATION),
    ours("webhooks, mounted in FastAPI", answer=BXML, target="others:mounted", path="/bandwidth"),
    Contestant("FastAPI, discriminated union, our BXML", "others:union", ANSWER, BXML, AUTHORIZATION),
    Contestant("FastAPI, bandwidth-sdk", "others:sample", ANSWER, sdk_answer(), AUTHORIZATION),
    Contestant(
        "FastAPI, bandwidth-sdk, as shipped", "others:sample", ANSWER, sdk_answer(), AUTHORIZATION, "/", SHIPPED
    ),
    Contestant(EMPTY, "constants:empty", ANSWER, b"", AUTHORIZATION),
    ours("webhooks, empty answer", target="apps:quiet"),
    ours("webhooks, notification", body=DISCONNECT),
    ours("webhooks, 1 message", body=messages(1)),
    ours("webhooks, array of 10 messages", body=messages(10)),
    ours("webhooks, array of 100 messages", body=messages(100)),
)


def rows(found: Mapping[str, Sequence[Turn]]) -> list[tuple[str, str, str, str, str]]:
    """As in `HEADINGS`. After the empty callable, bare means that one."""
    lines: list[tuple[str, str, str, str, str]] = []
    bare = BARE
    for name, turns in found.items():
        if name == EMPTY:
            bare = EMPTY
        median, least, most = ratio([turn.cpu for turn in turns], [turn.cpu for turn in found[bare]])
        cpu = statistics.median(turn.cpu for turn in turns)
        rate = statistics.median(turn.rate for turn in turns)
        lines.append((name, f"{cpu:.1f}", f"{median:.2f}", f"{least:.2f} to {most:.2f}", f"{rate:.0f}"))
    return lines


HEADINGS = ("who", "CPU us", "times bare", "spread", "deliveries/s")


def section(turns: int, seconds: float, connections: int = 32) -> Section:
    """All of them."""
    found = contest(
        CONTESTANTS,
        turns=turns,
        connections=connections,
        seconds=seconds,
        told=lambda line: print(line, file=sys.stderr),
    )
    how = (
        f"{turns} turns of {seconds:g} s each, {connections} connections. CPU is the server's, for each delivery, in "
        "medians of the turns; *times bare* compares with the bare ASGI callable above that sends the same bytes."
    )
    return Section("Server CPU of a delivery", how, HEADINGS, rows(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    print(section(given.turns, given.seconds, given.connections).markdown())


if __name__ == "__main__":
    main()
