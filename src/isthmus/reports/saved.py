"""A person's query, saved as a report: checked before it is kept, and again whenever it is run."""

from dataclasses import replace
from typing import Final

from isthmus.base.clock import utc_now
from isthmus.base.ids import new_uuid
from isthmus.reports.errors import ExploringWrong
from isthmus.reports.shapes import Chart
from isthmus.state.saved_reports import SavedReport, SavedReportStore
from isthmus.warehouse.answering import Answer, Limits, TableReader

__all__ = ["ASKING", "NoSuchSavedReport", "SavedReport", "SavedReports", "SavedWrong"]

ASKING: Final = Limits(rows=10_000, seconds=30.0, memory_mb=128)
"""What a person's query may take."""

_LONGEST_TITLE: Final = 200
_CHARTS: Final = ("", *(chart.value for chart in Chart))


class NoSuchSavedReport(ExploringWrong):
    """It was removed, or never saved."""


class SavedWrong(ExploringWrong):
    """A report cannot be saved like this."""


class SavedReports:
    """What people may do with saved reports."""

    def __init__(self, store: SavedReportStore) -> None:
        self._store = store

    def all(self) -> tuple[SavedReport, ...]:
        """Return all of them, by title."""
        return self._store.all()

    def find(self, report_id: str) -> SavedReport:
        """Return one. Raises: NoSuchSavedReport."""
        found = self._store.find(report_id)
        if found is None:
            raise NoSuchSavedReport(
                "There is no such saved report.", where=report_id, remedy="It may be removed."
            )
        return found

    def save(
        self,
        reader: TableReader,
        *,
        title: str,
        author: str,
        sql: str,
        chart: str = "",
        x: str = "",
        series: str = "",
    ) -> SavedReport:
        """Save a query as a new report. Raises: SavedWrong; NotPermitted, QueryFailed."""
        _expect(title, chart)
        text = reader.check(sql)
        now = utc_now()
        made = SavedReport(new_uuid(), title.strip(), author, text, chart, x, series, now, now)
        return self._store.save(made)

    def change(
        self,
        reader: TableReader,
        report_id: str,
        *,
        title: str,
        sql: str,
        chart: str = "",
        x: str = "",
        series: str = "",
    ) -> SavedReport:
        """Save another wording of a report. Raises: as `save`, and NoSuchSavedReport."""
        _expect(title, chart)
        found = self.find(report_id)
        text = reader.check(sql)
        return self._store.save(
            replace(found, title=title.strip(), sql=text, chart=chart, x=x, series=series)
        )

    def remove(self, report_id: str) -> None:
        """Remove one. Raises: NoSuchSavedReport."""
        if not self._store.remove(report_id):
            raise NoSuchSavedReport("There is no such saved report.", where=report_id)


def run_saved(
    reader: TableReader, report: SavedReport, limits: Limits = ASKING, *, zone: str = "UTC"
) -> Answer:
    """Run a saved report as its author's question was run. Raises: as `reader.ask`."""
    return reader.ask(report.sql, limits, zone=zone)


def _expect(title: str, chart: str) -> None:
    if not title.strip() or len(title) > _LONGEST_TITLE:
        raise SavedWrong(
            f"A title has 1 to {_LONGEST_TITLE} characters.", remedy="Give it another title."
        )
    if chart not in _CHARTS:
        raise SavedWrong(
            f"{chart} is no chart.", remedy=f"Take one of {', '.join(filter(None, _CHARTS))}."
        )
