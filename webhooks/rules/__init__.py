"""The rules of BXML: which verbs may answer which event, and what else makes a document misbehave."""

from webhooks.rules.checker import Violation, check
from webhooks.rules.table import ALLOWED, ENDS, Row

__all__ = ["ALLOWED", "ENDS", "Row", "Violation", "check"]
