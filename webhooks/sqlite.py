"""What all who keep something in a SQLite file do. Standard library only."""

from __future__ import annotations

import sqlite3
import time

__all__ = ["write_ahead"]

# Seconds between two tries.
_PAUSE = 0.005


def write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Have changes written to a log beside the file first, so that readers and a writer do not wait for each other.

    The mode is the file's, and the first to come sets it. Of several who come first, SQLite refuses all but one at
    once, whatever their `timeout`: waiting for each other, none would go on. So it is tried again here.

    Args:
        connection: outside of a transaction.
        patience: seconds.

    Raises:
        sqlite3.Error: the file cannot be written, or somebody held it for all that time.
    """
    ends = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= ends:
                raise
        else:
            return
        time.sleep(_PAUSE)
