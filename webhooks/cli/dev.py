"""`webhooks dev`: serve an app, start again when a file changes, and show each delivery."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import uvicorn

from webhooks.cli.keys import single_keys, standard_input
from webhooks.cli.layout import examples
from webhooks.cli.loading import hooks_of
from webhooks.cli.serving import address, must_be_free, urls
from webhooks.cli.watching import Settings

__all__ = ["dev"]

_SERVED = "webhooks.cli.watching:watched"


@click.command(
    short_help="Serve an app while you write it.",
    epilog=examples("webhooks dev main:hooks", "webhooks dev main:app --port 9000 --reveal"),
)
@address
@click.option("--reveal", is_flag=True, help="Show numbers, texts, digits and the BXML, too.")
@click.pass_context
def dev(context: click.Context, target: str, *, host: str, port: int, reveal: bool) -> None:
    """Serve an app, start it again when a file changes, and show each delivery as it happens.

    Of a delivery it shows the event, the handler, the answer, how long that took, what the app logged, and which rules
    the answer breaks. Numbers are masked, unless --reveal is given.

    In a terminal, r repeats the last delivery, with the code as it is now; s saves it as a test for pytest, which holds
    what was really delivered; q quits; ? shows this. An app with an inbox takes a notification that is repeated for the
    duplicate that it is.
    """
    found = hooks_of(target)
    must_be_free(host, port)
    click.echo(urls(target, found))
    color = False if context.color is False else None
    with TemporaryDirectory(prefix="webhooks-dev-") as folder, single_keys(standard_input()):
        settings = Settings(target, str(Path(folder) / "last.json"), reveal, color)
        with settings.in_environment():
            uvicorn.run(
                _SERVED,
                factory=True,
                host=host,
                port=port,
                reload=True,
                # A test that is saved is no change. Without watchfiles no new file is one, and there is no such option.
                reload_excludes=["test_*.py"] if find_spec("watchfiles") else None,
                access_log=False,
                use_colors=color,
            )
