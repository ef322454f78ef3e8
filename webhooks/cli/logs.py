"""What the app logs while a command runs it: shown to the developer, on stderr."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import click

from webhooks.cli.layout import wrapped
from webhooks.cli.notes import text_of

__all__ = ["show_logs"]


class _Shown(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # What follows the first line is code to paste, or a traceback.
        sentence, *code = f"{record.levelname.lower()}: {text_of(record)}".splitlines()
        click.secho("\n".join([wrapped(sentence), *code]), err=True, fg="yellow")


@contextmanager
def show_logs() -> Generator[None]:
    """Show the package's warnings and errors. A library configures no logging; its command line does."""
    logger, handler = logging.getLogger("webhooks"), _Shown(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
