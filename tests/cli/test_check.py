from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import APP, Command, Write

START = """
import functools
from webhooks import AllowAll, BasicAuth, Router, Webhooks
from webhooks import bxml
from webhooks.bxml import *
from webhooks.events import *

hooks = Webhooks(auth=BasicAuth("bandwidth", "s3cret"))
"""


def findings(command: Command, write: Write, source: str, target: str = "phone:hooks") -> list[dict[str, str]]:
    write("phone.py", START + source)
    result = command("check", target, "--json")
    found = json.loads(result.output)
    assert result.exit_code == (1 if any(one["severity"] == "error" for one in found) else 0)
    return found


def only(found: list[dict[str, str]]) -> dict[str, str]:
    (one,) = found
    return one


def handler(event: str, answer: str, *, name: str = "handler", path: str = "None") -> str:
    return f"\n@hooks.on({event}, path={path})\nasync def {name}(event):\n    return {answer}\n"


MENU = handler("GatherEvent", "None", name="menu", path="'/menu'")


def test_an_app_without_mistakes_says_what_was_looked_at(command: Command, write: Write) -> None:
    write("phone.py", APP)
    result = command("check", "phone:hooks")
    assert (result.exit_code, result.output) == (0, "phone:hooks: 5 routes and their links, nothing found.\n")


def test_one_route_is_one_route(command: Command, write: Write) -> None:
    write("phone.py", APP[: APP.index("@hooks.on(GatherEvent")].replace("gather_url=menu", "gather_url='menu'"))
    result = command("check", "phone:hooks")
    assert result.output == "phone:hooks: 1 route and its links, nothing found.\n"


def test_findings_are_told_with_what_to_do(command: Command, write: Write) -> None:
    write("phone.py", START + handler("AnswerEvent", "Gather(gather_url='/menu')"))
    result = command("check", "phone:hooks")
    assert result.exit_code == 1
    assert result.output == (
        "error  phone.py:12  lost-link\n"
        '  Gather(gather_url=...): "gather" goes to /menu, which no handler takes, so the\n'
        "  caller is hung up on.\n"
        '  -> Write @hooks.on(GatherEvent, path="/menu"), and the handler as the URL.\n'
        "\n"
        "phone:hooks: 1 error.\n"
    )


def test_everybody_let_in_is_a_warning_told_once(command: Command, write: Write) -> None:
    write("phone.py", START + "hooks = Webhooks(auth=AllowAll())" + MENU)
    result = command("check", "phone:hooks")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("warning  allow-all\n  AllowAll lets everybody")
    assert result.stdout.endswith("phone:hooks: 1 warning.\n")


def test_an_app_without_routes_is_a_warning(command: Command, write: Write) -> None:
    assert only(findings(command, write, ""))["problem"] == "The app has no routes."


def test_a_route_that_nothing_reaches_is_an_error(command: Command, write: Write) -> None:
    source = (
        "router = Router()\nhooks.include(router)" + MENU + MENU.replace("hooks", "router").replace("menu(", "two(")
    )
    found = only(findings(command, write, source))
    assert (found["severity"], "can never be reached" in found["problem"]) == ("error", True)


FALLBACK = "hooks = Webhooks(auth=hooks._auth, fallback=Document(Transfer(PhoneNumber('+19195550100'))))"


def test_a_fallback_may_break_a_rule_of_events_that_the_app_does_not_take(command: Command, write: Write) -> None:
    assert findings(command, write, FALLBACK + MENU) == []


def test_a_fallback_that_breaks_a_rule_for_an_event_of_the_app_is_an_error(command: Command, write: Write) -> None:
    found = only(findings(command, write, FALLBACK + handler("TransferAnswerEvent", "None")))
    assert found["problem"].startswith("The fallback breaks a rule: Transfer may not answer transferAnswer")


def test_a_fallback_that_leads_nowhere_is_an_error(command: Command, write: Write) -> None:
    source = "def lost(call): ...\nhooks = Webhooks(auth=hooks._auth, fallback=Document(Gather(gather_url=lost)))"
    found = only(findings(command, write, source + MENU))
    assert found["problem"].startswith('The fallback cannot be sent: "phone.lost"')


@pytest.mark.parametrize(
    "answer",
    [
        "Gather(gather_url=menu)",
        "bxml.Gather(gather_url=menu)",
        "bxml.Gather(gather_url='/menu?x=1', tag='t')",
        "Gather(gather_url='/proxy/menu/')",
        "Gather(gather_url='https://example.com/lost')",
        "Gather(gather_url='lost')",
        "Gather(gather_url=f'/{event.tag}')",
        "Gather(gather_url=None)",
        "Gather(gather_url=event.link)",
        "Gather(**{'gather_url': '/lost'})",
        "lost(gather_url='/lost')",
        "[Transfer(PhoneNumber('+1', uui='/lost')), Pause(duration=1)]",
    ],
)
def test_what_leads_somewhere_or_cannot_be_told_is_no_finding(answer: str, command: Command, write: Write) -> None:
    assert findings(command, write, MENU + handler("AnswerEvent", answer)) == []


