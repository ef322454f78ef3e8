from pydantic import BaseModel

from webhooks import AllowAll, Context, Webhooks
from webhooks.bxml import Gather, SpeakSentence
from webhooks.events import GatherEvent
from webhooks.state import SqliteState

hooks = Webhooks(auth=AllowAll(), state=SqliteState("state.db"))


class Order(BaseModel):
    dishes: list[str] = []


@hooks.on(GatherEvent, path="/order")
async def order(call: GatherEvent, context: Context) -> Gather:
    async with context.state(Order) as placed:
        placed.dishes.append(call.digits or "")
    return Gather(SpeakSentence(f"That makes {len(placed.dishes)}. What else?"), gather_url=order)
