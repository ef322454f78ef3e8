from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import APP, Command, Write, in_a_line, served
from webhooks import BasicAuth, Webhooks
from webhooks.bxml import SpeakSentence
from webhooks.cli import client
from webhooks.delivery import Delivery
from webhooks.events import EVENTS, Event, GatherEvent
from webhooks.inbox.keys import delivery_key
from webhooks.simulator.sender import typed
from webhooks.testing import example

CREDENTIALS = ("--user", "bandwidth", "--password", "s3cret")


@pytest.fixture(autouse=True)
def app(write: Write) -> None:
    write("phone.py", APP)


def test_a_password_in_a_url_is_not_shown(command: Command) -> None:
    result = command("send", "initiate", "http://user:s3cret@127.0.0.1:9/a")
    assert result.exit_code == 1
    assert "POST http://127.0.0.1:9/a" in result.output
    assert "Nothing answers at http://127.0.0.1:9/: " in result.output
    assert "s3cret" not in result.output


def test_an_event_is_sent_in_memory_and_the_challenge_answered(command: Command) -> None:
    result = command("send", "initiate", *CREDENTIALS, "phone:hooks")
    assert result.exit_code == 0
    assert result.output == (
        "initiate  POST http://localhost/\n"
        "401 Unauthorized, asks for credentials; sent again with them\n"
        "200 OK\n"
        "content-type: application/xml\n"
        "\n"
        "<Response>\n"
        '  <Gather gatherUrl="/menu" maxDigits="1">\n'
        "    <SpeakSentence>Press 1.</SpeakSentence>\n"
        "  </Gather>\n"
        "</Response>\n"
    )


