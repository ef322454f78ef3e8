"""The command line: `webhooks demo | run | dev | call | text | routes | check | doctor | bxml | ...`."""

from __future__ import annotations

import os
from typing import Any

import click

from webhooks.cli.bxml import bxml
from webhooks.cli.call import call
from webhooks.cli.check import check
from webhooks.cli.demo import demo
from webhooks.cli.dev import dev
from webhooks.cli.doctor import doctor
from webhooks.cli.events import events
from webhooks.cli.export import export
from webhooks.cli.inbox import inbox
from webhooks.cli.layout import examples, wrapped
from webhooks.cli.loading import Refused
from webhooks.cli.logs import show_logs
from webhooks.cli.new import new
from webhooks.cli.routes import routes
from webhooks.cli.run import run
from webhooks.cli.send import send
from webhooks.cli.text import text
from webhooks.cli.worker import worker
from webhooks.errors import UsageError

__all__ = ["main"]


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """What an app or a missing extra makes impossible is told in a sentence, in lines that fit the terminal."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise _fitted(Refused(str(error))) from error
        except click.ClickException as error:
            raise _fitted(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """As a newcomer meets them, not by the alphabet."""
        return list(self.commands)


def _fitted(error: click.ClickException) -> click.ClickException:
    """The same with its lines wrapped: click does that for no error."""
    title = "Error: "
    first, *more = f"{title}{error.format_message()}".splitlines()
    message = "\n".join(map(wrapped, (first, *more))).removeprefix(title)
    if isinstance(error, click.UsageError):
        return click.UsageError(message, error.ctx)
    return Refused(message) if isinstance(error, Refused) else click.ClickException(message)


@click.group(
    cls=_Group,
    commands=[demo, run, dev, call, text, routes, check, doctor, bxml, events, send, export, inbox, worker, new],
    epilog=examples("webhooks demo", "webhooks run main:hooks", "webhooks send initiate main:hooks"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(package_name="bandwidth-webhooks", prog_name="webhooks", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Answer Bandwidth's voice and messaging webhooks."""
    if os.environ.get("NO_COLOR"):  # https://no-color.org; click looks at the terminal only
        context.color = False
    context.with_resource(show_logs())
