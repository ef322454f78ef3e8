from app import hooks

from webhooks.bxml import Document, PhoneNumber, SpeakSentence, Transfer
from webhooks.events import GatherEvent
from webhooks.testing import Harness, make


async def test_one_is_sales() -> None:
    reply = await Harness(hooks, credentials=("bandwidth", "s3cret")).send(make(GatherEvent, digits="1"), path="/menu")
    assert reply.document == Document(SpeakSentence("One moment."), Transfer(PhoneNumber("+19195550101")))
