"""`webhooks send`: one event to an app, as Bandwidth would deliver it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

import click
from pydantic import BaseModel, JsonValue

from webhooks.bxml import parse
from webhooks.cli.catalogue import EventName, silence_of
from webhooks.cli.client import Answer, connected
from webhooks.cli.exchange import REDIRECTED, REDIRECTS
from webhooks.cli.layout import examples, wrapped
from webhooks.cli.loading import Refused, app_or_url
from webhooks.cli.renewing import merged, renewed
from webhooks.errors import BxmlError, UsageError
from webhooks.events import Event
from webhooks.testing import Field, example, fields_of

__all__ = ["body_of", "send"]

_DECLARATION = re.compile(r"<\?xml[^>]*>\s*")  # every document has the same one
_USERINFO = re.compile(r"//[^/?#]*@")  # a password may stand there, and terminals are recorded
_SHOWN = ("content-type", "www-authenticate", "allow", "location", "retry-after")


@click.command(
    short_help="Send an event to an app.",
    epilog=examples(
        "webhooks send initiate main:hooks",
        "webhooks send gather --set digits=1 --path /menu main:hooks",
        "webhooks send message-received --set message.text=STOP \\",
        "    --user bandwidth --password s3cret http://127.0.0.1:8000/bandwidth",
    ),
)
@click.argument("event", type=EventName())
@click.argument("target")
@click.option("--set", "settings", metavar="FIELD=VALUE", multiple=True, help="A field; may be repeated.")
@click.option("--path", default="", metavar="/PATH", help="Where to, below TARGET.")
@click.option("--user", help="User name, sent when the app asks for one.")
@click.option("--password", help="The password that belongs to it.")
@click.option("--method", type=click.Choice(["POST", "GET"]), default="POST", show_default=True)
@click.option("--seed", type=int, help="Gives the same ids and times again; else each event has its own.")
@click.pass_context
def send(
    context: click.Context,
    event: type[Event],
    target: str,
    *,
    settings: Sequence[str],
    path: str,
    user: str | None,
    password: str | None,
    method: str,
    seed: int | None,
) -> None:
    """Send an example of EVENT to TARGET and show the answer.

    TARGET is a URL, or MODULE:ATTR, which is called in memory, without a server. The exit code is 0 for an answer of
    2xx, 1 for any other. `webhooks events EVENT` lists the fields to set; objects and numbers are given as JSON.

    Each event is a new one, of a call or message of its own. With the same --seed it is the one before, delivered
    again, and other events are of the same call.
    """
    if (user is None) != (password is None):
        raise click.UsageError("--user and --password belong together.")
    if path and not path.startswith("/"):
        raise Refused(f'--path {path}: a path starts with "/". Did you mean "/{path}"?')
    if method == "GET" and event.family == "messaging":
        raise Refused("Bandwidth delivers messages by POST only; leave --method out.")
    try:
        payload = example(event, **merged(_own(event, seed), _fields(event, settings)))
    except UsageError as error:
        raise Refused(str(error)) from error
    app, url = _where(target, path)
    credentials = None if user is None or password is None else (user, password)
    shown = _USERINFO.sub("//", url)
    click.echo(f"{click.style(event.event_types()[0], bold=True)}  {method} {shown}")
    answer = _sent(app, payload, url, credentials, method)
    click.echo(_shown(answer, event, tried=credentials is not None))
    context.exit(0 if answer.status // 100 == 2 else 1)


def _own(event: type[Event], seed: int | None) -> dict[str, object]:
    """What tells this event from the last that was sent."""
    if seed is not None:
        return renewed(event, seed=seed, now=None)
    return renewed(event, seed=secrets.randbits(64), now=datetime.now(UTC))


def _where(target: str, path: str) -> tuple[object, str]:
    """The app, if it is one of ours, and the URL."""
    found = app_or_url(target)
    if isinstance(found, str):
        return None, found.rstrip("/") + path if path else found
    return found, f"http://localhost{path or '/'}"


def _sent(
    app: object, payload: Mapping[str, JsonValue], url: str, credentials: tuple[str, str] | None, method: str
) -> Answer:
    with connected(app) as bandwidth:
        deliver = bandwidth.get if method == "GET" else bandwidth.post
        return deliver(payload, url, credentials=credentials)


def _fields(event: type[Event], settings: Sequence[str]) -> dict[str, object]:
    """`--set a.b=1` as nested fields, under their Python names whichever was given."""
    found: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise Refused(f'--set {setting}: expected FIELD=VALUE, as --set "{name}=1".')
        *above, last = name.split(".")
        inside, model = found, cast("type[BaseModel] | None", event)
        for part in above:
            field = _field(model, part)
            if field is not None and "object" not in field.types:
                raise Refused(f"--set {setting}: {part} is no object, it has no fields.")
            inside = cast("dict[str, object]", inside.setdefault(field.name if field else part, {}))
            model = field.model if field else None
        field = _field(model, last)
        value = _value(text, field.types if field else ("string",), setting)
        inside[field.name if field else last] = _named(value, field.model if field else None)
    return found


def _field(model: type[BaseModel] | None, name: str) -> Field | None:
    """A field by either name, an event's or its message's; None for an unknown one, which `example` refuses."""
    fields = fields_of(model) if model is not None else ()
    message = next((field.model for field in fields if field.name == "message"), None)
    near = [*fields, *(fields_of(message) if message is not None else ())]
    return next((field for field in near if name in (field.wire, field.name)), None)


def _value(text: str, types: Sequence[str], setting: str) -> JsonValue:
    if {"string", "time"} & set(types):
        return text
    try:
        value = cast("JsonValue", json.loads(text))
    except ValueError:
        value = text
    if isinstance(value, str) or (types[0] == "object" and not isinstance(value, dict)):
        raise Refused(f"--set {setting}: the field takes JSON of type {types[0]}.")
    return value


def _named(value: JsonValue, model: type[BaseModel] | None) -> JsonValue:
    """An object's fields under their Python names."""
    if model is None or not isinstance(value, dict):
        return value
    named: dict[str, JsonValue] = {}
    for key, inner in value.items():
        field = _field(model, key)
        named[field.name if field else key] = _named(inner, field.model if field else None)
    return named


def _shown(answer: Answer, event: type[Event], *, tried: bool) -> str:
    lines: list[str] = []
    if answer.challenge is not None:
        lines.append("401 Unauthorized, asks for credentials; sent again with them")
    lines.append(click.style(answer.phrase, fg="green" if answer.status // 100 == 2 else "red", bold=True))
    lines += [f"{name}: {answer.headers[name]}" for name in _SHOWN if name in answer.headers]
    lines += ["", body_of(answer) or _silence(answer, event)]
    if answer.status == 401:
        how = (
            "These credentials are wrong: give others with --user and --password."
            if tried
            else "It asks for credentials: give --user and --password."
        )
        lines.append(how)
    if answer.status in REDIRECTS:
        lines.append(wrapped(REDIRECTED))
    return "\n".join(lines)


def _silence(answer: Answer, event: type[Event]) -> str:
    silence = silence_of(event) if answer.status == 200 else ""
    return f"({silence or 'no body'})"


def body_of(answer: Answer) -> str:
    """A body for people: BXML and JSON indented, anything else as it is."""
    text = answer.body.decode(errors="replace").strip()
    kind = answer.headers.get("content-type", "")
    if "xml" in kind and text:
        try:
            return _DECLARATION.sub("", str(parse(answer.body)))
        except BxmlError as error:
            return f"{text}\n\nNot BXML: {error}"
    if "json" in kind:
        try:
            return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except ValueError:
            return text
    return text
