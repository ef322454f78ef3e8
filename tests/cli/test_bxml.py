from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command, Write, in_a_line
from webhooks.bxml import MAX_BYTES

MENU = """<Response>
  <StartRecording/>
  <Gather gatherUrl="/menu" maxDigits="1">
    <SpeakSentence>Press 1.</SpeakSentence>
  </Gather>
  {}
</Response>
"""


def found(command: Command, text: str, *options: str) -> list[tuple[str, str, int, int]]:
    result = command("bxml", "-", "--json", *options, input=text)
    lines = json.loads(result.output)
    assert result.exit_code == (1 if any(one["severity"] == "error" for one in lines) else 0)
    assert all(one["page"].startswith("https://dev.bandwidth.com/docs/voice/") for one in lines)
    assert all(one["problem"][0].isupper() or one["problem"].startswith("<") for one in lines)
    return [(one["severity"], one["code"], one["line"], one["column"]) for one in lines]


def test_a_document_without_mistakes_says_what_was_read(command: Command, write: Write) -> None:
    write("menu.xml", MENU.format(""))
    result = command("bxml", "menu.xml")
    assert (result.exit_code, result.output) == (0, "menu.xml: 2 verbs, nothing found.\n")


def test_mistakes_are_told_with_place_code_and_page(command: Command, write: Write) -> None:
    write("menu.xml", MENU.format("<Hangupp/>"))
    result = command("bxml", "menu.xml")
    assert result.exit_code == 1
    assert result.output == (
        "error  menu.xml:6:3  unknown-element\n"
        '  <Hangupp> is no element of BXML. Did you mean "Hangup"?\n'
        "  -> https://dev.bandwidth.com/docs/voice/bxml/about\n"
        "\n"
        "menu.xml: 3 verbs, 1 error.\n"
    )


def test_broken_rules_are_told_the_same_way(command: Command, write: Write) -> None:
    write("menu.xml", MENU.format("<Hangup/>"))
    result = command("bxml", "menu.xml")
    assert result.exit_code == 0
    assert result.output == (
        "warning  menu.xml:6:3  dead-code\n"
        "  Hangup never runs: nothing does after Gather with gather_url.\n"
        "  -> https://dev.bandwidth.com/docs/voice/bxml/gather\n"
        "\n"
        "menu.xml: 3 verbs, 1 warning.\n"
    )


def test_the_event_decides_which_rules_hold(command: Command) -> None:
    assert found(command, MENU.format("")) == []
    assert found(command, MENU.format(""), "--event", "conferenceCreated") == [("error", "verb-not-allowed", 3, 3)]
    assert found(command, "<Response><StartRecording/></Response>", "--event", "ConferenceCreatedEvent") == []


def test_where_a_verb_cannot_be_read_the_others_are_still_held_to_the_event(command: Command) -> None:
    text = "<Response><Gather x=''/><Hangup/><Pause/><StopRecording/></Response>"
    assert found(command, text) == [("error", "unknown-attribute", 1, 19)]
    assert [one[1:3] for one in found(command, text, "--event", "conferenceMemberJoin")] == [
        ("unknown-attribute", 1),
        ("verb-not-allowed", 1),
        ("verb-not-allowed", 1),
    ]


def test_what_is_json_has_six_fields(command: Command) -> None:
    [one] = json.loads(command("bxml", "-", "--json", input="<Response><Redirect/></Response>").output)
    assert one == {
        "severity": "error",
        "code": "missing-attribute",
        "line": 1,
        "column": 11,
        "problem": "<Redirect> lacks redirectUrl.",
        "page": "https://dev.bandwidth.com/docs/voice/bxml/redirect",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-xml"),
        ("<Response>", "not-xml"),
        ("<Hangup/>", "wrong-root"),
        (" " * (MAX_BYTES + 1), "too-large"),
        ("<!DOCTYPE Response [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Response>&e;</Response>", "doctype"),
    ],
)
def test_what_cannot_be_read_at_all_is_one_error(text: str, code: str, command: Command) -> None:
    [one] = found(command, text)
    assert one[:2] == ("error", code)


def test_after_twenty_mistakes_it_says_that_there_may_be_more(command: Command) -> None:
    result = command("bxml", "-", input="<Response>" + "<Say/>" * 30 + "</Response>")
    assert "There may be more: after twenty mistakes, the rest is not looked at." in result.output
    assert result.output.endswith("<stdin>: 20 verbs, 20 errors.\n")


def test_what_comes_in_is_called_so_and_one_verb_is_one(command: Command) -> None:
    assert command("bxml", "-", input="<Response><Hangup/></Response>").output == "<stdin>: 1 verb, nothing found.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lost.xml"], "'lost.xml': No such file or directory"),
        (["."], "'.': Is a directory"),
        (["-", "--event", "disconnect"], '"disconnect" is a notification: its answer has no BXML.'),
        (["-", "--event", "anser"], 'there is no event "anser". Did you mean "answer"?'),
    ],
)
def test_what_was_asked_wrongly_is_one_sentence(arguments: list[str], told: str, command: Command) -> None:
    result = command("bxml", *arguments, input="")
    assert result.exit_code == 2
    assert told in in_a_line(result.output)


def test_no_line_is_wider_than_the_terminal_but_for_urls(command: Command) -> None:
    text = MENU.format("<Transfer/>").replace("StartRecording", "SpeakSentence")
    lines = command("bxml", "-", "--event", "conferenceCreated", input=text).output.splitlines()
    assert [line for line in lines if len(line) > 80 and "https:" not in line] == []


def test_colours_are_for_terminals(command: Command) -> None:
    assert "\x1b[" not in command("bxml", "-", input="<Hangup/>").output
    assert "\x1b[" in command("bxml", "-", input="<Hangup/>", color=True).output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<SpeakSentence>you & me</SpeakSentence>", 'xmlParseEntityRef: no name. Write "&" as "&amp;".'),
        ("<Redirect redirectUrl='/a?x=1&y=2'/>", 'Write "&" as "&amp;".'),
        ("<Say>Hello.</Say>", '<Say> is no element of BXML. Did you mean "SpeakSentence"?'),
        ("<Dial>+19195550100</Dial>", 'Did you mean "Transfer"?'),
        ("<Play>/a.wav</Play>", 'Did you mean "PlayAudio"?'),
        ("<Transfer>+19195550100</Transfer>", "takes no text. It may belong in <PhoneNumber> or <SipUri>."),
        ("<Gather>Press 1.</Gather>", "takes no text. It may belong in <SpeakSentence> or <PlayAudio>."),
        ("<Hangup>now</Hangup>", "<Hangup> takes no text. -> https:"),
        (
            "<StartStream destination='wss://a.example' name='a'>x</StartStream>",
            "<StartStream> takes no text. -> https:",
        ),
    ],
)
def test_what_to_write_instead_is_told(text: str, told: str, command: Command) -> None:
    result = command("bxml", "-", input=f"<Response>{text}</Response>")
    assert (result.exit_code, told in in_a_line(result.output)) == (1, True), result.output
