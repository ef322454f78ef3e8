"""`webhooks export`: an app as an AsyncAPI or OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import click

from webhooks.cli.layout import examples
from webhooks.cli.loading import Refused, load
from webhooks.errors import UsageError
from webhooks.export import asyncapi, openapi
from webhooks.export.schemas import Json

__all__ = ["export"]

_KINDS: dict[str, Callable[..., Json]] = {"asyncapi": asyncapi, "openapi": openapi}


@click.command(
    short_help="Write an AsyncAPI or OpenAPI document.",
    epilog=examples(
        "webhooks export openapi main:hooks",
        "webhooks export asyncapi main:app -o asyncapi.yaml \\",
        "    --server https://example.com",
    ),
)
@click.argument("kind", type=click.Choice(tuple(_KINDS)))
@click.argument("target", metavar="MODULE:ATTR")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Into this file.")
@click.option("--format", "form", type=click.Choice(("json", "yaml")), help="Else what the file's name says, or json.")
@click.option("--title", default="Bandwidth webhooks", show_default=True, help="What the app is called.")
@click.option("--version", default="1.0.0", show_default=True, help="The app's version.")
@click.option("--server", metavar="URL", help="Where it is served, as https://example.com.")
def export(
    kind: str,
    target: str,
    *,
    output: Path | None,
    form: Literal["json", "yaml"] | None,
    title: str,
    version: str,
    server: str | None,
) -> None:
    """Write down which events an app takes, at which paths, with which credentials, and what it answers.

    KIND is asyncapi (3.0) or openapi (3.1). The schemas of the events are what the app reads them with. Events of
    routes without a path are webhooks in OpenAPI, and a channel of unknown address in AsyncAPI: their URL is the one
    that Bandwidth was given.
    """
    try:
        made = _KINDS[kind](load(target), title=title, version=version, server=server)
    except UsageError as error:
        raise Refused(str(error)) from error
    is_yaml = form == "yaml" or (form is None and output is not None and output.suffix in (".yaml", ".yml"))
    text = _yaml(made) if is_yaml else json.dumps(made, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f'"{output}" cannot be written: {error.strerror}.') from error


def _yaml(made: Json) -> str:
    try:
        import yaml
    except ModuleNotFoundError:
        raise Refused('YAML needs PyYAML: pip install "bandwidth-webhooks[cli]", or write --format json.') from None
    text: str = yaml.safe_dump(made, sort_keys=False)
    return text
