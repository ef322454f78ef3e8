"""This checkout and another commit, in turns: whether a change made deliveries dearer, and which stage.

    python benchmarks/compare.py REV [--turns 5]

The other commit is checked out beside this one, in a folder of its own that goes afterwards; both run in this
environment. Prints the ratio of this one's server CPU to the other's, and the stages of both.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from deliveries import ANSWER, AUTHORIZATION, BXML
from load import Contestant, contest, ratio

HERE = Path(__file__).parent
KINDS = (("BXML answer", "apps:hooks", BXML), ("empty answer", "apps:quiet", b""))


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A work tree of a commit."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "worktree", "add", "--detach", "--quiet", folder, revision], check=True, cwd=HERE)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", folder], check=True, cwd=HERE)


def stages_of(tree: Path) -> dict[str, float]:
    """Microseconds, as that tree's package takes them for this one's stages."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    run = subprocess.run(
        [sys.executable, str(HERE / "stages.py")], capture_output=True, text=True, check=False, env=environment
    )
    rows = (line.strip("| ").split(" | ") for line in run.stdout.splitlines() if line.startswith("|"))
    return {name: float(value) for name, value in rows if value.replace(".", "").isdigit()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", metavar="REV")
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args()
    with checked_out(given.revision) as other:
        for name, target, answer in KINDS:
            pair = [
                Contestant(which, target, ANSWER, answer, AUTHORIZATION, tree=str(tree))
                for which, tree in (("this", HERE.parent), ("other", other))
            ]
            found = contest(pair, turns=given.turns, connections=32, seconds=2)
            cpu = {which: [turn.cpu for turn in turns] for which, turns in found.items()}
            median, least, most = ratio(cpu["this"], cpu["other"])
            print(f"{name}: server CPU {median:.2f} times that of {given.revision} ({least:.2f} to {most:.2f})")
        ours, theirs = stages_of(HERE.parent), stages_of(other)
        for name, value in ours.items():
            print(f"  {name:<14} {value:6.2f} us, was {theirs.get(name, float('nan')):6.2f}")


if __name__ == "__main__":
    main()
