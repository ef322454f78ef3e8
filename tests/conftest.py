from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


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
