"""
Which warnings of earlier refreshes are still worth showing. Pure.

What is wrong with rows holds until a full read is silent about it, or metadata names what it did
not: a refresh of what changed says nothing of rows it did not bring. What every refresh looks at
anew, as whether the log of deletions may be read, holds only as long as it is told. All else is of
one run alone and stays in sight for a week, with its run.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.base.warned import Warned
from isthmus.state.sync import Earlier
from isthmus.sync.rules.schema import picklist_entries, udf_name

IN_SIGHT: Final = timedelta(days=7)
MOST: Final = 40


def named_by(fields: Iterable[FieldInfo], udfs: Iterable[UdfInfo]) -> frozenset[str]:
    """Return what metadata names now: fields, and codes that have a label, in lower case."""
    fields, udfs = tuple(fields), tuple(udfs)
    names = {one.name.lower() for one in fields} | {one.name.lower() for one in udfs}
    for entry in picklist_entries(fields, udfs):
        for column in (entry.field, udf_name(entry.field)):
            names.add(f"{column} {entry.code}".lower())
    return frozenset(names)


def earlier_ones(
    before: Sequence[Earlier], told: Sequence[Warned], *, named: frozenset[str], is_full: bool,
    now: datetime,
) -> tuple[Earlier, ...]:  # fmt: skip
    """
    Return which warnings of earlier refreshes are to be shown beside those of this one.

    Args: told: what this refresh warns of. named: what `named_by` says now. is_full: it read all.
    """
    mine = {one.about or one.text for one in told}
    kept = [
        one
        for one in before
        if (one.about or one.text) not in mine
        and (not (is_full or named.issuperset(one.about)) if one.holds else _is_new(one, now))
    ]
    return tuple(kept[-MOST:])


def earlier_of(told: Sequence[Warned], run_id: str, at: datetime) -> tuple[Earlier, ...]:
    """Return the warnings of a refresh as the next one finds them."""
    return tuple(
        Earlier(one.text, run_id, at, one.about) for one in told if not one.is_looked_at_anew
    )


def _is_new(one: Earlier, now: datetime) -> bool:
    return now - one.at < IN_SIGHT