@pytest.mark.parametrize(
    ("answer", "severity", "told"),
    [
        ("Gather(gather_url=lost)", "error", '"phone.lost" stands where a URL belongs'),
        ("Gather(gather_url=handler)", "error", '"phone.handler" stands where'),
        ("Redirect(redirect_url=menu)", "error", 'Redirect(redirect_url=...): "phone.menu" stands where'),
        ("Gather(gather_url='/manu')", "error", '"gather" goes to /manu, which no handler takes'),
        ("Record(recording_available_url='/x')", "warning", "/x, which no handler takes, so nobody hears of it"),
        ("bxml.Transfer(PhoneNumber('+1', transfer_answer_url='/x'))", "error", '"transferAnswer" goes to /x'),
    ],
)
def test_what_leads_nowhere_is_found(answer: str, severity: str, told: str, command: Command, write: Write) -> None:
    source = "\nasync def lost(call): ..." + MENU + handler("AnswerEvent", answer)
    found = only(findings(command, write, source))
    assert (found["severity"], told in found["problem"]) == (severity, True)
    assert found["where"] == "phone.py:17"
    assert found["advice"]


def test_a_handler_for_any_path_takes_an_event_wherever_it_goes(command: Command, write: Write) -> None:
    source = handler("GatherEvent", "Gather(gather_url='/anything')")
    assert findings(command, write, source) == []


def installed(url: str) -> str:
    answer = handler("AnswerEvent", f"Gather(gather_url='{url}')")
    return f"{MENU}{answer}\nfrom fastapi import FastAPI\napp = FastAPI()\nhooks.install(app, '/bandwidth')\n"


def test_a_url_outside_of_where_the_app_is_installed_is_an_error(command: Command, write: Write) -> None:
    found = only(findings(command, write, installed("/menu"), "phone:app"))
    assert "/menu, which is outside of /bandwidth, where this app is" in found["problem"]
    assert "/bandwidth/menu" in found["advice"]


@pytest.mark.parametrize(("url", "count"), [("/bandwidth/menu", 0), ("/bandwidth/manu", 1), ("/bandwidth", 1)])
def test_a_url_inside_of_it_is_looked_up_there(url: str, count: int, command: Command, write: Write) -> None:
    assert len(findings(command, write, installed(url), "phone:app")) == count


def test_functions_that_handlers_call_are_read_too_and_each_once(command: Command, write: Write) -> None:
    helper = "\ndef helper():\n    again = helper\n    return Gather(gather_url='/lost')\n"
    source = helper + handler("AnswerEvent", "helper()", name="one") + handler("RedirectEvent", "helper()", name="two")
    assert only(findings(command, write, source))["where"] == "phone.py:12"


def test_functions_of_other_modules_are_not_read(command: Command, write: Write) -> None:
    write("others.py", "from webhooks.bxml import *\ndef helper():\n    return Gather(gather_url='/lost')\n")
    assert findings(command, write, "\nfrom others import helper\n" + handler("AnswerEvent", "helper()")) == []


def test_a_name_of_the_functions_own_is_not_mistaken_for_another(command: Command, write: Write) -> None:
    source = "\nlost = '/lost'\n@hooks.on(AnswerEvent)\nasync def one(call):\n    lost = call.tag\n"
    assert findings(command, write, f"{source}    return Gather(gather_url=lost)\n" + MENU) == []


@pytest.mark.parametrize(
    "source",
    [
        "\nasync def one(extra, call):\n    return {}\nhooks.on(AnswerEvent)(functools.partial(one, 1))\n",
        "\nclass One:\n    async def __call__(self, call):\n        return {}\nhooks.on(AnswerEvent)(One())\n",
        "\nclass One:\n    async def two(self, call):\n        return {}\nhooks.on(AnswerEvent)(One().two)\n",
        (
            "\ndef plain(f):\n    @functools.wraps(f)\n    async def inner(call): return await f(call)\n"
            "    return inner\n@hooks.on(AnswerEvent)\n@plain\nasync def one(call):\n    return {}\n"
        ),
        (
            "\ndef make():\n    url = '/lost'\n    @hooks.on(AnswerEvent)\n    async def one(call):\n"
            "        return {}.replace if url is None else Gather(gather_url=url)\nmake()\n"
        ),
    ],
    ids=["partial", "object", "method", "decorated", "closure"],
)
def test_every_kind_of_handler_is_read(source: str, command: Command, write: Write) -> None:
    found = findings(command, write, source.replace("{}", "Gather(gather_url='/lost')") + MENU)
    assert any("/lost" in one["problem"] for one in found)


