"""The app, put together: the one place that knows all parts."""
{% if cookiecutter.__messaging %}

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
{% else %}

{% endif %}
from starlette.applications import Starlette
from webhooks import BasicAuth, Webhooks
{% if cookiecutter.__voice %}
from webhooks.bxml import Document, Hangup, SpeakSentence
{% endif %}
from webhooks.inbox import Background, SqliteInbox
from webhooks.state import SqliteState

{% if cookiecutter.use == 'both' %}
from {{ cookiecutter.package_name }} import messaging, prompts, voice
{% elif cookiecutter.use == 'voice' %}
from {{ cookiecutter.package_name }} import prompts, voice
{% else %}
from {{ cookiecutter.package_name }} import messaging
{% endif %}
{% if cookiecutter.__messaging %}
from {{ cookiecutter.package_name }}.bandwidth import Bandwidth
{% endif %}
from {{ cookiecutter.package_name }}.health import health
from {{ cookiecutter.package_name }}.settings import Settings

{% if cookiecutter.__messaging %}

def create_app(settings: Settings, *, transport: httpx2.AsyncBaseTransport | None = None) -> Starlette:
    """The app with these settings; tests hand in what Bandwidth's REST API is asked through."""
{% else %}

def create_app(settings: Settings) -> Starlette:
    """The app with these settings."""
{% endif %}
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    inbox = SqliteInbox(settings.data_folder / "inbox.db") if settings.inbox else None
    state = SqliteState(settings.data_folder / "state.db")
    hooks = Webhooks(
        auth=BasicAuth(settings.bandwidth_webhook_username, settings.bandwidth_webhook_password.get_secret_value()),
{% if cookiecutter.__voice %}
        fallback=Document(SpeakSentence(prompts.SORRY), Hangup()),
{% endif %}
        inbox=inbox,
        background=Background(spool=settings.data_folder / "inbox.spool") if settings.inbox else None,
        state=state,
    )
{% if cookiecutter.__voice %}
    hooks.include(voice.router)
{% endif %}
{% if cookiecutter.__messaging %}
    bandwidth = Bandwidth(settings, transport)
    hooks.include(messaging.routes(bandwidth.reply))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with bandwidth.http:
            yield

    app = Starlette(routes=health(inbox, state), lifespan=lifespan)
{% else %}
    app = Starlette(routes=health(inbox, state))
{% endif %}
    hooks.install(app, "/bandwidth")
    return app
