"""`webhooks call`: dial an app from the terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable

import click

from webhooks.cli.layout import examples, wrapped
from webhooks.cli.lifespan import running
from webhooks.cli.loading import Refused, app_or_url
from webhooks.cli.phone import Screen, as_json, options, phone_of, place_of, steps_of
from webhooks.errors import SimulationError
from webhooks.simulator import Call, Phone

__all__ = ["call"]

_HELP = "Keys are pressed; `say TEXT`, `wait SECONDS` and `hangup` do what they say; Ctrl-D hangs up."
# Ends that are the app's fault (voice/webhooks/disconnect).
_FAILURES = frozenset({"callback-error", "invalid-bxml", "application-error"})
_LONGEST = 5.0


@click.command(
    short_help="Dial an app: hear it, press keys.",
    epilog=examples(
        "webhooks call main:hooks",
        'webhooks call main:hooks --script "1; say Hello; hangup"',
        "webhooks call http://127.0.0.1:8000/bandwidth --user bandwidth \\",
        "    --password s3cret",
    ),
)
@click.argument("target")
@options
@click.pass_context
def call(
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
    """Call TARGET, a URL or MODULE:ATTR, and be the caller: what is said is shown, keys are typed.

    Time is the simulator's: nothing has to be waited for, and a timeout comes when you `wait`. The exit code is 1 when
    the call ended by a fault of the app's, else 0.
    """
    app = app_or_url(target)
    place = place_of(app, path)
    phone = phone_of(app, place, user, password, seed)
    screen = Screen(phone, silent=as_lines)

    async def play() -> Call:
        async with running(app, before=screen.show) as running_app:
            dial = phone.dial(running_app, place, from_=from_, to=to)
            return await _play(phone, dial, steps_of(script, _HELP), screen)

    ended = asyncio.run(play())
    if as_lines:
        click.echo(as_json(phone.timeline))
    context.exit(1 if ended.cause in _FAILURES else 0)


async def _play(phone: Phone, dial: Awaitable[Call], steps: AsyncIterator[str], screen: Screen) -> Call:
    dialed = await dial
    screen.show()
    while not dialed.ended:
        step = await anext(steps, "hangup")
        try:
            await _do(dialed, step.strip())
        except SimulationError as error:
            if screen.silent:
                raise Refused(str(error)) from error
            click.echo(wrapped(f"{error}. {_HELP}"))
        screen.show()
    await phone.wait(_LONGEST)  # what is told after the end: recordings
    screen.show()
    return dialed


async def _do(dialed: Call, step: str) -> None:
    word, _, rest = step.partition(" ")
    if word == "say":
        await dialed.speak(rest)
    elif word == "wait" or not word:
        await dialed.wait(_seconds(rest))
    elif word == "hangup":
        await dialed.hang_up()
    else:
        await dialed.press(step.replace(" ", ""))


def _seconds(text: str) -> float:
    try:
        return float(text) if text else _LONGEST
    except ValueError:
        raise SimulationError(f'"{text}" is no number of seconds') from None
