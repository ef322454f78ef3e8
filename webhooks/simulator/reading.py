"""What an app answered, as verbs that may run."""

from __future__ import annotations

from collections.abc import Sequence

from webhooks.bxml import Verb, parse
from webhooks.errors import BxmlError
from webhooks.rules import check
from webhooks.simulator.leg import Ended
from webhooks.simulator.sender import Log, Served

__all__ = ["read"]


def read(served: Served, log: Log) -> Sequence[Verb]:
    """The verbs of a document; none for an empty answer. What it breaks is written down.

    Raises:
        Ended: Bandwidth would refuse the document, all of it, before any verb runs (voice/bxml/about).
    """
    if not served.body:
        return ()
    try:
        verbs = parse(served.body).verbs
    except BxmlError as error:
        log("violation", str(error))
        raise Ended("invalid-bxml", "the BXML cannot be read") from None
    violations = check(verbs, served.event)
    for violation in violations:
        log("violation", f"{violation.severity} {violation.code}: {violation.sentence}")
    if any(violation.severity == "error" for violation in violations):
        raise Ended("invalid-bxml", "the BXML breaks a rule")
    return verbs
