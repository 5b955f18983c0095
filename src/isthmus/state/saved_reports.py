"""Queries that people saved as reports, in tables of their own beside those of dispatch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from isthmus.base.clock import utc_now
from isthmus.state.dispatch.session import make_tables, reading, writing
from isthmus.state.dispatch.tables import Words
from isthmus.state.tables import UtcTime

VERSION: Final = 1
metadata = MetaData()
version = Table("reports_version", metadata, Column("version", Integer, nullable=False))
saved_reports = Table(
    "saved_reports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", Words, nullable=False),
    Column("author", String(200), nullable=False),
    Column("sql", Words, nullable=False),
    Column("chart", String(20), nullable=False),  # "": shown as a table
    Column("x", Words, nullable=False),
    Column("series", Words, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)
_c = saved_reports.c


@dataclass(frozen=True, slots=True)
class SavedReport:
    """
    A person's query with its title.

    `chart` is line, stacked bar or bar, "" for a table; `x` and `series` name columns of the
    answer, "" where none was chosen.
    """

    id: str
    title: str
    author: str
    sql: str
    chart: str
    x: str
    series: str
    created_at: datetime
    updated_at: datetime


class SavedReportStore:
    """
    The saved reports. Every method is one transaction; for several threads and processes.

    Raises: StateBusy, StateBroken.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Open it over an engine, and make the tables where there are none."""
        make_tables(engine, metadata, version, VERSION)
        return cls(engine)

    def all(self) -> tuple[SavedReport, ...]:
        """Return all of them, by title."""
        query = select(saved_reports).order_by(_c.title, _c.id)
        with reading(self.engine) as session:
            return tuple(SavedReport(**row) for row in session.execute(query).mappings())

    def find(self, report_id: str) -> SavedReport | None:
        """Return one by its id."""
        with reading(self.engine) as session:
            query = select(saved_reports).where(_c.id == report_id)
            row = session.execute(query).mappings().first()
        return None if row is None else SavedReport(**row)

    def save(self, report: SavedReport) -> SavedReport:
        """Save a new one, or another wording of one that is there; its first author stays."""
        changed = {
            "title": report.title, "sql": report.sql, "chart": report.chart, "x": report.x,
            "series": report.series, "updated_at": utc_now(),
        }  # fmt: skip
        with writing(self.engine) as session:
            there = update(saved_reports).where(_c.id == report.id).values(**changed)
            if not session.execute(there).rowcount:
                first = {"id": report.id, "author": report.author, "created_at": utc_now()}
                session.execute(insert(saved_reports).values(**first, **changed))
            row = session.execute(select(saved_reports).where(_c.id == report.id)).mappings().one()
        return SavedReport(**row)

    def remove(self, report_id: str) -> bool:
        """Remove one; False: it was not there."""
        with writing(self.engine) as session:
            gone = session.execute(delete(saved_reports).where(_c.id == report_id)).rowcount
        return bool(gone)
