from __future__ import annotations

import logging
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.cli.conftest import APP, Command, Write, limited
from webhooks.cli.machine import Machine

INSTALLED = f"{APP}\nfrom fastapi import FastAPI\napp = FastAPI()\nhooks.install(app, '/bandwidth')\n"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, dict[str, Any]]]:
    """What uvicorn was told to run; it does not."""
    calls: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **settings: calls.append((app, settings)))
    return calls


def test_the_access_log_holds_nothing_that_a_caller_or_a_stranger_said(
    command: Command, write: Write, ran: list[Any]
) -> None:
    write("phone.py", f"{INSTALLED}\n@app.get('/health')\ndef health(): ...\n")
    command("run", "phone:app", "--port", "0")
    settings = ran[0][1]["log_config"]
    assert settings["handlers"]["access"]["filters"] == ["reticent"]
    made = dict(settings["filters"]["reticent"])
    reticent = made.pop("()")(**made)
    lines: list[str] = []
    for path in ("/bandwidth/menu?digits=4321&from=%2B19195550123", "/health", "/%2B19195550123", "/"):
        record = logging.LogRecord("", 20, "", 1, "%s %s %s %s %d", ("1.2.3.4", "GET", path, "1.1", 200), None)
        assert reticent.filter(record)
        lines.append(record.getMessage().split()[2])
    assert lines == ["/bandwidth/menu", "/health", "/*", "/"]


def test_the_urls_for_the_dashboard_are_told(command: Command, write: Write, ran: list[Any]) -> None:
    write("phone.py", INSTALLED)
    output = command("run", "phone:app", "--port", "0").output
    assert max(map(len, output.splitlines())) <= 80
    assert re.findall(r"^(\w+) +(.*?)  +(https:.*)$", output, re.MULTILINE) == [
        ("voice", "call-initiated callback URL", "https://YOUR-HOST/bandwidth"),
        ("voice", "call status callback URL", "https://YOUR-HOST/bandwidth"),
        ("messaging", "inbound callback URL", "https://YOUR-HOST/bandwidth"),
    ]
    assert "https://YOUR-HOST/\n" in command("run", "phone:hooks", "--port", "0").output
    assert len(ran) == 2


def test_an_app_is_served_where_it_was_told(command: Command, write: Write, ran: list[Any], port: int) -> None:
    write("phone.py", APP)
    assert command("run", "phone:hooks", "--host", "localhost", "--port", str(port)).exit_code == 0
    app, settings = ran[0]
    assert app is sys.modules["phone"].hooks
    assert (settings["host"], settings["port"]) == ("localhost", port)
    assert settings["log_config"]["loggers"]["webhooks"]["handlers"] == ["default"]
    assert settings["use_colors"] is None
    command("run", "phone:hooks", "--port", "0", env={"NO_COLOR": "1"})
    assert ran[1][1]["use_colors"] is False


@pytest.mark.parametrize("option", [["--reload"], ["--workers", "2"]])
def test_processes_of_their_own_import_the_app(
    option: list[str], command: Command, write: Write, ran: list[Any]
) -> None:
    write("phone.py", APP)
    command("run", "phone:hooks", "--port", "0", *option)
    assert ran[0][0] == "phone:hooks"


def test_any_app_can_be_served(command: Command, write: Write, ran: list[Any]) -> None:
    write("phone.py", "async def app(scope, receive, send): ...")
    assert command("run", "phone:app", "--port", "0", "--workers", "1").output == "Serving phone:app.\n"
    assert callable(ran[0][0])


def test_a_server_without_its_faster_parts_says_so_once(
    command: Command, write: Write, ran: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("phone.py", APP)
    assert "so slower" not in command("run", "phone:hooks", "--port", "0").output
    monkeypatch.setattr(Machine, "here", lambda: Machine({"uvloop": "0.23"}, {}, ""))
    output = command("run", "phone:hooks", "--port", "0").output
    assert output.count('Without httptools (pip install "bandwidth-webhooks[server]"), so slower.') == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("arguments", [["run"], ["run", "--reload"], ["run", "--workers", "2"], ["dev"]])
def test_a_port_that_is_taken_is_named_before_a_server_starts(
    arguments: list[str], host: str, command: Command, write: Write, ran: list[Any], port: int
) -> None:
    write("phone.py", APP)
    with socket.create_server(("127.0.0.1", port)):
        result = command(*arguments, "phone:hooks", "--host", host, "--port", str(port))
    assert (result.exit_code, result.stdout, ran) == (2, "", [])
    assert f"Port {port} of {host} is taken" in result.stderr
    assert "--port" in result.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "::1"])
def test_whatever_else_is_wrong_with_an_address_is_the_servers_to_say(
    host: str, command: Command, write: Write, ran: list[Any]
) -> None:
    write("phone.py", APP)
    assert command("run", "phone:hooks", "--host", host, "--port", "0").exit_code == 0
    assert len(ran) == 1


def test_a_mistake_is_told_before_a_server_starts(command: Command, ran: list[Any]) -> None:
    assert command("run", "nothing:hooks").exit_code == 2
    assert command("run", "phone:hooks", "--reload", "--workers", "2").exit_code == 2
    assert not ran


def test_it_runs_on_a_real_server_until_it_is_stopped(write: Write, folder: Path) -> None:
    write("phone.py", INSTALLED)
    command = [sys.executable, "-m", "webhooks", "run", "phone:app", "--port", "0"]
    with (
        subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
        limited(process),
    ):
        assert process.stderr is not None
        for line in process.stderr:
            if "Uvicorn running on http://127.0.0.1:" in line:
                process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert "Serving phone:app." in process.stdout.read()
    assert process.returncode in {0, -signal.SIGINT}


def test_the_urls_of_a_plain_mount_end_with_the_slash_at_which_it_answers(
    command: Command, write: Write, ran: list[Any]
) -> None:
    write("phone.py", INSTALLED.replace("hooks.install(app, '/bandwidth')", "app.mount('/bandwidth', hooks)"))
    output = command("run", "phone:app", "--port", "0").output
    assert re.findall(r"https://YOUR-HOST(\S*)", output) == ["/bandwidth/"] * 3
    assert len(ran) == 1


def test_errors_that_check_finds_are_told_before_the_app_is_served_all_the_same(
    command: Command, write: Write, ran: list[Any]
) -> None:
    write("phone.py", APP.replace("gather_url=menu", "gather_url='/lost'"))
    result = command("run", "phone:hooks", "--port", "0")
    assert (result.exit_code, len(ran)) == (0, 1)
    checked = command("check", "phone:hooks").stdout
    assert result.stderr.startswith("error  phone.py:10  lost-link\n")
    assert result.stderr.strip() == checked.rpartition("\n\n")[0]
    # What starts may register more, as it may with any other server.
    assert not sys.modules["phone"].hooks._frozen


def test_what_is_no_error_is_for_check_to_say(command: Command, write: Write, ran: list[Any]) -> None:
    write("phone.py", "from webhooks import AllowAll, Webhooks\nhooks = Webhooks(auth=AllowAll())")
    assert command("run", "phone:hooks", "--port", "0").stderr == ""
    assert len(ran) == 1
