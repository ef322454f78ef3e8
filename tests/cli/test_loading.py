from __future__ import annotations

import sys

import pytest

from tests.cli.conftest import APP, Command, Write, in_a_line

pytestmark = pytest.mark.usefixtures("folder")


def refused(command: Command, target: str) -> str:
    """The one sentence, of whatever command; never a traceback."""
    result = command("routes", target)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return in_a_line(result.stderr)


@pytest.mark.parametrize("target", ["main", "main:", "main.py:hooks", "./main.py:hooks"])
def test_a_target_without_a_module_and_an_attribute_is_told_how_to_be_written(target: str, command: Command) -> None:
    told = refused(command, target)
    assert f'"{target}" names no app: expected MODULE:ATTR' in told
    assert 'Did you mean "main:hooks"?' in told


def test_what_is_no_name_gets_no_guess(command: Command) -> None:
    assert "Did you mean" not in refused(command, "a b:hooks")


def test_a_module_that_is_not_there_is_told_with_its_neighbour(command: Command, write: Write) -> None:
    write("phone.py", "")
    told = refused(command, "phon:hooks")
    assert 'There is no module "phon" in this folder or among the installed packages. Did you mean "phone"?' in told


def test_a_package_that_is_not_there_is_no_dependency(command: Command, write: Write) -> None:
    assert 'There is no module "office"' in refused(command, "office.phone:hooks")
    write("office/__init__.py", "")
    assert 'There is no module "office.phone"' in refused(command, "office.phone:hooks")


def test_a_dependency_that_is_not_there_is_told_apart(command: Command, write: Write) -> None:
    write("phone.py", "\nimport nothing_of_the_kind.inside\n")
    told = refused(command, "phone:hooks")
    assert '"phone" imports "nothing_of_the_kind", which is not installed here (phone.py:2)' in told


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def f():\n    return {}['k']\nf()\n", "raises at phone.py:2 KeyError: 'k'"),
        ("raise ValueError\n", "raises at phone.py:1 ValueError"),
        ("raise ValueError('one\\ntwo')\n", "raises at phone.py:1 ValueError: one"),
        ("\ndef f(:\n", "raises at phone.py:2 SyntaxError: invalid syntax (phone.py, line 2)"),
        ("import sys\nsys.exit('bye')\n", "raises at phone.py:2 SystemExit: bye"),
        (
            "from webhooks import Webhooks\nWebhooks(auth=None)\n",
            "raises at phone.py:2 UsageError: auth is of type NoneType, ",
        ),
        ("import json\njson.loads('{')\n", "raises at phone.py:2 JSONDecodeError: "),
    ],
)
def test_a_module_that_raises_is_told_by_its_own_line(source: str, told: str, command: Command, write: Write) -> None:
    write("phone.py", source)
    assert f'"phone" cannot be imported, it {told}' in refused(command, "phone:hooks")


def test_a_module_elsewhere_that_raises_is_told_by_its_file(
    command: Command, write: Write, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "faraway.py").write_text("1 / 0\n")
    sys.path.append(str(elsewhere))
    assert f"raises at {elsewhere / 'faraway.py'}:1 ZeroDivisionError" in refused(command, "faraway:hooks")


def test_an_attribute_that_is_not_there_is_told_with_what_is(command: Command, write: Write) -> None:
    write("phone.py", APP)
    assert '"phone" has no "hoks". Did you mean "hooks"?' in refused(command, "phone:hoks")
    assert '"phone" has no "x". "phone:hooks" would do.' in refused(command, "phone:x")
    write("empty.py", "")
    assert "Nothing in the module is an app: write hooks = Webhooks(auth=...)." in refused(command, "empty:hooks")


@pytest.mark.parametrize(
    ("attribute", "kind"),
    [("GatherEvent", "a class"), ("welcome", "a function (if it makes"), ("__name__", "of type str"), ("odd", "of")],
)
def test_an_attribute_that_is_no_app_is_told(attribute: str, kind: str, command: Command, write: Write) -> None:
    write("phone.py", f"{APP}\nimport operator\nodd = operator.itemgetter(1)")
    told = refused(command, f"phone:{attribute}")
    assert f'"phone:{attribute}" is {kind}' in told
    assert 'expected an ASGI app. "phone:hooks" would do.' in told


def test_an_attribute_may_have_dots(command: Command, write: Write) -> None:
    write("phone.py", f"{APP}\nclass Office:\n    line = hooks\n")
    assert command("routes", "phone:Office.line").exit_code == 0


def test_an_app_without_a_webhooks_has_nothing_to_show(command: Command, write: Write) -> None:
    write("phone.py", "async def app(scope, receive, send): ...")
    assert '"phone:app" is an ASGI app without a Webhooks in it' in refused(command, "phone:app")
