"""A look into segments before a database reads them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

USER_FIELDS = "userDefinedFields"
_LOOKED_INTO = 8
_BATCH_BYTES = 24 * 1024 * 1024


def first_records(segments: Sequence[Path], wanted: int) -> Iterator[dict[str, Any]]:
    """Yield the first record of up to so many segments; one that cannot be read is left out."""
    for segment in islice(segments, wanted):
        with segment.open("rb") as lines:
            line = lines.readline()
        try:
            record = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        if isinstance(record, dict):
            yield record


def places_of_user_fields(segments: Sequence[Path]) -> dict[str, int]:
    """Return where in a record's list each user-defined field stands (from 1), by one example."""
    for record in first_records(segments, _LOOKED_INTO):
        fields = record.get(USER_FIELDS)
        if isinstance(fields, list) and fields:
            names = [f.get("name") for f in fields if isinstance(f, dict)]
            return {name: place for place, name in enumerate(names, 1) if isinstance(name, str)}
    return {}


def longest_line(segment: Path) -> int:
    """Return the length of a segment's longest line, in bytes."""
    with segment.open("rb") as lines:
        return max((len(line) for line in lines), default=0)


def batches(segments: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Yield the segments in groups small enough to be staged in memory, in their order."""
    batch: list[Path] = []
    size = 0
    for segment in segments:
        length = segment.stat().st_size
        if batch and size + length > _BATCH_BYTES:
            yield tuple(batch)
            batch, size = [], 0
        batch.append(segment)
        size += length
    if batch:
        yield tuple(batch)
