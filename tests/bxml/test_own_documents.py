"""Documents as people write them, in tests/documents: read, checked, written again."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.elements import canonical
from webhooks import bxml
from webhooks.bxml import ELEMENTS, parse
from webhooks.events import InitiateEvent
from webhooks.rules import check

FILES = sorted((Path(__file__).parents[1] / "documents").glob("*.xml"))


def test_every_element_stands_in_one_of_them_with_every_attribute() -> None:
    found = [node for file in FILES for node in etree.parse(file).getroot().iter(*ELEMENTS)]
    complete = {node.tag for node in found if {one.wire for one in ELEMENTS[node.tag].attributes} == set(node.attrib)}
    assert complete == ELEMENTS.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_is_read_breaks_no_rule_and_is_written_again(file: Path) -> None:
    document = parse(file.read_bytes())
    assert check(document.verbs, InitiateEvent) == []
    assert canonical(document.to_bytes()) == canonical(file.read_bytes())
    assert canonical(str(document).encode()) == canonical(file.read_bytes())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_verbs_can_be_written_in_python(file: Path) -> None:
    document = parse(file.read_bytes())
    assert eval(repr(document), dict(vars(bxml))) == document