@pytest.mark.parametrize(
    "source",
    [
        "\nexec('async def one(call): return Gather(gather_url=\"/lost\")')\nhooks.on(AnswerEvent)(one)\n",
        "\nhooks.on(AnswerEvent)((lambda call:\n    None))\n",
        (
            "\nimport operator\nclass Odd:\n    __call__ = operator.attrgetter('x')\n"
            "    __signature__ = None\nfunctools.update_wrapper(Odd, menu, assigned=('__doc__',), updated=())\n"
            "import inspect\nOdd.__signature__ = inspect.Signature([inspect.Parameter('call', 1)])\n"
            "hooks.on(AnswerEvent)(Odd())\n"
        ),
        (
            "\ndef make():\n    @hooks.on(AnswerEvent)\n    async def one(call):\n"
            "        return Gather(gather_url=late)\n    if hooks is None:\n        late = 1\nmake()\n"
        ),
    ],
    ids=["exec", "lambda", "written in C", "never defined"],
)
def test_what_has_no_source_is_passed_over(source: str, command: Command, write: Write) -> None:
    assert findings(command, write, MENU + source) == []


def test_no_handler_is_run(command: Command, write: Write) -> None:
    source = "\n@hooks.on(AnswerEvent)\nasync def one(call):\n    raise SystemExit\n"
    assert findings(command, write, source) == []


def test_every_app_that_is_installed_is_checked(command: Command, write: Write) -> None:
    source: Any = installed("/bandwidth/menu") + "Webhooks(auth=AllowAll()).install(app, '/open')\n"
    assert {one["problem"].split()[0] for one in findings(command, write, source, "phone:app")} == {"AllowAll", "The"}


@pytest.mark.parametrize(
    ("event", "count"), [("ConferenceMemberJoinEvent", 0), ("ConferenceCompletedEvent", 0), ("GatherEvent", 1)]
)
def test_a_link_that_gets_several_events_is_right_for_any_of_them(
    event: str, count: int, command: Command, write: Write
) -> None:
    source = handler(event, "None", name="told", path="'/told'")
    source += handler("AnswerEvent", "Conference('room', conference_event_url=told)")
    assert len(findings(command, write, source)) == count


CONFERENCE = "".join(
    handler(f"Conference{name}Event", "None", name=name) for name in ("Created", "MemberJoin", "MemberExit")
)


@pytest.mark.parametrize(
    ("verbs", "advice"),
    [
        ("SpeakSentence('Sorry.'), Hangup()", "Drop Hangup: a call ends with its document (voice/bxml/conference)."),
        ("Pause(), Pause()", "Use verbs that may answer all your events (voice/bxml/conference)."),
    ],
)
def test_a_fallback_that_breaks_one_rule_for_several_events_is_one_finding(
    verbs: str, advice: str, command: Command, write: Write
) -> None:
    source = f"hooks = Webhooks(auth=hooks._auth, fallback=Document({verbs}))" + CONFERENCE
    found = only(findings(command, write, source))
    assert (
        "may not answer conferenceCreated, conferenceMemberJoin and conferenceMemberExit; allowed are P"
        in (found["problem"])
    )
    assert found["advice"].startswith(advice)


def test_a_fallback_that_is_only_warned_of_is_no_finding(command: Command, write: Write) -> None:
    source = "hooks = Webhooks(auth=hooks._auth, fallback=Document(SpeakSentence('Sorry.'), Tag('sorry')))"
    assert findings(command, write, source + MENU) == []


def placed(*lines: str) -> str:
    """An app in an app, and another."""
    both = "other, app = Webhooks(auth=hooks._auth), FastAPI()\nother.on(GatherEvent)(menu)\n"
    return "\n".join([MENU, "from fastapi import FastAPI", both, *lines])


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["hooks.install(app, '/bw')", "other.install(app, '/bw/')"], "at /bw gets nothing: another, at /bw, is"),
        (
            ["app.mount('/bw', hooks)", "app.mount('/bw/below', other)"],
            "at /bw/below/ gets nothing: another, at /bw/, is",
        ),
        (["hooks.install(app, '/')", "app.mount('/bw', other)"], "at /bw/ gets nothing: another, at /, is"),
    ],
)
def test_an_app_that_another_takes_everything_from_is_an_error(
    lines: list[str], told: str, command: Command, write: Write
) -> None:
    found = only(findings(command, write, placed(*lines), "phone:app"))
    assert (found["code"], found["severity"], told in found["problem"]) == ("covered-app", "error", True)


@pytest.mark.parametrize(
    "lines",
    [
        ["hooks.install(app, '/bw')", "other.install(app, '/bw/below')"],
        ["app.mount('/bw', hooks)", "app.mount('/bwx', other)"],
        ["hooks.install(app, '/bw')", "hooks.install(app, '/bw')"],
    ],
)
def test_apps_that_leave_something_to_each_other_are_no_finding(
    lines: list[str], command: Command, write: Write
) -> None:
    assert findings(command, write, placed(*lines), "phone:app") == []


@pytest.mark.parametrize(
    ("line", "count"),
    [("app.mount('/bw', hooks)", 1), ("app.mount('/', hooks)", 1), ("hooks.install(app, '/bw')", 0)],
)
def test_an_inbox_that_nothing_starts_is_a_warning(line: str, count: int, command: Command, write: Write) -> None:
    inbox = "from webhooks.inbox import MemoryInbox\nhooks = Webhooks(auth=hooks._auth, inbox=MemoryInbox())"
    found = findings(command, write, inbox + placed(line), "phone:app")
    assert [(one["code"], one["severity"]) for one in found] == [("no-lifespan", "warning")] * count
