"""`webhooks doctor`: what goes wrong with an app in practice, and what to do about it."""

from __future__ import annotations

import click

from webhooks.cli.diagnoses import diagnoses_of, diagnoses_of_machine
from webhooks.cli.findings import findings_of, told
from webhooks.cli.layout import examples
from webhooks.cli.loading import hooks_of
from webhooks.cli.machine import Machine

__all__ = ["doctor"]

_ORDER = ("error", "warning", "advice")


@click.command(
    short_help="Find what goes wrong in production.",
    epilog=examples("webhooks doctor main:hooks", "webhooks doctor main:app --strict --json"),
)
@click.argument("target", metavar="MODULE:ATTR")
@click.option("--strict", is_flag=True, help="Warnings, too, make the exit code 1.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(context: click.Context, target: str, *, strict: bool, as_json: bool) -> None:
    """Find what goes wrong with an app in practice, and say what to do.

    Finds all that `webhooks check` finds, and looks at credentials, deadlines, the fallback, whether the inbox can be
    opened and which disk it is on, state, URLs, how the app is mounted, and what is installed here. Run it where the
    app will run, as the user that runs it. No handler is run, nothing is changed, and no credential printed. The exit
    code is 1 when there is an error, 0 otherwise.

    With --json, it is an array of objects with code, severity, problem, advice and where.
    """
    mounted, machine = hooks_of(target), Machine.here()
    diagnoses = [one for each in mounted for one in diagnoses_of(each, machine)]
    findings = [*findings_of(mounted), *diagnoses, *diagnoses_of_machine(machine)]
    findings.sort(key=lambda one: _ORDER.index(one.severity))
    click.echo(told(target, mounted, findings, as_json=as_json))
    failing = _ORDER[: 2 if strict else 1]
    context.exit(1 if any(one.severity in failing for one in findings) else 0)
