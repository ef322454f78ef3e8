"""All benchmarks, one command: writes RESULTS.md, and the pictures that README and docs show.

    python benchmarks/run.py [--quick] [--only NAME ...]

`--quick` takes two minutes and writes nothing. Everything stays on loopback and is bounded in count and time.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import bxml
import contest
import instructions
import parsing
import scale
import simulator
import stages
import startup
from figures import draw
from report import Section, machine

HERE = Path(__file__).parent

SECTIONS: Mapping[str, Callable[[], Section]] = {
    "contest": lambda: contest.section(turns=9, seconds=2),
    "instructions": instructions.section,
    "stages": stages.section,
    "parsing": parsing.section,
    "bxml": bxml.section,
    "startup": startup.section,
    "scale": scale.section,
    "simulator": simulator.section,
}
QUICK: Mapping[str, Callable[[], Section]] = {
    "contest": lambda: contest.section(turns=2, seconds=1),
    "stages": stages.section,
    "parsing": parsing.section,
    "bxml": lambda: bxml.section(rounds=3),
    "startup": startup.section,
}


def measured(which: Mapping[str, Callable[[], Section]], only: Sequence[str]) -> list[Section]:
    found: list[Section] = []
    for name, section in which.items():
        if only and name not in only:
            continue
        if name == "instructions" and shutil.which("valgrind") is None:
            print("instructions are left out: valgrind is not installed", file=sys.stderr)
            continue
        print(f"{name} ...", file=sys.stderr)
        found.append(section())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two minutes, and nothing is written")
    parser.add_argument(
        "--only", nargs="+", default=[], choices=list(SECTIONS), metavar="NAME", help="print only these"
    )
    given = parser.parse_args()
    sections = measured(QUICK if given.quick else SECTIONS, given.only)
    report = "\n\n".join([f"# Results\n\nMade by `make bench` on {machine()}", *(one.markdown() for one in sections)])
    print(report)
    if not given.quick and not given.only:
        (HERE / "RESULTS.md").write_text(report + "\n")
        draw()


if __name__ == "__main__":
    main()
