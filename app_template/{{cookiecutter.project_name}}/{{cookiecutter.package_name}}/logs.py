"""Logs as JSON lines: what happened, to which call or message. Never a number, a text, a digit or a credential."""

import json
import logging
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """One record, one line. Of an error its class and its place, not its message, which may hold what somebody said."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["at"] = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(record.exc_info[2])[-5:]]
        return json.dumps(line, default=str)


def logging_config(level: str) -> dict[str, Any]:
    """For uvicorn, and for `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
        "root": {"handlers": ["stdout"], "level": level},
{% if cookiecutter.__messaging %}
        # It would log the URL of each request.
        "loggers": {"httpx2": {"level": "WARNING"}},
{% endif %}
    }
