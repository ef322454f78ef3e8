"""`python -m webhooks` is `webhooks`."""

from __future__ import annotations

from webhooks.cli import main

if __name__ == "__main__":
    main(prog_name="python -m webhooks")
