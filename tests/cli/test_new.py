from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, in_a_line


def made(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_is_not_said_is_asked(command: Command, folder: Path) -> None:
    result = command("new", "front-desk", input="desk\nmessaging\nn\n")
    questions = ["Its Python package [front_desk]", "What it answers", "With a container file [Y/n]"]
    assert [question in result.output for question in questions] == [True] * 3
    files = made(folder / "front-desk")
    assert "desk/messaging.py" in files
    assert not files & {"desk/voice.py", "Dockerfile"}


def test_what_is_said_is_not_asked(command: Command, folder: Path) -> None:
    result = command("new", "desk", "--voice", "--package", "calls", "--container")
    assert result.exit_code == 0
    assert result.output.startswith("Made desk.")
    assert {"calls/voice.py", "Dockerfile"} <= made(folder / "desk")


def test_the_defaults_are_both_and_a_container_file(command: Command, folder: Path) -> None:
    command("new", "Front-Desk", "--no-input")
    assert {"front_desk/voice.py", "front_desk/messaging.py", "Dockerfile"} <= made(folder / "Front-Desk")


def test_what_an_installer_compiled_stays_where_it_is(
    command: Command, folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["webhooks.cli.new"]
    template = tmp_path_factory.mktemp("installed") / "app_template"
    shutil.copytree(next(one for one in module._TEMPLATES if one.is_dir()), template)
    compiled = template / "{{cookiecutter.project_name}}" / "tests" / "__pycache__"
    compiled.mkdir()
    (compiled / "conftest.cpython-311.pyc").write_bytes(b"\0")
    monkeypatch.setattr(module, "_TEMPLATES", (tmp_path_factory.mktemp("clone") / "none", template))
    assert command("new", "desk", "--no-input").exit_code == 0
    assert [file for file in made(folder / "desk") if "__pycache__" in file] == []


class Installed:
    """A distribution, and what pip noted about where it came from."""

    def __init__(self, url: str | None) -> None:
        self.url = url

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.url is None else json.dumps({"url": self.url, "dir_info": {}})


@pytest.mark.parametrize(
    ("url", "first"),
    [
        (None, "make test"),
        ("https://example.com/bandwidth_webhooks.whl", "make test"),
        ("file:///home/me/my%20clone", "make test WEBHOOKS='/home/me/my clone'"),
        (
            "file:///tmp/bandwidth_webhooks-0.1.0-py3-none-any.whl",
            "make test WEBHOOKS=/tmp/bandwidth_webhooks-0.1.0-py3-none-any.whl",
        ),
    ],
)
def test_the_next_commands_name_the_package_where_no_index_has_it(
    url: str | None, first: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["webhooks.cli.new"], "distribution", lambda name: Installed(url))
    output = command("new", "desk", "--no-input").output
    assert output.splitlines()[2:5] == ["  cd desk", f"  {first}", "  make run"]


def test_a_folder_that_is_there_is_left_alone(command: Command, folder: Path) -> None:
    (folder / "desk").mkdir()
    result = command("new", "desk", "--no-input")
    assert (result.exit_code, made(folder)) == (2, set())
    assert result.output == 'Error: "desk" is there already: choose another name, or remove it.\n'


@pytest.mark.parametrize("name", ["a/b", "../desk", "1st", "my desk", "desk-", "a--b", "été", "d" * 41, "{{name}}"])
def test_a_name_that_is_none_is_refused(name: str, command: Command, folder: Path) -> None:
    result = command("new", name, "--no-input")
    assert (result.exit_code, list(folder.iterdir())) == (2, [])
    assert "cannot name a project: expected a letter" in in_a_line(result.output)


@pytest.mark.parametrize("name", ["bandwidth-webhooks", "Webhooks", "pydantic_settings"])
def test_a_project_does_not_take_the_name_of_what_it_needs(name: str, command: Command) -> None:
    result = command("new", name, "--package", "desk", "--no-input")
    assert result.exit_code == 2
    assert "take the place of what it needs" in result.output


@pytest.mark.parametrize("package", ["front-desk", "1st", "class", "café", "calendar", "tests", "httpx2"])
def test_a_package_that_is_none_is_refused(package: str, command: Command, folder: Path) -> None:
    result = command("new", "desk", "--package", package, "--no-input")
    assert (result.exit_code, list(folder.iterdir())) == (2, [])
    assert f'"{package}"' in result.output


def test_a_package_that_is_none_is_asked_again(command: Command, folder: Path) -> None:
    result = command("new", "calendar", "--voice", "--container", input="\nappointments\n")
    assert 'Error: a package "calendar" would hide the module of that name' in result.output
    assert "appointments/voice.py" in made(folder / "calendar")


def test_a_folder_that_cannot_be_written_is_told(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    result = command("new", "desk", "--no-input")
    assert result.exit_code == 2
    assert result.output.startswith('Error: "desk" cannot be made: Unable to create directory')


def test_without_cookiecutter_the_extra_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cookiecutter.generate", None)
    result = command("new", "desk", "--no-input")
    assert result.exit_code == 2
    assert 'pip install "bandwidth-webhooks[new]"' in result.output


def test_without_cookiecutter_nothing_is_asked(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cookiecutter.generate", None)
    result = command("new", "desk", input="desk\nboth\ny\n")
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_keyword_is_called_one(command: Command, folder: Path) -> None:
    result = command("new", "class", "--no-input")
    assert (result.exit_code, list(folder.iterdir())) == (2, [])
    assert '"class" is a keyword of Python and cannot name a package; --package names another.' in in_a_line(
        result.stderr
    )
