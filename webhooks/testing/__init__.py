"""For tests of apps: events as Bandwidth sends them, and a harness that delivers them without a server.

Nothing of the package imports this; a production app need not either.
"""

from webhooks.testing.examples import example
from webhooks.testing.factories import delivery, make
from webhooks.testing.fields import Field, fields_of
from webhooks.testing.harness import Harness, HarnessReply

__all__ = ["Field", "Harness", "HarnessReply", "delivery", "example", "fields_of", "make"]
