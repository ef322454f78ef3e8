from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
        command = [sys.executable, "-m", "webhooks", *arguments]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, close_fds=True
        )
        os.close(theirs)
        self.screen = ""
        self._read = 0

    def until(self, text: str) -> None:
        """Read until it stands on the screen, after what was waited for before."""
        ends = time.monotonic() + 20
        while text not in self.screen[self._read :]:
            assert select.select([self._ours], [], [], max(0, ends - time.monotonic()))[0], self.screen
            try:
                self.screen += os.read(self._ours, 4096).decode()
            except OSError:  # the other end is closed
                break
        assert text in self.screen[self._read :], self.screen
        self._read = self.screen.index(text, self._read) + len(text)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def ended(self) -> int:
        code = self._process.wait(20)
        os.close(self._ours)
        return code
