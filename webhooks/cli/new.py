"""`webhooks new`: a project to start from, made of the cookiecutter template in `app_template`.

1. Nothing is written but the new folder: no replay file, no user configuration is read, no hook runs.
2. Nothing of this machine gets into it. Where the package came from a folder or a wheel, that is printed only.
"""

from __future__ import annotations

import importlib
import json
import keyword
import re
import shlex
import sys
from importlib.metadata import distribution
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

import click

from webhooks.cli.layout import examples
from webhooks.cli.loading import Refused

__all__ = ["new"]

# In a wheel the template stands beside this module, in a clone at the top.
_TEMPLATES = (Path(__file__).with_name("app_template"), Path(__file__).parents[2] / "app_template")
_NAME = re.compile(r"(?=.{1,40}\Z)[A-Za-z][A-Za-z0-9]*([_-][A-Za-z0-9]+)*")
# A project of such a name would take the place of what it needs itself.
_NEEDED = frozenset(
    {"bandwidth_webhooks", "httpx2", "pydantic", "pydantic_settings", "starlette", "uvicorn", "webhooks"}
)


def _package(name: str) -> str:
    """The name, when a package can have it."""
    if keyword.iskeyword(name):
        raise click.BadParameter(f'"{name}" is a keyword of Python and cannot name a package; --package names another.')
    if not name.isidentifier() or not name.isascii():
        raise click.BadParameter(f'"{name}" cannot name a Python package: expected letters, digits and "_".')
    if name in _NEEDED | sys.stdlib_module_names | {"tests"}:
        raise click.BadParameter(f'a package "{name}" would hide the module of that name; --package names another.')
    return name


@click.command(
    short_help="Start a project.",
    epilog=examples("webhooks new front-desk", "webhooks new front-desk --voice --no-container --no-input"),
)
@click.argument("name")
@click.option("--voice", "use", flag_value="voice", help="Answer calls.")
@click.option("--messaging", "use", flag_value="messaging", help="Answer texts.")
@click.option("--both", "use", flag_value="both", help="Answer calls and texts (default).")
@click.option("--package", type=_package, metavar="NAME", help="Its Python package (default: as NAME).")
@click.option("--container/--no-container", default=None, help="With a container file or not (default: with).")
@click.option("--no-input", is_flag=True, help="Ask nothing, take the defaults.")
def new(name: str, *, use: str | None, package: str | None, container: bool | None, no_input: bool) -> None:
    """Start a project in the new folder NAME: an app, its tests, settings, logs, health checks, container file, CI.

    What the options leave open is asked.
    """
    generate, prompt = _cookiecutter()
    _check_name(name)
    default = name.lower().replace("-", "_")
    if package is None:
        package = _package(default) if no_input else click.prompt("Its Python package", default, value_proc=_package)
    if use is None:
        uses = click.Choice(["voice", "messaging", "both"])
        use = "both" if no_input else click.prompt("What it answers", "both", type=uses)
    if container is None:
        container = no_input or click.confirm("With a container file", default=True)
    _bake({"project_name": name, "package_name": package, "use": use, "container": container}, generate, prompt)
    click.echo(_next(name))


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Refused(
            f'"{name}" cannot name a project: expected a letter, then letters and digits with single "-" or "_" '
            "between them, at most 40 in all, as front-desk."
        )
    if name.lower().replace("-", "_") in _NEEDED:
        raise Refused(f'A project "{name}" would take the place of what it needs itself: choose another name.')
    if Path(name).exists():
        raise Refused(f'"{name}" is there already: choose another name, or remove it.')


def _cookiecutter() -> tuple[Any, Any]:
    """Its modules that generate and prompt, which have no types."""
    try:
        return importlib.import_module("cookiecutter.generate"), importlib.import_module("cookiecutter.prompt")
    except ModuleNotFoundError as error:
        raise Refused('`webhooks new` needs cookiecutter: pip install "bandwidth-webhooks[new]".') from error


def _bake(answers: dict[str, Any], generate: Any, prompt: Any) -> None:
    """Fill the template in."""
    with TemporaryDirectory() as folder:
        # Installers compile what ends in .py, of the template too.
        template = next(one for one in _TEMPLATES if one.is_dir())
        copytree(template, folder, ignore=ignore_patterns("__pycache__"), dirs_exist_ok=True)
        context = generate.generate_context(f"{folder}/cookiecutter.json", extra_context=answers)
        # Variables that follow from the answers.
        context["cookiecutter"].update(prompt.prompt_for_config(context, no_input=True))
        try:
            generate.generate_files(folder, context, output_dir=".", accept_hooks=False)
        except OSError as error:
            raise Refused(f'"{answers["project_name"]}" cannot be made: {error.strerror or error}.') from error


def _next(name: str) -> str:
    source = _source()
    first = f"make test WEBHOOKS={shlex.quote(source)}" if source else "make test"
    return (
        f"Made {name}. Next:\n\n  cd {name}\n  {first}\n  make run\n\nIts README tells how to connect it to Bandwidth."
    )


def _source() -> str | None:
    """The folder or wheel that this package was installed from; None for one from an index (PEP 610)."""
    told = distribution("bandwidth-webhooks").read_text("direct_url.json")
    url = urlsplit(json.loads(told)["url"] if told else "")
    return unquote(url.path) if url.scheme == "file" else None
