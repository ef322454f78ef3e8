"""The stores of the tests, each on a place of its own that is removed afterwards. Where no server runs, tests skip."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis

POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/15")


class Ticking:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def postgres_schema() -> Iterator[str]:
    """How to connect to a schema that is dropped afterwards."""
    name = f"webhooks_test_{uuid.uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL answers at TEST_POSTGRES, by default 127.0.0.1:5432")
    with connection:
        connection.execute(f"CREATE SCHEMA {name}")  # type: ignore[call-overload]
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")  # type: ignore[call-overload]


@contextmanager
def redis_prefix() -> Iterator[str]:
    """What names of keys begin with that are deleted afterwards."""
    prefix = f"webhooks:test:{uuid.uuid4().hex[:12]}:"
    with redis.Redis.from_url(REDIS, socket_connect_timeout=3) as client:
        try:
            client.ping()
        except redis.ConnectionError:
            pytest.skip("no Redis answers at TEST_REDIS, by default 127.0.0.1:6379")
        try:
            yield prefix
        finally:
            for key in client.scan_iter(prefix + "*"):
                client.delete(key)
