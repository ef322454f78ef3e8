"""The app as it runs, in a folder of its own{% if cookiecutter.__messaging %}, with Bandwidth's REST API played by the simulator{% endif %}."""

from collections.abc import AsyncGenerator
from pathlib import Path

{% if cookiecutter.__messaging %}
import httpx2
{% endif %}
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
{% if cookiecutter.__messaging %}
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp
{% endif %}
from webhooks.simulator import Phone

from {{ cookiecutter.package_name }}.app import create_app
from {{ cookiecutter.package_name }}.settings import Settings


@pytest.fixture
def anyio_backend() -> str:
    """What tests marked anyio run on."""
    return "asyncio"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Without an inbox, a notification is handled when the simulator's step is over; with one, soon after."""
    return Settings(
        bandwidth_webhook_username="bandwidth",
        bandwidth_webhook_password=SecretStr("s3cret"),
{% if cookiecutter.__messaging %}
        bandwidth_account_id="9900000",
        bandwidth_messaging_application_id="app",
        bandwidth_client_id="client",
        bandwidth_client_secret=SecretStr("c1ient"),
{% endif %}
        data_folder=tmp_path,
        inbox=False,
    )


@pytest.fixture
async def app(settings: Settings, phone: Phone) -> AsyncGenerator[Starlette]:
    """Started and stopped as by a server."""
    phone.credentials = ("bandwidth", "s3cret")
{% if cookiecutter.__messaging %}
    app = create_app(settings, transport=httpx2.ASGITransport(bandwidth(phone.api)))
{% else %}
    app = create_app(settings)
{% endif %}
    async with app.router.lifespan_context(app):
        yield app
{% if cookiecutter.__messaging %}


def bandwidth(api: ASGIApp) -> Starlette:
    """Bandwidth's hosts: tokens, and the API of the simulated phone network."""

    async def token(request: Request) -> JSONResponse:
        return JSONResponse({"access_token": "t0ken", "expires_in": 3600})

    return Starlette(routes=[Route("/api/v1/oauth2/token", token, methods=["POST"]), Mount("/", api)])
{% endif %}
