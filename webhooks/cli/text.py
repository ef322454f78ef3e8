"""`webhooks text`: a text conversation with an app from the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import click

from webhooks.cli.layout import examples
from webhooks.cli.lifespan import running
from webhooks.cli.loading import app_or_url
from webhooks.cli.phone import Screen, as_json, options, phone_of, place_of, steps_of
from webhooks.simulator import Conversation

__all__ = ["text"]

_HELP = "Each line is a text. Ctrl-D ends."


@click.command(
    short_help="Text an app.",
    epilog=examples("webhooks text main:hooks", 'webhooks text main:hooks --script "Hello; STOP"'),
)
@click.argument("target")
@options
@click.pass_context
def text(
    context: click.Context,
    target: str,
    *,
    path: str | None,
    from_: str,
    to: str,
    user: str | None,
    password: str | None,
    script: str | None,
    seed: int | None,
    as_lines: bool,
) -> None:
    """Write to TARGET, a URL or MODULE:ATTR, one text a line, and see how the app takes it.

    What an app writes back goes out by a REST call of its own and is not seen here. The exit code is 1 when the app did
    not take a text with a 2xx, else 0.
    """
    app = app_or_url(target)
    place = place_of(app, path)
    phone = phone_of(app, place, user, password, seed)
    screen = Screen(phone, silent=as_lines)

    async def play() -> bool:
        async with running(app, before=screen.show) as running_app:
            conversation = phone.conversation(running_app, place, theirs=from_, ours=to)
            return await _play(conversation, steps_of(script, _HELP), screen)

    taken = asyncio.run(play())
    if as_lines:
        click.echo(as_json(phone.timeline))
    context.exit(0 if taken else 1)


async def _play(conversation: Conversation, lines: AsyncIterator[str], screen: Screen) -> bool:
    """Whether the app took all of them."""
    taken = True
    async for line in lines:
        if line:
            message = await conversation.text(line.strip())
            taken = taken and message.taken
        screen.show()
    return taken
