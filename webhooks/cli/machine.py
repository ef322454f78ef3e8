"""What `webhooks doctor` knows of the machine that it runs on."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, version

from webhooks.inbox.disk import mounts

__all__ = ["Machine"]

# The event loop and the HTTP parser that uvicorn takes where they are installed: a delivery costs a quarter then.
_FASTER = ("httptools", "uvloop")

_NEED = re.compile(r"(?P<package>[\w.-]+)(?:\[[^\]]*\])?>=(?P<version>[\d.]+)(?P<condition>\s*;.*)?")


@dataclass(frozen=True, slots=True)
class Machine:
    """What is installed and mounted."""

    installed: Mapping[str, str]
    """Version of each package that was asked for and is there, and of Python."""
    needed: Mapping[str, str]
    """The oldest version of each that this package works with."""
    mounted: str
    """The text of /proc/self/mountinfo."""

    @classmethod
    def here(cls, package: str = "bandwidth-webhooks") -> Machine:
        """This one."""
        needed = dict(_needed(package))
        installed = {"Python": platform.python_version()}
        for name in (*needed, *_FASTER):
            with suppress(PackageNotFoundError):
                installed[name] = version(name)
        return cls(installed, needed, mounts())

    @property
    def slower_without(self) -> Sequence[str]:
        """What a server would be faster with, and is not here."""
        return [name for name in _FASTER if name not in self.installed]

    def too_old(self) -> Iterator[tuple[str, str, str]]:
        """Package, its version, and the oldest one that would do."""
        for name, oldest in self.needed.items():
            found = self.installed.get(name)
            if found is not None and _release(found) < _release(oldest):
                yield name, found, oldest


def _needed(package: str) -> Iterator[tuple[str, str]]:
    """The lower bounds of a package that is installed, those of its extras left out."""
    try:
        facts = metadata(package)
    except PackageNotFoundError:  # run from its source
        return
    needs = (_NEED.fullmatch(need) for need in facts.get_all("Requires-Dist", []))
    yield "Python", facts["Requires-Python"].removeprefix(">=")
    yield from ((need["package"], need["version"]) for need in needs if need and not need["condition"])


def _release(version: str) -> tuple[int, ...]:
    """`2.12.0rc1` is (2, 12, 0)."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()