KEPT = """
from webhooks import AllowAll, Webhooks
from webhooks.events import MessageDeliveredEvent
from webhooks.inbox import Background, SqliteInbox

hooks = Webhooks(auth=AllowAll(), inbox=SqliteInbox("inbox.db"), background=Background(here=False))

@hooks.on(MessageDeliveredEvent)
async def delivered(event): ...
"""
SEEN = """
import json

async def app(scope, receive, send):
    payload = json.loads((await receive())["body"])
    print(json.dumps(payload[0] if isinstance(payload, list) else payload))
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""


@pytest.fixture
def delivered(command: Command, write: Write) -> Callable[..., Any]:
    """The payload that an app is sent."""
    write("seen.py", SEEN)

    def sent(event: str, *options: str) -> Any:
        lines = command("send", event, *options, "seen:app").stdout.splitlines()
        return next(json.loads(line) for line in lines if line.startswith("{"))

    return sent


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_that_is_sent_twice_is_two(event: type[Event], delivered: Callable[..., Any]) -> None:
    """An inbox would take the second for the first, delivered again."""
    keys = set[str]()
    for _ in range(2):
        payload = delivered(event.__name__)
        parsed = typed(payload)
        assert type(parsed) is event
        keys.add(delivery_key(parsed, Delivery.of(b"")))
    assert len(keys) == 2


def test_an_inbox_takes_each_event_that_is_sent(command: Command, write: Write) -> None:
    write("kept.py", KEPT)
    for _ in range(2):
        assert command("send", "message-delivered", "kept:hooks").exit_code == 0
    assert len(json.loads(command("inbox", "list", "kept:hooks", "--json").stdout)) == 2


def test_a_seed_gives_the_same_event_again(delivered: Callable[..., Any]) -> None:
    for event in ("message-received", "recordingAvailable"):
        once, again, other = (delivered(event, "--seed", seed) for seed in ("7", "7", "8"))
        assert once == again
        assert once != other


def test_events_of_one_seed_are_of_one_call(delivered: Callable[..., Any]) -> None:
    one, other = delivered("gather", "--seed", "7"), delivered("recordingAvailable", "--seed", "7")
    assert one["callId"] == other["callId"]
    assert other["callUrl"].endswith(f"/calls/{one['callId']}")
    assert other["recordingId"] in other["mediaUrl"]
    assert one["accountId"] == example(GatherEvent)["accountId"]


def test_an_event_has_just_happened(delivered: Callable[..., Any]) -> None:
    before, payload = datetime.now(UTC), delivered("disconnect")
    times = [datetime.fromisoformat(payload[name]) for name in ("startTime", "answerTime", "endTime", "eventTime")]
    assert times == sorted(times)
    assert abs(before - times[-1]) < timedelta(seconds=10)
    assert times[-1].microsecond == 0
    assert times[-1] - times[0] == timedelta(seconds=37, milliseconds=880)


@pytest.mark.parametrize("event", ["gather", "recordingAvailable"])
def test_what_is_set_stays_as_it_is_set(event: str, delivered: Callable[..., Any]) -> None:
    call = str(example(GatherEvent)["callId"])
    payload = delivered(event, "--set", f"callId={call}", "--set", "eventTime=2026-03-02T15:04:21.000Z")
    assert (payload["callId"], payload["eventTime"]) == (call, "2026-03-02T15:04:21.000Z")
    message = delivered("message-sent", "--set", "message.id=mine", "--set", "text=Hello")["message"]
    assert (message["id"], message["text"], message["time"] > "2026-03-03") == ("mine", "Hello", True)


def test_fields_and_the_path_can_be_set(command: Command) -> None:
    result = command("send", "GatherEvent", "--set", "digits=7", "--path", "/menu", *CREDENTIALS, "phone:hooks")
    assert "You pressed 7, tagged None." in result.output


def test_an_event_can_be_sent_as_a_query(command: Command) -> None:
    settings = ("--set", "digits=#", "--set", "tag=a&b", "--method", "GET", "--path", "/menu?x=1")
    result = command("send", "gather", *settings, *CREDENTIALS, "phone:hooks")
    assert "You pressed #, tagged a&amp;b." in result.output
    assert command("send", "initiate", "--method", "GET", *CREDENTIALS, "phone:hooks").exit_code == 0


@pytest.mark.parametrize("name", ["message.text", "text"])
def test_a_field_of_a_message_can_be_set(name: str, command: Command) -> None:
    assert command("send", "message-received", "--set", f"{name}=STOP", *CREDENTIALS, "phone:hooks").exit_code == 0


def test_a_handler_that_fails_is_a_500_and_its_log_is_shown(command: Command) -> None:
    result = command("send", "message-received", *CREDENTIALS, "phone:hooks")
    assert result.exit_code == 1
    assert "500 Internal Server Error" in result.stdout
    assert '"detail": "the handler of this event failed"' in result.stdout
    assert 'error: Handler "phone.texted" failed on message-received' in result.stderr


@pytest.mark.parametrize(
    "settings",
    [
        ["message.segmentCount=2", 'message.to=["+19195550177"]'],
        ["segment_count=2", 'message={"applicationId": "a", "text": "x"}'],
        ["message.content.media.fileUrl=https://example.com", 'content={"text": "1"}'],
    ],
)
def test_numbers_and_objects_are_given_as_json(settings: list[str], command: Command, write: Write) -> None:
    write("open.py", "from webhooks import *\nhooks = Webhooks(auth=AllowAll())")
    options = [part for setting in settings for part in ("--set", setting)]
    result = command("send", "message-received", *options, "open:hooks")
    assert (result.exit_code, result.output.count("could not be read")) == (0, 0)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("digits", '--set digits: expected FIELD=VALUE, as --set "digits=1".'),
        ("digts=1", 'GatherEvent has no field "digts". Did you mean "digits"?'),
        ("digits.first=1", "--set digits.first=1: digits is no object, it has no fields."),
        ("nothing.text=1", 'GatherEvent has no field "nothing".'),
    ],
)
def test_a_wrong_field_is_told(setting: str, told: str, command: Command) -> None:
    result = command("send", "gather", "--set", setting, "phone:hooks")
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_header_of_the_invite_can_be_set(command: Command) -> None:
    settings = ("--set", "sipHeaders.x-queue=sales", "--set", 'stirShaken={"verstat": "No-TN"}')
    assert command("send", "initiate", *settings, *CREDENTIALS, "phone:hooks").exit_code == 0


@pytest.mark.parametrize("setting", ["message.segmentCount=two", 'segmentCount="2"', "message=5"])
def test_a_value_that_is_no_json_of_its_type_is_told(setting: str, command: Command) -> None:
    result = command("send", "message-sent", "--set", setting, "phone:hooks")
    assert result.exit_code == 2
    assert f"--set {setting}: the field takes JSON of type" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--user", "bandwidth", "phone:hooks"], "--user and --password belong together."),
        (["--path", "menu", "phone:hooks"], 'Did you mean "/menu"?'),
        (["localhost:8000"], 'Did you mean "http://localhost:8000"?'),
        (["localhost:8000/menu"], 'Did you mean "http://localhost:8000/menu"?'),
        (["ftp://example.com"], "is no http or https URL"),
        (["http://"], "is no http or https URL"),
        (["http://host:port/"], "That is no URL"),
        (["nothing:hooks"], 'There is no module "nothing"'),
    ],
)
def test_a_wrong_argument_is_told(arguments: list[str], told: str, command: Command) -> None:
    result = command("send", "gather", *arguments)
    assert result.exit_code == 2
    assert told in in_a_line(result.stderr)


def test_messages_are_never_sent_as_a_query(command: Command) -> None:
    result = command("send", "message-sent", "--method", "GET", "phone:hooks")
    assert (result.exit_code, "by POST only" in result.stderr) == (2, True)


def test_without_credentials_an_app_that_asks_for_them_says_so(command: Command) -> None:
    result = command("send", "initiate", "phone:hooks")
    assert result.exit_code == 1
    assert 'www-authenticate: Basic realm="webhooks"' in result.output
    assert "It asks for credentials: give --user and --password." in result.output
    wrong = command("send", "initiate", "--user", "bandwidth", "--password", "x", "phone:hooks")
    assert "These credentials are wrong: give others with --user and --password." in wrong.output


def test_a_call_that_gets_no_bxml_is_told_to_be_over(command: Command, write: Write) -> None:
    write("open.py", "from webhooks import *\nhooks = Webhooks(auth=AllowAll())")
    result = command("send", "initiate", "open:hooks")
    assert "(no BXML: Bandwidth has nothing to do and hangs up)" in result.output
    assert 'warning: No handler for "initiate" at /' in result.stderr
    assert "(no body)" in command("send", "disconnect", "open:hooks").output


ODD = """
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

