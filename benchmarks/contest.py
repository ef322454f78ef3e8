"""Everything that is measured over HTTP, in one run: `make bench`, or `make bench-quick` for two minutes.

    python benchmarks/contest.py [--turns 9] [--seconds 2] [--connections 32] [--results benchmarks/RESULTS.md]

Each contestant is a real server on loopback; they are measured in turns. What counts is the server's CPU for each
delivery, as a ratio to a bare ASGI callable that returns the same bytes.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from deliveries import ANSWER, AUTHORIZATION, BXML, DISCONNECT, messages
from load import Contestant, Turn, contest, ratio
from others import sdk_answer

SHIPPED = ("--lifespan", "off", "--http", "h11", "--loop", "asyncio")
"""What a sample app that is started without a thought gets; uvicorn writes its access log."""


def ours(
    name: str, body: bytes = ANSWER, answer: bytes = b"", target: str = "apps:hooks", path: str = "/"
) -> Contestant:
    return Contestant(name, target, body, answer, AUTHORIZATION, path)


BARE, EMPTY = "bare ASGI callable", "bare ASGI callable, empty answer"
CONTESTANTS: Sequence[Contestant] = (
    Contestant(BARE, "constants:bare", ANSWER, BXML, AUTHORIZATION),
    ours("webhooks, BXML answer", answer=BXML),
    Contestant("Starlette, function route, constant answer", "constants:starlette", ANSWER, BXML, AUTHORIZATION),
    ours("webhooks, mounted in FastAPI", answer=BXML, target="others:mounted", path="/bandwidth"),
    Contestant("FastAPI, discriminated union, our BXML", "others:union", ANSWER, BXML, AUTHORIZATION),
    Contestant("FastAPI, bandwidth-sdk", "others:sample", ANSWER, sdk_answer(), AUTHORIZATION),
    Contestant(
        "FastAPI, bandwidth-sdk, as shipped", "others:sample", ANSWER, sdk_answer(), AUTHORIZATION, "/", SHIPPED
    ),
    Contestant(EMPTY, "constants:empty", ANSWER, b"", AUTHORIZATION),
    ours("webhooks, empty answer", target="apps:quiet"),
    ours("webhooks, notification", DISCONNECT),
    ours("webhooks, 1 message", messages(1)),
    ours("webhooks, array of 10 messages", messages(10)),
    ours("webhooks, array of 100 messages", messages(100)),
)


def rows(found: Mapping[str, Sequence[Turn]]) -> list[tuple[str, str, str, str, str]]:
    """Name, CPU, times bare with the spread, deliveries a second. After the empty callable, bare means that one."""
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


def table(lines: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    shown = [HEADINGS, ["---", *["--:"] * (len(HEADINGS) - 1)], *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in shown)


def machine() -> str:
    """What it was measured on."""
    packages = ("uvicorn", "uvloop", "httptools", "starlette", "pydantic", "lxml", "fastapi", "bandwidth-sdk")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {versions}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--results", type=Path)
    given = parser.parse_args()
    found = contest(
        CONTESTANTS,
        turns=given.turns,
        connections=given.connections,
        seconds=given.seconds,
        told=lambda line: print(line, file=sys.stderr),
    )
    report = table(rows(found))
    print(report)
    if given.results:
        how = f"{given.turns} turns of {given.seconds:g} s each, {given.connections} connections, one worker"
        given.results.write_text(
            f"# Results\n\nMade by `make bench`: {how}. CPU is the server's, for each delivery; medians of the turns.\n"
            f"{machine()}\n\n{report}\n"
        )


if __name__ == "__main__":
    main()
