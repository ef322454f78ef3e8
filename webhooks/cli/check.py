"""`webhooks check`: what is wrong with an app, before a call comes in."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace

import click

from webhooks.cli.findings import Finding, findings_of
from webhooks.cli.layout import examples
from webhooks.cli.loading import hooks_of
from webhooks.cli.logs import quiet
from webhooks.cli.report import counted, entry

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
    that Bandwidth would refuse, and an app that lets everybody in. No handler is run. The exit code is 1 when there
    is an error, 0 otherwise.
    """
    mounted = hooks_of(target)
    with quiet("webhooks.app"):  # which warns of AllowAll, too
        findings = [_near(finding) for one in mounted for finding in findings_of(one)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        routes = sum(1 for one in mounted for _ in one.hooks.routes())
        what = f"{target}: " if findings else f"{target}: {routes} routes and their links, "
        shown = [entry(one.severity, one.where, one.problem, one.advice) for one in findings]
        click.echo("\n\n".join([*shown, counted(what, [one.severity for one in findings])]))
    context.exit(1 if any(one.severity == "error" for one in findings) else 0)


def _near(finding: Finding) -> Finding:
    """With its file as seen from here."""
    return replace(finding, where=os.path.relpath(finding.where)) if finding.where else finding
