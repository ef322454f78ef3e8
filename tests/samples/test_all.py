from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from tests.samples.conftest import FOLDER
from webhooks.cli.findings import findings_of
from webhooks.cli.loading import hooks_in

FILES = sorted(FOLDER.glob("*.py"))
SAMPLES = [path.stem for path in FILES if path.stem != "bandwidth_api"]


def test_seven_samples_are_fewer_than_190_lines() -> None:
    assert len(SAMPLES) == 7
    lines = [line for path in FILES for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) < 190


@pytest.mark.parametrize("name", SAMPLES)
def test_the_check_finds_nothing_in_a_sample(name: str, sample: Callable[[str], ModuleType]) -> None:
    module = sample(name)
    (mounted,) = hooks_in(getattr(module, "app", module.hooks))
    assert list(findings_of([mounted])) == []
