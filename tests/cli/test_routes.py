from __future__ import annotations

import json

from tests.cli.conftest import APP, Command, Write

MOUNTED = (
    APP
    + """
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount, Route
app = FastAPI()
hooks.install(app, "/bandwidth")
outer = Starlette(routes=[Mount("/v1", app), Route("/", lambda request: None)])
"""
)


def test_routes_are_listed_with_their_conditions(command: Command, write: Write) -> None:
    write("phone.py", APP)
    result = command("routes", "phone:hooks")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "event             path   conditions   handler",
        "initiate          /*                  phone.welcome",
        "gather            /menu  digits('1')  phone.sales",
        "                         <lambda>",
        "gather            /menu               phone.menu",
        "disconnect        /*                  phone.ended",
        "message-received  /*                  phone.texted",
    ]


def test_the_routes_of_an_installed_app_have_its_path(command: Command, write: Write) -> None:
    write("phone.py", MOUNTED)
    assert "/bandwidth/menu" in command("routes", "phone:app").output
    assert "/v1/bandwidth/menu" in command("routes", "phone:outer").output


def test_routes_can_be_had_as_json(command: Command, write: Write) -> None:
    write("phone.py", MOUNTED)
    routes = json.loads(command("routes", "phone:app", "--json").output)
    assert routes[0] == {
        "events": ["initiate"],
        "mount": "/bandwidth",
        "path": None,
        "conditions": [],
        "handler": "phone.welcome",
    }
    assert routes[1]["path"] == "/bandwidth/menu"
    assert routes[1]["conditions"] == ["digits('1')", "<lambda>"]


def test_a_route_for_a_whole_kind_of_events_is_one_line(command: Command, write: Write) -> None:
    write(
        "phone.py",
        "from webhooks import AllowAll, Webhooks\nfrom webhooks.events import *\nhooks = Webhooks(auth=AllowAll())\n"
        "@hooks.on(CallEvent, path='/')\nasync def any_call(call): ...\n"
        "@hooks.on(UnknownEvent | DisconnectEvent)\nasync def rest(event): ...\n",
    )
    lines = command("routes", "phone:hooks").output.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["any", "CallEvent", "/", "phone.any_call"],
        ["UnknownEvent", "/*", "phone.rest"],
        ["disconnect"],
    ]
    assert json.loads(command("routes", "phone:hooks", "--json").output)[0]["path"] == "/"


def test_an_app_without_routes_is_told_to_write_one(command: Command, write: Write) -> None:
    write("phone.py", "from webhooks import AllowAll, Webhooks\nhooks = Webhooks(auth=AllowAll())")
    assert "no routes yet" in command("routes", "phone:hooks").output


def test_a_table_is_as_wide_as_the_terminal(command: Command, write: Write) -> None:
    write("phone.py", MOUNTED)
    for columns in ("40", "80"):
        lines = command("routes", "phone:app", env={"COLUMNS": columns}).output.splitlines()
        assert max(map(len, lines)) <= int(columns)
    assert command("routes", "phone:app", env={"COLUMNS": "10"}).exit_code == 0


def test_the_path_of_a_plain_mount_itself_has_its_slash(command: Command, write: Write) -> None:
    source = "from fastapi import FastAPI\nfrom webhooks import AllowAll, Webhooks\nfrom webhooks.events import *\n"
    source += "hooks, app = Webhooks(auth=AllowAll()), FastAPI()\napp.mount('/bw', hooks)\n"
    write("phone.py", f"{source}\n@hooks.on(DisconnectEvent, path='/')\nasync def ended(event): ...\n")
    assert [one["path"] for one in json.loads(command("routes", "phone:app", "--json").output)] == ["/bw/"]
    assert "disconnect  /bw/ " in command("routes", "phone:app").output
    assert list(json.loads(command("export", "openapi", "phone:app").output)["paths"]) == ["/bw/"]