def say(body, status=200, **headers):
    async def answered(request):
        return Response(body, status, headers)
    return answered

async def fails(request):
    raise LookupError

app = Starlette(routes=[
    Route("/xml", say("<Response><Hang/></Response>", **{"content-type": "text/xml"}), methods=["POST"]),
    Route("/json", say("{", **{"content-type": "application/json"}), methods=["POST"]),
    Route("/text", say("hello", 299), methods=["POST"]),
    Route("/moved", say("", 307, location="/elsewhere"), methods=["POST"]),
    Route("/fails", fails, methods=["POST"]),
])
"""


@pytest.mark.parametrize(
    ("path", "told", "code"),
    [
        ("/xml", "<Response><Hang/></Response>\n\nNot BXML: line 1: <Hang> is no element of BXML.", 0),
        ("/json", "\n{\n", 0),
        ("/text", "299\n\nhello\n", 0),
        ("/moved", "307 Temporary Redirect\nlocation: /elsewhere\n", 1),
        ("/fails", "500 Internal Server Error", 1),
        ("/nothing", "404 Not Found", 1),
    ],
)
def test_any_app_can_be_sent_to(path: str, told: str, code: int, command: Command, write: Write) -> None:
    write("odd.py", ODD)
    result = command("send", "gather", "--path", path, "odd:app")
    assert told in result.output
    assert result.exit_code == code
    assert ("give the URL that it redirects to" in in_a_line(result.output)) is (path == "/moved")


def test_an_event_is_sent_over_http(command: Command) -> None:
    hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))

    @hooks.on(GatherEvent, path="/menu")
    async def menu(call: GatherEvent) -> SpeakSentence:
        return SpeakSentence(f"You pressed {call.digits}.")

    with served(hooks) as url:
        below = command("send", "gather", "--set", "digits=7", "--path", "/menu", *CREDENTIALS, f"{url}/")
        assert (below.exit_code, "You pressed 7." in below.output) == (0, True)
        whole = command("send", "gather", "--set", "digits=8", *CREDENTIALS, f"{url}/menu")
        assert (whole.exit_code, "You pressed 8." in whole.output) == (0, True)


def test_a_port_where_nobody_listens_is_one_sentence(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    result = command("send", "initiate", f"http://127.0.0.1:{port}/menu")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: Nothing answers at http://127.0.0.1:{port}/: start the app there")


@contextmanager
def silent(*, patient: bool) -> Iterator[str]:
    """A server that takes what comes and says nothing; it hangs up at once, or never."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        done = threading.Event()

        def accept() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                if patient:
                    done.wait(10)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        done.set()
        thread.join()


def test_a_server_that_does_not_answer_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_PATIENCE", 0.2)
    with silent(patient=True) as url:
        result = command("send", "initiate", url)
    assert (result.exit_code, "No answer within 0.2 seconds" in result.stderr) == (1, True)


def test_a_connection_that_breaks_is_told(command: Command) -> None:
    with silent(patient=False) as url:
        result = command("send", "initiate", url)
    assert (result.exit_code, "The connection broke" in result.stderr) == (1, True)


def test_without_an_http_client_the_extra_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    result = command("send", "initiate", "phone:hooks")
    assert (result.exit_code, 'pip install "bandwidth-webhooks[cli]"' in in_a_line(result.stderr)) == (2, True)
