"""The rules of BXML: which verbs may answer which event, and what else makes a document misbehave."""

from webhooks.rules.checker import Violation, check, keeps_all
from webhooks.rules.table import ALLOWED, ENDS, NON_BLOCKING, RULES, Row, Rule

__all__ = ["ALLOWED", "ENDS", "NON_BLOCKING", "RULES", "Row", "Rule", "Violation", "check", "keeps_all"]
