import structlog

from webhooks.hooks import Details

log = structlog.get_logger("webhooks")
NAMES = ("event_type", "correlation_id", "handler")


def structlog_hook(details: Details) -> None:
    if details.what in {"received", "matched"}:
        # What the handler logs carries these, too.
        known = {name: getattr(details, name) for name in NAMES if getattr(details, name)}
        structlog.contextvars.bind_contextvars(**known)
    elif details.what == "replied":
        log.info("replied", path=details.path, status=details.status, seconds=round(details.seconds, 4))
        structlog.contextvars.unbind_contextvars(*NAMES)
    elif details.status == 401:
        log.debug("refused", path=details.path, status=401)  # each delivery begins with it
    else:
        log.warning(details.what, path=details.path, status=details.status, error=details.error)
