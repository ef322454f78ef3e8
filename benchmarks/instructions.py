"""What a delivery costs in instructions, in process: the same figure on every run, however busy the machine is.

    python benchmarks/instructions.py [NAME ...]

Runs each contestant twice under callgrind (Debian's valgrind), with few deliveries and with many; the difference is
theirs. Each is driven as a server would drive it, from an ASGI scope to the last send.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import deliveries
from load import COUNTER
from report import Section

FEW, MANY = 300, 1300

# Name of a contestant: its app, and which body of `deliveries.py` it gets.
APPS: Mapping[str, tuple[str, str]] = {
    "nothing": ("constants:nothing", "ANSWER"),
    "bare": ("constants:bare", "ANSWER"),
    "starlette": ("constants:starlette", "ANSWER"),
    "by hand": ("others:by_hand", "ANSWER"),
    "bxml": ("apps:hooks", "ANSWER"),
    "empty": ("apps:quiet", "ANSWER"),
    "notification": ("apps:hooks", "DISCONNECT"),
    "message": ("apps:hooks", "ONE_MESSAGE"),
}


NAMES: Mapping[str, str] = {
    "bare": "bare ASGI callable",
    "starlette": "Starlette, function route, constant answer",
    "by hand": "by hand: no framework, four models, our BXML",
    "bxml": "webhooks, BXML answer",
    "empty": "webhooks, empty answer",
    "notification": "webhooks, notification",
    "message": "webhooks, 1 message",
}


def measured(names: Sequence[str]) -> dict[str, float]:
    """Instructions for each delivery, by name."""
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is not installed (apt-get install valgrind).")
    runs = [(name, count) for name in names for count in (FEW, MANY)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        totals = list(pool.map(lambda run: _total(*run), runs))
    return {name: (totals[2 * at + 1] - totals[2 * at]) / (MANY - FEW) for at, name in enumerate(names)}


def _total(name: str, count: int) -> int:
    """Instructions of a whole process that takes so many deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", "--quiet"]
        child = [sys.executable, __file__, "--deliver", name, str(count)]
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONMALLOC": "pymalloc"}
        subprocess.run([*tool, *child], check=True, env=environment, cwd=folder)
        found = re.search(r"^(?:summary|totals): (\d+)", Path(folder, "out").read_text(), re.MULTILINE)
    if found is None:
        raise SystemExit("callgrind said nothing.")
    return int(found[1])


def deliver(name: str, count: int) -> None:
    """The child's work."""
    if name in APPS:
        asyncio.run(deliver_to(name, count))
        return
    from stages import stages

    stage = stages()[name]
    for _ in range(count):
        stage()


async def deliver_to(name: str, count: int) -> None:
    """To an app."""
    target, body_name = APPS[name]
    module, _, attribute = target.partition(":")
    app = getattr(import_module(module), attribute)
    body = getattr(deliveries, body_name)
    for number in range(count):
        await once(app, body.replace(COUNTER, b"%012d" % number, 1), deliveries.AUTHORIZATION.encode())


async def once(app: Any, body: bytes, authorization: bytes) -> None:
    """One delivery, in a scope such as uvicorn makes."""
    headers = [
        (b"host", b"127.0.0.1:8000"),
        (b"authorization", authorization),
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "method": "POST",
        "root_path": "",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": headers,
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None: ...

    await app(scope, receive, send)


def section() -> Section:
    """All apps, and how they compare with a route that returns a constant."""
    found = measured(list(APPS))
    harness = found.pop("nothing")
    base = found["starlette"] - harness
    rows = [
        (NAMES[name], f"{(count - harness) / 1000:.1f}", f"{(count - harness) / base:.2f}")
        for name, count in found.items()
    ]
    how = (
        "In process, from an ASGI scope to the last send, counted by callgrind: the same on every run. What the "
        "measuring itself takes is left out."
    )
    return Section("Instructions of a delivery", how, ("who", "thousands", "times the Starlette route"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(APPS), metavar="NAME")
    parser.add_argument("--deliver", nargs=2, metavar=("NAME", "COUNT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.deliver:
        name, count = given.deliver
        deliver(name, int(count))
        return
    for name, instructions in measured(given.names).items():
        print(f"{name:<14} {instructions / 1000:8.1f} thousand instructions")


if __name__ == "__main__":
    main()
