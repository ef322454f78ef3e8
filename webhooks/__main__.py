"""`python -m webhooks` is `webhooks`."""

from __future__ import annotations

from webhooks.cli import main

main(prog_name="python -m webhooks")
