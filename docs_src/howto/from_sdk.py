from bandwidth.models.bxml import Hangup as SdkHangup
from bandwidth.models.bxml import Response
from bandwidth.models.bxml import SpeakSentence as SdkSpeakSentence

from webhooks import BasicAuth, Webhooks
from webhooks.bxml import Gather, SpeakSentence
from webhooks.events import GatherEvent, InitiateEvent

hooks = Webhooks(auth=BasicAuth.from_env())


@hooks.on(InitiateEvent)
async def welcome(call: InitiateEvent) -> Gather:  # rewritten
    return Gather(SpeakSentence("Press a key."), gather_url=pressed, max_digits=1)


@hooks.on(GatherEvent, path="/pressed")
async def pressed(call: GatherEvent) -> Response:  # as it was
    return Response([SdkSpeakSentence(f"You pressed {call.digits}."), SdkHangup()])
