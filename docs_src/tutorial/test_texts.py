from httpx2 import ASGITransport, AsyncClient
from texts import make_hooks

from webhooks import AllowAll


async def test_somebody_asks_for_the_opening_hours(phone):
    bandwidth = AsyncClient(transport=ASGITransport(phone.api), base_url="https://messaging.test/api/v2")
    hooks = make_hooks(AllowAll(), bandwidth, account="1", application="a")
    chat = phone.conversation(hooks)
    await chat.text("hours")
    assert chat.heard("nine to five")
