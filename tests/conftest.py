from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.servers import postgres_schema

# `pytest --hypothesis-profile=long` looks harder; a run of it is noted in the commit that changes parsing.
settings.register_profile("suite", max_examples=100, deadline=2000)
settings.register_profile("long", max_examples=100_000, deadline=1000)
settings.load_profile("suite")

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_configure(config: pytest.Config) -> None:
    """Our plugin, once coverage has begun: `addopts` keeps pytest from loading it before."""
    plugin = importlib.import_module("webhooks.pytest_plugin")
    if not config.pluginmanager.is_registered(plugin):  # as it is, where somebody runs pytest with other options
        config.pluginmanager.register(plugin, "ours")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def spec() -> Path:
    """The fact tables about Bandwidth, which stand beside the checkout where the project is developed."""
    folder = SHARED / "spec"
    if not folder.exists():
        pytest.skip("the fact tables (../shared/spec) are not here; the project's own payloads are tested in any case")
    return folder


@pytest.fixture
def dsn() -> Iterator[str]:
    """A schema of the test's own in a real Postgres."""
    with postgres_schema() as made:
        yield made
