"""What the app logs while a command runs it: shown to the developer, on stderr."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import click

from webhooks.cli.layout import wrapped

__all__ = ["quiet", "show_logs"]


class _Shown(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        # What follows the first line is code to paste.
        sentence, *code = f"{record.levelname.lower()}: {record.getMessage()}".splitlines()
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


@contextmanager
def quiet(name: str) -> Generator[None]:
    """Keep one logger's records to itself, where a command tells the same in its own words."""
    logger = logging.getLogger(name)

    def nothing(record: logging.LogRecord) -> bool:
        return False

    logger.addFilter(nothing)
    try:
        yield
    finally:
        logger.removeFilter(nothing)
