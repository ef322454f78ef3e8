"""What importing costs, in fresh processes with bytecode, as any installed package has it.

python benchmarks/startup.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from report import Section

BASE = "import starlette.applications, starlette.routing, pydantic; pydantic.BaseModel"
MODEL = f"{BASE}\nclass Model(pydantic.BaseModel):\n    field: int = 0\n"
FIRST = """
from webhooks import AllowAll, Webhooks
from webhooks.bxml import Hangup
from webhooks.events import InitiateEvent
hooks = Webhooks(auth=AllowAll())
@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Hangup:
    return Hangup()
hooks.freeze()
"""
INSTALLED = f"""{FIRST}
from starlette.applications import Starlette
hooks.install(Starlette(), "/bandwidth")
"""


def milliseconds(statement: str) -> float:
    """The best of seven processes: whatever else they took was somebody else's."""
    code = f"import time; started = time.perf_counter()\n{statement}\nprint(time.perf_counter() - started)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-W", "ignore", "-c", code]
    runs = [subprocess.run(command, capture_output=True, check=True, env=environment).stdout for _ in range(7)]
    return min(map(float, runs)) * 1000


def section() -> Section:
    """Against what it stands on, and bandwidth-sdk."""
    found = {
        "starlette and pydantic": milliseconds(BASE),
        "starlette, pydantic and one model": milliseconds(MODEL),
        "webhooks": milliseconds("import webhooks"),
        "webhooks, and an app ready for its first delivery": milliseconds(FIRST),
        "the same, installed in a Starlette app": milliseconds(INSTALLED),
        "bandwidth-sdk": milliseconds("import bandwidth"),
    }
    base = found["starlette and pydantic"]
    rows = [(name, f"{value:.0f}", f"{value / base:.2f}") for name, value in found.items()]
    how = (
        "pydantic imports half of itself with the first model that is made, so both are there to compare with. An app "
        "that a server runs by itself needs no Starlette."
    )
    return Section("Start", how, ("import", "ms", "times the first"), rows)


if __name__ == "__main__":
    print(section().markdown())
