"""Told what happened: logging, OpenTelemetry, or whatever you write. `Webhooks(hooks=[LogHook(), OtelHook()])`."""

from webhooks.hooks.base import Details, Happening, Hook, Hooks
from webhooks.hooks.logs import LogHook
from webhooks.hooks.otel import OtelHook

__all__ = ["Details", "Happening", "Hook", "Hooks", "LogHook", "OtelHook"]
