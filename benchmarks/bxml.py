"""Building and writing BXML: a typical reply (speak, gather with a nested play) and a document of 50 verbs.

    python benchmarks/bxml.py

Beside us: an f-string with the same safety check, lxml by hand, and the packages bandwidth-sdk and twilio where they
are installed (pip install bandwidth-sdk twilio). All in one process, in turns. Prints medians, and what each is of the
f-string's.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

sys.path.insert(0, str(Path(__file__).parent))
from report import Section

from webhooks.bxml import Document, Gather, PlayAudio, SpeakSentence

HELLO = "Thank you for calling, Zoë & Sons."
MENU = "Press 1 for sales, 2 for support."
SOUND = "https://example.com/chime.wav?a=1&b=2"
CONTROLS = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
Write = Callable[[int], bytes]


def ours(pairs: int) -> bytes:
    verbs: list[SpeakSentence | Gather] = []
    for _ in range(pairs):
        verbs.append(SpeakSentence(HELLO))
        verbs.append(Gather(SpeakSentence(MENU), PlayAudio(SOUND), gather_url="/menu", max_digits=1, tag="menu"))
    return Document(*verbs).to_bytes()


def f_string(pairs: int) -> bytes:
    parts = ['<?xml version="1.0" encoding="UTF-8"?><Response>']
    for _ in range(pairs):
        parts.append(f"<SpeakSentence>{escape(HELLO)}</SpeakSentence>")
        parts.append(
            f'<Gather gatherUrl="{escape("/menu", {chr(34): "&quot;"})}" tag="{escape("menu", {chr(34): "&quot;"})}" '
            f'maxDigits="{1}"><SpeakSentence>{escape(MENU)}</SpeakSentence><PlayAudio>{escape(SOUND)}</PlayAudio></Gather>'
        )
    parts.append("</Response>")
    body = "".join(parts).encode()
    if len(body.translate(None, CONTROLS)) != len(body) or len(body) > 65536:
        raise ValueError(body)
    return body


def lxml_by_hand(pairs: int) -> bytes:
    root = etree.Element("Response")
    for _ in range(pairs):
        etree.SubElement(root, "SpeakSentence").text = HELLO
        gather = etree.SubElement(root, "Gather", {"gatherUrl": "/menu", "tag": "menu", "maxDigits": "1"})
        etree.SubElement(gather, "SpeakSentence").text = MENU
        etree.SubElement(gather, "PlayAudio").text = SOUND
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def contestants() -> dict[str, Write]:
    found: dict[str, Write] = {"f-string": f_string, "webhooks": ours, "lxml by hand": lxml_by_hand}
    if find_spec("bandwidth") is not None:
        from bandwidth.models import bxml as sdk

        def with_sdk(pairs: int) -> bytes:
            response = sdk.Response()
            for _ in range(pairs):
                response.add_verb(sdk.SpeakSentence(HELLO))
                prompts = [sdk.SpeakSentence(MENU), sdk.PlayAudio(SOUND)]
                response.add_verb(sdk.Gather(prompts, gather_url="/menu", max_digits=1, tag="menu"))
            return response.to_bxml().encode()

        found["bandwidth-sdk"] = with_sdk
    if find_spec("twilio") is not None:
        from twilio.twiml.voice_response import VoiceResponse

        def with_twilio(pairs: int) -> bytes:
            response = VoiceResponse()
            for _ in range(pairs):
                response.say(HELLO)
                gather = response.gather(action="/menu", num_digits=1)
                gather.say(MENU)
                gather.play(SOUND)
            return str(response).encode()

        found["twilio"] = with_twilio
    return found


def microseconds(write: Write, pairs: int) -> float:
    count = 2000 // pairs
    started = time.perf_counter()
    for _ in range(count):
        write(pairs)
    return (time.perf_counter() - started) / count * 1e6


def section(rounds: int = 9) -> Section:
    """A typical reply, and a long one."""
    writers = contestants()
    rows: list[tuple[str, ...]] = []
    for what, pairs in (("typical reply", 1), ("50 verbs", 25)):
        figures: dict[str, list[float]] = {name: [microseconds(write, pairs)] for name, write in writers.items()}
        for _ in range(rounds):
            for name, write in writers.items():
                figures[name].append(microseconds(write, pairs))
        base = statistics.median(figures["f-string"][1:])
        medians = {name: statistics.median(values[1:]) for name, values in figures.items()}
        rows += [(f"{what}, {name}", f"{median:.1f}", f"{median / base:.2f}") for name, median in medians.items()]
    how = "Built and written; limits are checked by ours and by the f-string, which looks for illegal characters, too."
    return Section("BXML", how, ("what", "us", "times the f-string"), rows)


if __name__ == "__main__":
    print(section().markdown())
