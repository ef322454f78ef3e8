from __future__ import annotations

import pytest

from webhooks import BxmlError
from webhooks.bxml import parse

ENTITY = "<!DOCTYPE r [<!ENTITY a 'julie'>]><Response><SpeakSentence voice='&a;'>Hi</SpeakSentence></Response>"


@pytest.mark.parametrize("source", ["\ufeff" + ENTITY, b"\xef\xbb\xbf\xef\xbb\xbf" + ENTITY.encode()])
def test_a_document_type_behind_a_byte_order_mark_is_refused(source: str | bytes) -> None:
    with pytest.raises(BxmlError):
        parse(source)
