"""What a delivery costs: one uvicorn worker, keep-alive connections, an answer event in, three verbs of BXML out.

    python benchmarks/receive.py [--turns 9] [--seconds 2] [--connections 32]

The bare ASGI callable and the app are measured in turns, A B A B, so that a machine whose speed drifts does so for
both. All traffic stays on loopback and is bounded in time. Prints medians: single figures of a noisy machine mean
little.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from webhooks import Delivery

sys.path.insert(0, str(Path(__file__).parent))
from apps import hooks
from deliveries import ANSWER, AUTHORIZATION, BXML
from load import COUNTER, Contestant, contest, ratio

OURS = Contestant("webhooks", "apps:hooks", ANSWER, BXML, AUTHORIZATION)
BARE = Contestant("bare", "constants:bare", ANSWER, BXML, AUTHORIZATION)


def over_http(turns: int, connections: int, seconds: float) -> None:
    figures = contest([BARE, OURS], turns=turns, connections=connections, seconds=seconds)
    for name, values in figures.items():
        rate = statistics.median(turn.rate for turn in values)
        cpu = statistics.median(turn.cpu for turn in values)
        print(f"{name:<10} {rate:8.0f} deliveries/s   {cpu:6.1f} us CPU each")
    ours, bare = figures["webhooks"], figures["bare"]
    show("throughput, webhooks / bare", ratio([turn.rate for turn in ours], [turn.rate for turn in bare]))
    show("server CPU, webhooks / bare", ratio([turn.cpu for turn in ours], [turn.cpu for turn in bare]))


def show(what: str, found: tuple[float, float, float]) -> None:
    print(f"{what}: {found[0]:.2f} (from {found[1]:.2f} to {found[2]:.2f})")


async def in_process(count: int) -> None:
    """Without a server: from a delivery to its reply, and from an ASGI scope to the last send."""
    headers = {"authorization": AUTHORIZATION}
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    scope["headers"] = list(Delivery.of(ANSWER, headers=headers).headers)
    numbers = itertools.count(1)

    def bodies() -> list[bytes]:
        return [ANSWER.replace(COUNTER, b"%012d" % next(numbers), 1) for _ in range(count)]

    async def send(message: Any) -> None: ...

    async def by_asgi(body: bytes) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await hooks(scope, receive, send)

    async def by_delivery(body: bytes) -> None:
        await hooks.receive(Delivery("POST", "/", body, b"", scope["headers"]))

    for name, once in (("receive(delivery)", by_delivery), ("the ASGI callable", by_asgi)):
        rounds = []
        for _ in range(7):
            made = bodies()
            started = time.perf_counter()
            for body in made:
                await once(body)
            rounds.append((time.perf_counter() - started) / count * 1e6)
        print(f"in process, {name}: {statistics.median(rounds):.1f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=32)
    given = parser.parse_args()
    over_http(given.turns, given.connections, given.seconds)
    asyncio.run(in_process(3000))


if __name__ == "__main__":
    main()
