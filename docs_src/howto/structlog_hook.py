import structlog

from webhooks.hooks import Details

log = structlog.get_logger("webhooks")


def structlog_hook(details: Details) -> None:
    if details.what == "matched":
        # What the handler logs carries these, too.
        structlog.contextvars.bind_contextvars(
            event_type=details.event_type, correlation_id=details.correlation_id, handler=details.handler
        )
    elif details.what == "replied":
        log.info("replied", path=details.path, status=details.status, seconds=round(details.seconds, 4))
        structlog.contextvars.clear_contextvars()
    elif details.what != "received":
        log.warning(details.what, path=details.path, status=details.status, error=details.error)
