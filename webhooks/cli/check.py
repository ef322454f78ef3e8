"""`webhooks check`: what is wrong with an app, before a call comes in."""

from __future__ import annotations

import click

from webhooks.cli.findings import findings_of, told
from webhooks.cli.layout import examples
from webhooks.cli.loading import hooks_of

__all__ = ["check"]


@click.command(
    short_help="Find mistakes in an app.",
    epilog=examples("webhooks check main:hooks", "webhooks check main:app --json"),
)
@click.argument("target", metavar="MODULE:ATTR")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check(context: click.Context, target: str, *, as_json: bool) -> None:
    """Find mistakes in an app before a call does.

    Looks for routes that nothing reaches, links to nothing, events that links bring and nothing handles, a fallback
    that Bandwidth would refuse, an app that lets everybody in, one that another takes everything from, and an inbox
    that nothing starts. No handler is run. The exit code is 1 when there is an error, 0 otherwise.
    """
    mounted = hooks_of(target)
    findings = list(findings_of(mounted))
    click.echo(told(target, mounted, findings, as_json=as_json))
    context.exit(1 if any(one.severity == "error" for one in findings) else 0)
