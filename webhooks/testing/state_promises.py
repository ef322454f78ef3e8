"""The promises of `webhooks.state.StateStore`, as tests to inherit from. Needs pytest."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from webhooks.errors import StateError
from webhooks.state import Entry, StateKey, StateStore

__all__ = ["StateContract"]

_KEY = StateKey("call:c-1", "app.Cart")
_LONG = 3600.0


@pytest.mark.anyio
class StateContract(ABC):
    """The promises of `webhooks.state.StateStore`, one test or more for each."""

    @abstractmethod
    def make(self) -> StateStore:
        """Another process's store on what this test keeps state in; not opened. Nothing is kept from other tests."""
        ...

    @abstractmethod
    def broken(self) -> StateStore | None:
        """One that cannot work: no server answers, the file is none. None when there is no such thing."""
        ...

    @abstractmethod
    def advance(self, seconds: float) -> None:
        """Let so many seconds pass for all stores of this test."""
        ...

    @pytest.fixture
    def anyio_backend(self) -> str:
        """Stores are for asyncio."""
        return "asyncio"

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[StateStore]:
        """A store, closed afterwards."""
        store = self.make()
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    @pytest.mark.parametrize("value", [b"", b"{}", bytes(range(256)), b"x" * 100_000])
    async def test_what_was_set_comes_back(self, value: bytes) -> None:
        """Promise 1."""
        async with self.opened() as store:
            assert await store.get(_KEY) is None
            version = await store.set(_KEY, value=value, version=None, ttl=_LONG)
            assert version is not None
            assert await store.get(_KEY) == Entry(value, version)

    async def test_keys_are_told_apart(self) -> None:
        """Promise 1."""
        keys = [
            StateKey(namespace, name) for namespace in ("a", "a:b", "A", "n" * 300) for name in ("b", "b:a", "x%_*")
        ]
        async with self.opened() as store:
            for key in keys:
                await store.set(key, value=repr(key).encode(), version=None, ttl=_LONG)
            kept = [await store.get(key) for key in keys]
        assert [entry and entry.value for entry in kept] == [repr(key).encode() for key in keys]

    async def test_only_who_knows_the_version_writes(self) -> None:
        """Promise 2."""
        async with self.opened() as store:
            first = await store.set(_KEY, value=b"1", version=None, ttl=_LONG)
            assert await store.set(_KEY, value=b"x", version=None, ttl=_LONG) is None
            assert await store.set(_KEY, value=b"x", version="0", ttl=_LONG) is None
            second = await store.set(_KEY, value=b"2", version=first, ttl=_LONG)
            assert second is not None
            assert await store.set(_KEY, value=b"x", version=first, ttl=_LONG) is None
            assert await store.get(_KEY) == Entry(b"2", second)

    async def test_a_version_does_not_outlive_its_value(self) -> None:
        """Promise 2."""
        async with self.opened() as store:
            old = await store.set(_KEY, value=b"1", version=None, ttl=10)
            self.advance(11)
            assert await store.set(_KEY, value=b"x", version=old, ttl=10) is None
            new = await store.set(_KEY, value=b"1", version=None, ttl=10)
            assert new not in (None, old)
            assert await store.set(_KEY, value=b"x", version=old, ttl=10) is None

    async def test_of_many_who_write_at_once_one_does(self) -> None:
        """Promise 2."""
        async with self.opened() as one, self.opened() as other:
            for version in (None, (await one.get(_KEY) or Entry(b"", "")).version):
                writes = [store.set(_KEY, value=b"", version=version or None, ttl=_LONG) for store in [one, other] * 10]
                assert len([done for done in await asyncio.gather(*writes) if done is not None]) == (version is None)

    async def test_a_value_is_gone_after_its_time(self) -> None:
        """Promise 3."""
        async with self.opened() as store:
            version = await store.set(_KEY, value=b"1", version=None, ttl=10)
            self.advance(6)
            assert await store.set(_KEY, value=b"2", version=version, ttl=10) is not None
            self.advance(6)
            assert await store.get(_KEY) is not None
            self.advance(6)
            assert await store.get(_KEY) is None
            assert await store.set(_KEY, value=b"3", version=None, ttl=10) is not None

    async def test_a_value_with_no_time_is_gone_at_once(self) -> None:
        """Promise 3."""
        async with self.opened() as store:
            version = await store.set(_KEY, value=b"1", version=None, ttl=10)
            assert await store.set(_KEY, value=b"", version=version, ttl=0) is not None
            assert await store.get(_KEY) is None
            assert await store.set(_KEY, value=b"2", version=None, ttl=10) is not None

    async def test_a_namespace_is_forgotten_at_once(self) -> None:
        """Promise 4."""
        other = StateKey("call:c-2", _KEY.name)
        async with self.opened() as store:
            for key in (_KEY, other, StateKey(_KEY.namespace, "b")):
                await store.set(key, value=b"1", version=None, ttl=_LONG)
            await store.forget(_KEY.namespace, after=0)
            assert await store.get(_KEY) is None
            assert await store.get(StateKey(_KEY.namespace, "b")) is None
            assert await store.get(other) is not None
            assert await store.set(_KEY, value=b"2", version=None, ttl=_LONG) is not None

    async def test_what_is_set_before_the_end_of_a_namespace_goes_with_it(self) -> None:
        """Promise 4."""
        late = StateKey(_KEY.namespace, "late")
        async with self.opened() as store:
            version = await store.set(_KEY, value=b"1", version=None, ttl=_LONG)
            await store.forget(_KEY.namespace, after=60)
            await store.forget(_KEY.namespace, after=600)
            self.advance(50)
            assert await store.set(_KEY, value=b"2", version=version, ttl=_LONG) is not None
            assert await store.set(late, value=b"3", version=None, ttl=_LONG) is not None
            self.advance(11)
            assert [await store.get(_KEY), await store.get(late)] == [None, None]
            assert await store.set(_KEY, value=b"4", version=None, ttl=_LONG) is not None
            self.advance(_LONG / 2)
            assert await store.get(_KEY) is not None

    async def test_a_namespace_without_values_can_be_forgotten(self) -> None:
        """Promise 4."""
        async with self.opened() as store:
            await store.forget(_KEY.namespace, after=60)
            await store.set(_KEY, value=b"1", version=None, ttl=_LONG)
            self.advance(61)
            assert await store.get(_KEY) is not None

    async def test_pruning_removes_nothing_that_is_there(self) -> None:
        """Promise 5."""
        other = StateKey("call:c-2", _KEY.name)
        async with self.opened() as store:
            await store.set(_KEY, value=b"1", version=None, ttl=10)
            await store.set(other, value=b"1", version=None, ttl=_LONG)
            self.advance(11)
            await store.prune()
            assert [await store.get(_KEY), (await store.get(other)) is not None] == [None, True]

    async def test_another_process_sees_it_and_so_does_a_later_one(self) -> None:
        """Promises 6 and 7."""
        async with self.opened() as one:
            async with self.opened() as other:
                version = await one.set(_KEY, value=b"1", version=None, ttl=_LONG)
                assert version is not None
                assert await other.get(_KEY) == Entry(b"1", version)
            await other.close()
            await other.open()
            await other.open()
            assert await other.get(_KEY) == Entry(b"1", version)
            await other.close()

    async def test_many_can_open_it_at_once(self) -> None:
        """Promise 7."""
        stores = [self.make() for _ in range(5)]
        await asyncio.gather(*(store.open() for store in stores))
        await asyncio.gather(*(store.close() for store in stores))

    async def test_what_it_cannot_do_it_says(self) -> None:
        """Promise 8."""
        store = self.broken()
        if store is None:
            return
        async with asyncio.timeout(30):
            for ask in (
                store.open,
                lambda: store.get(_KEY),
                lambda: store.set(_KEY, value=b"s3cret", version=None, ttl=_LONG),
                lambda: store.forget(_KEY.namespace, after=0),
            ):
                with pytest.raises(StateError) as failure:
                    await ask()
                assert _KEY.namespace not in str(failure.value)
                assert "s3cret" not in str(failure.value)
            await store.close()
