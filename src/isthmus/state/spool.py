"""Statements on what is in the spool."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection as Session
from sqlalchemy import delete, insert, select

from isthmus.state.shapes import Extraction, Segment
from isthmus.state.tables import extractions
from isthmus.state.tables import segments as segment_table


def begin(session: Session, extraction: Extraction) -> None:
    """Write an extraction in the place of an unfinished one of that dataset."""
    session.execute(delete(extractions).where(extractions.c.dataset == extraction.dataset))
    session.execute(insert(extractions).values(**asdict(extraction)))


def unfinished(session: Session, dataset: str | None = None) -> tuple[Extraction, ...]:
    """Return the extractions of one dataset, or all."""
    query = select(extractions).order_by(extractions.c.dataset)
    if dataset is not None:
        query = query.where(extractions.c.dataset == dataset)
    return tuple(Extraction(**row) for row in session.execute(query).mappings())


def save(session: Session, extraction_id: str, segments: Sequence[Segment]) -> None:
    """Write segments, each in the place of one with the same range start and file."""
    for segment in segments:
        session.execute(
            delete(segment_table).where(
                segment_table.c.extraction_id == extraction_id,
                segment_table.c.range_lo == segment.range_lo,
                segment_table.c.file == segment.file,
            )
        )
        session.execute(
            insert(segment_table).values(extraction_id=extraction_id, **asdict(segment))
        )


def segments(session: Session, extraction_id: str) -> tuple[Segment, ...]:
    """Return the segments of an extraction."""
    table = segment_table.c
    query = (
        select(table.file, table.range_lo, table.range_hi, table.last_id, table.rows, table.done)
        .where(table.extraction_id == extraction_id)
        .order_by(table.range_lo, table.last_id, table.file)
    )
    return tuple(Segment(**row) for row in session.execute(query).mappings())


def finish(session: Session, extraction_id: str) -> None:
    """Remove an extraction; its segments go with it."""
    session.execute(delete(extractions).where(extractions.c.id == extraction_id))
