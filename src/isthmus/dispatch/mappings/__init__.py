"""The mappings we ship, as data: ticket dispatch and project task dispatch, each in and out."""

from importlib import resources
from typing import Final

from isthmus.dispatch.rules.filing import parse_file
from isthmus.dispatch.rules.shapes import Mapping

NAMES: Final = ("task_inbound", "task_outbound", "ticket_inbound", "ticket_outbound")


def shipped(name: str) -> Mapping:
    """Return one of the mappings of `NAMES`."""
    folder = resources.files("isthmus.dispatch.mappings")
    return parse_file(folder.joinpath(f"{name}.toml").read_text("utf-8"))
