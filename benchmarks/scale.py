"""Many routes, many calls at once, many deliveries: what must not grow.

python benchmarks/scale.py
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import time
import timeit
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from deliveries import ANSWER, AUTHORIZATION, BXML
from load import Contestant, Server, place_with_sockets
from report import Section
from stages import ran

from webhooks import AllowAll, Context, Delivery, Webhooks
from webhooks.bxml import Hangup
from webhooks.events import AnswerEvent

IN_FLIGHT = 10_000


def with_routes(count: int) -> float:
    """Microseconds for a delivery to an app with so many paths."""
    hooks = Webhooks(auth=AllowAll(), once=False)
    for number in range(count):

        @hooks.on(AnswerEvent, path=f"/call/{number}")
        async def answered(call: AnswerEvent) -> Hangup:
            return Hangup()

    delivery = Delivery.of(ANSWER, path=f"/call/{count - 1}")
    run = ran(lambda: hooks.receive(delivery))
    run()
    return timeit.timeit(run, number=3000) / 3000 * 1e6


async def in_flight() -> tuple[float, float]:
    """MiB and microseconds for each of many calls whose handlers wait at the same time."""
    hooks, go_on = Webhooks(auth=AllowAll()), asyncio.Event()

    @hooks.on(AnswerEvent)
    async def answered(call: AnswerEvent, context: Context) -> Hangup:
        await go_on.wait()
        return Hangup()

    def delivery(number: int) -> Delivery:
        return Delivery.of(ANSWER.replace(b"000000000000", b"%012d" % number, 1))

    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    tasks = [asyncio.create_task(hooks.receive(delivery(number))) for number in range(IN_FLIGHT)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    go_on.set()
    await asyncio.gather(*tasks)
    return grown / 1024, (time.perf_counter() - started) / IN_FLIGHT * 1e6


def memory() -> tuple[float, float]:
    """Resident MiB of a worker after 1,000 deliveries and after 100,000."""
    server = Server(Contestant("webhooks", "apps:hooks", ANSWER, BXML, AUTHORIZATION))
    try:
        place_with_sockets(server, 32, count=1000)
        early = server.memory()
        place_with_sockets(server, 32, count=99_000)
        return early / 2**20, server.memory() / 2**20
    finally:
        server.stop()


def section() -> Section:
    """All of it."""
    few, many = ([with_routes(count) for _ in range(5)] for count in (10, 1000))
    ratio = statistics.median(many) / statistics.median(few)
    mebibytes, each = asyncio.run(in_flight())
    early, late = memory()
    rows = [
        ("a delivery to one of 1,000 routes, times one of 10", f"{ratio:.2f}"),
        (f"{IN_FLIGHT:,} calls in flight: KiB each", f"{mebibytes * 1024 / IN_FLIGHT:.1f}"),
        (f"{IN_FLIGHT:,} calls in flight: us each, from arrival to reply", f"{each:.1f}"),
        ("resident MiB of a worker after 1,000 deliveries", f"{early:.1f}"),
        ("resident MiB of a worker after 100,000 deliveries", f"{late:.1f}"),
        ("the second of them, times the first", f"{late / early:.3f}"),
    ]
    return Section("Scale", "What must not grow.", ("what", "value"), rows)


if __name__ == "__main__":
    print(section().markdown())
