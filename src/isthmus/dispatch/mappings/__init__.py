"""The mappings and rules we ship, as data: for tickets, project tasks and service calls."""

from importlib import resources
from typing import Final

from isthmus.dispatch.rules.filing import parse_file
from isthmus.dispatch.rules.rule import Rule, parse_rule
from isthmus.dispatch.rules.shapes import Mapping

NAMES: Final = (
    "service_call_inbound", "service_call_outbound", "task_inbound", "task_outbound",
    "ticket_inbound", "ticket_outbound",
)  # fmt: skip
RULES: Final = ("service_call_dispatch", "task_dispatch", "ticket_dispatch")


def shipped(name: str) -> Mapping:
    """Return one of the mappings of `NAMES`."""
    return parse_file(_read(f"{name}.toml"))


def shipped_rule(name: str) -> Rule:
    """Return one of the rules of `RULES`; it is switched off."""
    return parse_rule(_read(f"rules/{name}.toml"))


def _read(name: str) -> str:
    return resources.files("isthmus.dispatch.mappings").joinpath(name).read_text("utf-8")
