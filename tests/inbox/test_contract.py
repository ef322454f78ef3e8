from __future__ import annotations

from tests.inbox import stores


class TestMemoryInbox(stores.ContractOfMemory):
    pass


class TestSqliteInbox(stores.ContractOfSqlite):
    pass
