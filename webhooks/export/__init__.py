"""What an app receives and answers, for other tools: as AsyncAPI 3.0, as OpenAPI 3.1, and on FastAPI's /docs.

Pure functions from the app to a document. Nothing of the package but the command line imports this.
"""

from webhooks.export.asyncapi import asyncapi
from webhooks.export.describing import describe
from webhooks.export.openapi import openapi

__all__ = ["asyncapi", "describe", "openapi"]
