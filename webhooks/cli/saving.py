"""A delivery as a test that replays it: what `s` saves in `webhooks dev`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from pprint import pformat

from webhooks.app import Webhooks
from webhooks.cli.loading import Refused
from webhooks.cli.seen import Seen, document_of

__all__ = ["name_in_module", "save", "test_of"]

# Whoever delivers chooses path and event type: neither stands here but as `repr` writes it, or as letters and digits.
_TEST = '''"""Saved by `webhooks dev`.

The payload is what was delivered: numbers, texts and digits are somebody's personal data. Publish none of it.
"""

from {module} import {name}

PAYLOAD = {payload}


async def test_{slug}(harness) -> None:
    app = harness({name}, credentials=getattr({name}.auth, "credentials", None))
    answer = await app.send(PAYLOAD, path={path!r})
    assert answer.reply.status == {status}
'''


# Nobody can import them again under these names.
_SCRIPTS = frozenset({"__main__", "__mp_main__"})


def save(seen: Seen, target: str, folder: Path) -> Path:
    """Write the test into `tests`, or into `folder` where there is none, under a name that is free.

    Raises:
        Refused: the delivery is none that a test can replay.
    """
    text = test_of(seen, *name_in_module(seen.mounted.hooks, target))
    below = folder / "tests" if (folder / "tests").is_dir() else folder
    number = 1
    while True:
        path = below / f"test_{_slug(seen)}_{number}.py"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
            return path
        except FileExistsError:
            number += 1


def name_in_module(hooks: Webhooks, target: str) -> tuple[str, str]:
    """The module and the name that a test imports a Webhooks by; those of `target`, if it has it.

    Raises:
        Refused: no module has it.
    """
    first = target.partition(":")[0]
    for module in sorted(sys.modules, key=lambda name: name != first):
        for name, value in list(vars(sys.modules[module]).items()) if module not in _SCRIPTS else ():
            if value is hooks:
                return module, name
    raise Refused("This cannot be saved: no module has the Webhooks under a name, so no test can import it.")


def test_of(seen: Seen, module: str, name: str) -> str:
    """The source of the test.

    Raises:
        Refused: the delivery is no JSON.
    """
    try:
        payload: object = json.loads(seen.delivery.body)
    except ValueError:
        raise Refused("This cannot be saved: only what is delivered as JSON is.") from None
    text = _TEST.format(
        path=seen.delivery.path.removeprefix(seen.mounted.prefix) or "/",
        module=module,
        name=name,
        payload=pformat(payload, width=100, sort_dicts=False),
        slug=_slug(seen),
        # What failed is saved to be mended.
        status=200 if seen.reply.status >= 500 else seen.reply.status,
    )
    return text + _verbs(seen)


test_of.__test__ = False  # type: ignore[attr-defined]


def _verbs(seen: Seen) -> str:
    document = document_of(seen.reply) if seen.reply.status == 200 else None
    names: Sequence[str] = [verb.element for verb in document] if document is not None else []
    return f"    assert [verb.element for verb in answer.document] == {names}\n" if names else ""


def _slug(seen: Seen) -> str:
    event_type = getattr(seen.matched[0][0], "event_type", None) or ""
    return re.sub(r"[^a-z0-9]+", "_", event_type.lower()).strip("_")[:40] or "unknown"
