"""Finds the handler of an event: `Router` collects routes, `Table` looks them up."""

from webhooks.routing.handlers import ErrorPlan, Plan, error_plan_of, is_async, name_of, plan_of
from webhooks.routing.route import Route
from webhooks.routing.router import CallResult, ConferenceResult, Router
from webhooks.routing.table import Links, Reachable, Table, url_path

__all__ = [
    "CallResult",
    "ConferenceResult",
    "ErrorPlan",
    "Links",
    "Plan",
    "Reachable",
    "Route",
    "Router",
    "Table",
    "error_plan_of",
    "is_async",
    "name_of",
    "plan_of",
    "url_path",
]
