"""A file that takes what an inbox cannot, for as long as it cannot: one line per delivery, forced to the disk."""

from __future__ import annotations

import glob
import json
import logging
import os
import re
import threading
import uuid
from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from webhooks.inbox.base import Envelope

try:
    import fcntl
except ModuleNotFoundError:  # Windows, where the app is one process
    fcntl = None  # type: ignore[assignment]

__all__ = ["Spool", "Taken"]

_log = logging.getLogger("webhooks.inbox")

_NUMBER = re.compile(r"\.taken-(\d{9})-")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a spool."""

    envelopes: list[Envelope]
    files: list[Path]
    """Where it still is."""


class Spool:
    """The file at `path`. Several processes may use it: whoever writes or takes it away holds its lock.

    All methods raise OSError where the file system does.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = Path(path)
        """Where it is."""
        self._held = False
        self._mutex = threading.Lock()

    @property
    def holds(self) -> bool:
        """Whether anything is there: what has an order must not overtake it.

        Of what another process is taking up at this moment nothing is known.
        """
        return self._held or self.path.exists()

    def look(self) -> None:
        """See whether an earlier process left something."""
        self._held = bool(self._taken())

    def append(self, envelope: Envelope) -> None:
        """Write a delivery down; returns when it is on the disk."""
        with self._mutex:
            self._held = True
            with self._locked() as file:
                _write(file, _line(envelope))

    @contextmanager
    def _locked(self) -> Generator[int]:
        file = os.open(self.path, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX)
            if not self._is(file):
                with self._locked() as again:  # taken away while this one waited
                    yield again
            else:
                yield file
        finally:
            os.close(file)

    def _is(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self.path.stat())
        except FileNotFoundError:
            return False

    def take(self) -> Taken:
        """All that was written; it stays on the disk until `forget`, and is given again until then.

        Each taking has a file of its own: what one process forgets is never what another has not read yet.
        """
        with self._mutex:
            if self.path.exists():
                with self._locked():
                    self.path.rename(self._next())
            files = self._taken()
            self._held = bool(files)
        read = [_read(line) for file in files for line in _lines(file) if line]
        if None in read:
            _log.error('%d lines of "%s" cannot be read and are left out.', read.count(None), self.path)
        return Taken([envelope for envelope in read if envelope is not None], files)

    def _taken(self) -> list[Path]:
        """The oldest first."""
        return sorted(self.path.parent.glob(f"{glob.escape(self.path.name)}.taken-*"))

    def _next(self) -> Path:
        """A name after those of all that was taken before."""
        numbers = [int(found[1]) for file in self._taken() if (found := _NUMBER.search(file.name))]
        return self.path.with_name(f"{self.path.name}.taken-{max(numbers, default=0) + 1:09}-{uuid.uuid4().hex}")

    def forget(self, taken: Taken) -> None:
        """What was taken is kept elsewhere now."""
        for file in taken.files:
            file.unlink(missing_ok=True)


def _write(file: int, line: bytes) -> None:
    """All of it, or nothing: a disk that is full takes a part, and says so by its length."""
    size, rest = os.fstat(file).st_size, memoryview(line)
    try:
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    except OSError:
        # Its delivery is handled at once, and shall not be taken up as well.
        with suppress(OSError):
            os.ftruncate(file, size)
        raise


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except FileNotFoundError:  # another process has taken it up meanwhile
        return []


def _line(envelope: Envelope) -> bytes:
    fields = [envelope.key, envelope.order_key, envelope.event_type, envelope.correlation_id, envelope.head()]
    # Begins with a line break, so that a line that a crash cut short costs nobody but itself.
    return b"\n" + json.dumps([*fields, b64encode(envelope.body).decode()]).encode() + b"\n"


def _read(line: bytes) -> Envelope | None:
    try:
        key, order_key, event_type, correlation_id, head, body = json.loads(line)
        return Envelope.of(
            key=key,
            order_key=order_key,
            event_type=event_type,
            correlation_id=correlation_id,
            head=head,
            body=b64decode(body),
        )
    except (ValueError, TypeError):
        return None
