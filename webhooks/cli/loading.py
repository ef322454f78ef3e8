"""From `MODULE:ATTR` to the app, with one sentence for each way in which that can fail."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from webhooks.errors import did_you_mean
from webhooks.mounting import Mounted, hooks_in

__all__ = ["Refused", "app_or_url", "hooks_of", "load", "need_http_client"]

_PACKAGE = str(Path(__file__).parents[1])


class Refused(click.ClickException):
    """What was asked for cannot be done as it was asked: one sentence, exit code 2."""

    exit_code = 2


def load(target: str) -> Any:
    """The ASGI app that `target` names. The current directory is looked in first, as uvicorn does.

    Raises:
        Refused: it names none; the message says why and what to write.
    """
    name, _, path = target.partition(":")
    if not path or name.endswith(".py") or not all(part.isidentifier() for part in name.split(".")):
        right = name.removesuffix(".py").strip("./").replace("/", ".")
        hint = f' Did you mean "{right}:{path or "hooks"}"?' if right.replace(".", "_").isidentifier() else ""
        raise Refused(f'"{target}" names no app: expected MODULE:ATTR, as main:hooks for `hooks` in main.py.{hint}')
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    module = _import(name)
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            raise Refused(f'"{name}" has no "{path}".{_instead(module, path)}')
        found = getattr(found, part)
    if not _is_app(found):
        raise Refused(f'"{target}" is {_described(found)}, expected an ASGI app.{_instead(module, "")}')
    return found


def app_or_url(target: str) -> Any:
    """The ASGI app that `target` names, or the URL that it is.

    Raises:
        Refused: it is neither.
    """
    scheme, separator, rest = target.partition("://")
    if separator:
        if scheme not in ("http", "https") or not rest:
            raise Refused(f'"{target}" is no http or https URL, as http://127.0.0.1:8000.')
        need_http_client("A URL")
        return target
    if target.partition(":")[2].partition("/")[0].isdigit():
        raise Refused(f'"{target}" names no app. Did you mean "http://{target}"?')
    return load(target)


def need_http_client(what: str) -> None:
    """See that the HTTP client is there, which comes with an extra.

    Raises:
        Refused: it is not; the message says that `what` needs it.
    """
    try:
        importlib.import_module("httpx2")
    except ModuleNotFoundError:
        raise Refused(f'{what} needs an HTTP client: pip install "bandwidth-webhooks[cli]".') from None


def hooks_of(target: str) -> list[Mounted]:
    """The Webhooks that `target` is, or that the Starlette or FastAPI app has installed.

    Raises:
        Refused: it names no app, or there is no Webhooks in it.
    """
    found = list(hooks_in(load(target)))
    if not found:
        raise Refused(
            f'"{target}" is an ASGI app without a Webhooks in it: name the Webhooks itself, or the Starlette or '
            'FastAPI app after hooks.install(app, "/bandwidth").'
        )
    return found


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name != missing and not name.startswith(f"{missing}."):
            raise Refused(
                f'"{name}" imports "{missing}", which is not installed here ({_place(error)}): install what provides '
                "it, or use the Python that has it."
            ) from error
        near = did_you_mean(name, (module.name for module in pkgutil.iter_modules([os.getcwd()])))
        raise Refused(
            f'There is no module "{missing}" in this folder or among the installed packages.{near} Expected '
            "MODULE:ATTR, run from the folder that MODULE is in."
        ) from error
    except (Exception, SystemExit) as error:
        told = str(error).strip().splitlines()
        what = ": ".join([type(error).__name__, *told[:1]])
        raise Refused(f'"{name}" cannot be imported, it raises at {_place(error)}\n{what}') from error


def _place(error: BaseException) -> str:
    """File and line of the user's code that failed, not of the library it called."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_relative(error.filename)}:{error.lineno}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    theirs = [frame for frame in frames if _is_theirs(frame.filename)]
    last = (theirs or frames)[-1]
    return f"{_relative(last.filename)}:{last.lineno}"


def _is_theirs(filename: str) -> bool:
    return filename.startswith(os.getcwd()) and "site-packages" not in filename and not filename.startswith(_PACKAGE)


def _relative(filename: str) -> str:
    return os.path.relpath(filename) if filename.startswith(os.getcwd()) else filename


def _is_app(value: Any) -> bool:
    if isinstance(value, type) or not callable(value):
        return False
    try:
        inspect.signature(value).bind("scope", "receive", "send")
    except (TypeError, ValueError):
        return False
    return True


def _described(value: Any) -> str:
    if isinstance(value, type):
        return "a class"
    if inspect.isroutine(value):
        return "a function (if it makes the app, call it in the module)"
    return f"of type {type(value).__name__}"


def _instead(module: ModuleType, wanted: str) -> str:
    """What of the module would have done."""
    apps = [name for name, value in vars(module).items() if _is_app(value) and not inspect.isroutine(value)]
    if near := did_you_mean(wanted, apps):
        return near
    names = " and ".join(f'"{module.__name__}:{name}"' for name in apps)
    return f" {names} would do." if names else " Nothing in the module is an app: write hooks = Webhooks(auth=...)."
