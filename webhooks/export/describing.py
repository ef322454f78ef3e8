"""Shows an installed app on FastAPI's /docs."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from webhooks.errors import UsageError
from webhooks.export.addresses import addresses_of
from webhooks.export.openapi import document
from webhooks.export.schemas import Json

__all__ = ["describe"]

# Before the names of our schemas: a FastAPI app may have a `Message` of its own.
_PREFIX = "Bandwidth"


def describe(app: Starlette) -> None:
    """Add the events of every Webhooks installed in a FastAPI app to its OpenAPI document, and so to /docs.

    Before or after `hooks.install(app, "/bandwidth")`, whose routes FastAPI does not know by itself. It replaces
    `app.openapi`, as FastAPI's documentation does ("extending OpenAPI"), and calls the one that was there.

    Raises:
        UsageError: no FastAPI app.
    """
    theirs = getattr(app, "openapi", None)
    if not callable(theirs):
        raise UsageError(
            f"describe() takes a FastAPI app, not {type(app).__name__}; webhooks.export.openapi(app) gives a document "
            "of any."
        )

    def openapi() -> Json:
        found: Any = theirs()
        return _joined(found, document(addresses_of(app), prefix=_PREFIX))

    setattr(app, "openapi", openapi)  # noqa: B010 - a method of FastAPI's, which Starlette does not have


def _joined(theirs: Json, ours: Json) -> Json:
    """Both, part by part; the objects that FastAPI keeps are not changed."""
    components: Json = theirs.get("components", {})
    joined = {part: {**components.get(part, {}), **named} for part, named in ours["components"].items()}
    return {
        **theirs,
        "paths": {**theirs.get("paths", {}), **ours["paths"]},
        "webhooks": {**theirs.get("webhooks", {}), **ours["webhooks"]},
        "components": {**components, **joined},
    }
