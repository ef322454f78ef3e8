"""Single keys of a terminal."""

from __future__ import annotations

import os
import sys
import termios
import tty
from collections.abc import Generator
from contextlib import contextmanager, suppress

__all__ = ["is_ours", "pressed", "single_keys", "standard_input"]

_MOST = 64


def standard_input() -> int | None:
    """The number of the file that is standard input; None when there is none."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError):
        return None


def is_ours(terminal: int) -> bool:
    """Whether it is a terminal that this process may read: none is read in the background, where that would stop us."""
    if not os.isatty(terminal):
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # not the terminal that we were started in, so nobody stops us
        return True


@contextmanager
def single_keys(terminal: int | None) -> Generator[None]:
    """Keys come when they are pressed and are not shown; what the terminal did before, it does again afterwards."""
    if terminal is None or not is_ours(terminal):
        yield
        return
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield
    finally:
        with suppress(termios.error):  # its window was closed
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def pressed(terminal: int) -> str:
    """What was pressed since; nothing when the terminal is gone."""
    try:
        return os.read(terminal, _MOST).decode(errors="replace")
    except OSError:
        return ""
