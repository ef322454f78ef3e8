from __future__ import annotations

import importlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

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


POSTGRES = os.environ.get("WEBHOOKS_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")


@pytest.fixture
def dsn() -> Iterator[str]:
    """A schema of the test's own in a real Postgres."""
    name = f"webhooks_{uuid.uuid4().hex}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip(f"no Postgres at {POSTGRES.rpartition('@')[2]}; WEBHOOKS_TEST_POSTGRES names another")
    with connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
        yield f"{POSTGRES}?options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE".encode())
