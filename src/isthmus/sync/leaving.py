"""What a filter asks beside the window: which records left it, whether all can be seen still."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from isthmus.autotask import AutotaskClient
from isthmus.sync.catalog import Dataset
from isthmus.sync.rules.window import Held, Window, plan_changed
from isthmus.warehouse.ports import Brake, TooManyRemovals


class _Line(Struct):
    id: int


_LINE: Final = Decoder(_Line)


async def changed_ids(
    client: AutotaskClient, dataset: Dataset, window: Window, held: Held
) -> tuple[frozenset[int], int]:
    """
    Return the ids of held records that changed in a window, in a filter or not, and the calls made.

    Asked before the records themselves: what is not among those read then has left the filter, and
    what changes in between is met by the next window.
    """
    where = plan_changed(dataset, window, held.fields)
    if where is None:
        return frozenset(), 0
    found: set[int] = set()
    calls = 1
    async for page in client.read(dataset.name, where, include=("id",)):
        found.update(page.ids)
        calls += 1
    return frozenset(found), calls


def ids_left(changed: frozenset[int], segments: Iterable[Path]) -> tuple[int, ...]:
    """Return which of the changed records were not among those read."""
    left = set(changed)
    for segment in segments if left else ():
        with segment.open("rb") as lines:
            for line in lines:
                try:
                    left.discard(_LINE.decode(line).id)
                except DecodeError:  # it is set aside when it is loaded
                    continue
    return tuple(sorted(left))


def plain_brake(brake: Brake, dataset: str, before: int, there: int) -> Brake:
    """
    Return the brake for a table whose filter decides what goes.

    How many rows leave a filter says nothing; how many records there are in all does. Args:
    before: records in all when it was last read; there: now. Raises: TooManyRemovals.
    """
    gone = before - there
    if brake.holds(before, gone):
        raise TooManyRemovals(
            f"Of {before} records {there} can be seen now, without any filter; nothing changed.",
            where=dataset,
            remedy="See whether the API user may still read all of them (a lost permission looks"
            " like deletion): isthmus test. If they are really gone, allow it once:"
            f" isthmus sync {dataset} --full --release-brake",
        )
    return replace(brake, share=1.0)
