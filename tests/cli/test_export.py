from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import APP, Command, Write, in_a_line


@pytest.mark.parametrize(("kind", "version"), [("asyncapi", "3.0.0"), ("openapi", "3.1.0")])
def test_a_document_is_printed_as_json(kind: str, version: str, command: Command, write: Write) -> None:
    write("phone.py", APP)
    result = command(
        "export", kind, "phone:hooks", "--title", "Menu", "--version", "2", "--server", "https://x.example"
    )
    document = json.loads(result.stdout)
    assert document[kind] == version
    assert document["info"] == {"title": "Menu", "version": "2"}
    assert "x.example" in json.dumps(document["servers"])


@pytest.mark.parametrize(
    ("name", "options", "is_yaml"),
    [
        ("app.json", [], False),
        ("app.yaml", [], True),
        ("app.yml", [], True),
        ("app", ["--format", "yaml"], True),
        ("app.yaml", ["--format", "json"], False),
    ],
)
def test_a_file_is_written_as_its_name_or_the_option_says(
    name: str, options: list[str], is_yaml: bool, command: Command, write: Write, folder: Path
) -> None:
    write("phone.py", APP)
    result = command("export", "openapi", "phone:hooks", "-o", name, *options)
    assert (result.exit_code, result.output) == (0, "")
    text = (folder / name).read_text()
    assert text.startswith("openapi: 3.1.0\n" if is_yaml else "{\n")
    assert yaml.safe_load(text)["paths"].keys() == {"/menu"}


def test_yaml_without_its_package_says_what_to_install(
    command: Command, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("phone.py", APP)
    monkeypatch.setitem(sys.modules, "yaml", None)
    result = command("export", "openapi", "phone:hooks", "--format", "yaml")
    assert result.exit_code == 2
    assert 'pip install "bandwidth-webhooks[cli]"' in result.stderr
    assert command("export", "openapi", "phone:hooks").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["openapi", "phone:hooks", "-o", "missing/app.json"], 1, '"missing/app.json" cannot be written: No such file'),
        (["openapi", "phone:hooks", "--server", "x"], 2, 'server="x": expected a URL'),
        (["asyncapi", "phone:other"], 2, "function has no Webhooks in it"),
        (["raml", "phone:hooks"], 2, "'raml' is not one of 'asyncapi', 'openapi'"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    arguments: list[str], code: int, told: str, command: Command, write: Write
) -> None:
    write("phone.py", f"{APP}\nasync def other(scope, receive, send): ...\n")
    result = command("export", *arguments)
    assert result.exit_code == code
    assert told in in_a_line(result.stderr)
    assert "Traceback" not in result.output
