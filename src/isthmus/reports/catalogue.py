"""All ready reports, by name."""

from typing import Final

from isthmus.reports.errors import ExploringWrong
from isthmus.reports.on_contracts import ON_CONTRACTS
from isthmus.reports.on_tickets import ON_TICKETS
from isthmus.reports.on_work import ON_WORK
from isthmus.reports.shapes import Report

REPORTS: Final = (*ON_TICKETS, *ON_WORK, *ON_CONTRACTS)
"""In the order in which they are listed."""


class NoSuchReport(ExploringWrong):
    """There is no report of that name."""


def report_named(name: str) -> Report:
    """Return a ready report. Raises: NoSuchReport."""
    found = next((report for report in REPORTS if report.name == name.lower()), None)
    if found is None:
        raise NoSuchReport(
            f"There is no report {name}.", where=name, remedy="isthmus report list lists them."
        )
    return found
