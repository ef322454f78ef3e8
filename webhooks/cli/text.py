"""`webhooks text`: a text conversation with an app from the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import click

from webhooks.cli.layout import examples
from webhooks.cli.phone import Screen, app_of, as_json, credentials_of
from webhooks.simulator import Phone

__all__ = ["text"]


@click.command(
    short_help="Text an app.",
    epilog=examples("webhooks text main:hooks", 'webhooks text main:hooks --script "Hello; STOP"'),
)
@click.argument("target")
@click.option("--path", default="/", metavar="/PATH", help="Where messages are announced, below TARGET.")
@click.option("--from", "from_", default="+19195550123", show_default=True, help="Who writes.")
@click.option("--to", default="+19195550100", show_default=True, help="The app's number.")
@click.option("--user", help="User name, sent when the app asks for one.")
@click.option("--password", help="The password that belongs to it.")
@click.option("--script", metavar="TEXTS", help='What to write, with ";" between: "Hello; STOP".')
@click.option("--json", "as_lines", is_flag=True, help="Print what happened as JSON, an object a line.")
@click.pass_context
def text(
    context: click.Context,
    target: str,
    *,
    path: str,
    from_: str,
    to: str,
    user: str | None,
    password: str | None,
    script: str | None,
    as_lines: bool,
) -> None:
    """Write to TARGET, a URL or MODULE:ATTR, one text a line, and see how the app takes it.

    What an app writes back goes out by a REST call of its own and is not seen here. The exit code is 1 when the app did
    not take a text with a 2xx, else 0.
    """
    phone = Phone(credentials=credentials_of(user, password))
    conversation = phone.conversation(app_of(target), path, theirs=from_, ours=to)
    screen = Screen(phone)

    async def play() -> bool:
        taken = True
        for line in _typed() if script is None else script.split(";"):
            message = await conversation.text(line.strip())
            taken = taken and message.taken
            if not as_lines:
                screen.show()
        return taken

    taken = asyncio.run(play())
    if as_lines:
        click.echo(as_json(phone.timeline))
    context.exit(0 if taken else 1)


def _typed() -> Iterator[str]:
    """Lines of the terminal, to the end of its input."""
    while True:
        try:
            line: str = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except click.Abort:  # the end of the input, or Ctrl-C
            click.echo()
            return
        if line:
            yield line
