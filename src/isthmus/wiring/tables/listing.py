"""Which datasets a home copies, and what was known of them before it was noted."""

from collections.abc import Mapping

from isthmus.state import RunDataset
from isthmus.state.sync import DatasetChoice, Kept, SyncState
from isthmus.sync.catalog import DATASETS, Dataset, dataset_named
from isthmus.warehouse.ports import Warehouse


def listed(kept: Mapping[str, Kept], choices: Mapping[str, DatasetChoice]) -> list[Dataset]:
    """Return the 22, and what was added or once copied, unless it was removed again."""
    own = {dataset.name for dataset in DATASETS}
    more = {name for name in {*kept, *choices} if name not in own}
    gone = {name for name, choice in choices.items() if not choice.is_kept}
    added = [found for found in map(dataset_named, sorted(more - gone)) if found is not None]
    return [*DATASETS, *added]


def take_over(kept: SyncState, warehouse: Warehouse) -> None:
    """Note where datasets stand by their tables, in a home where nothing was noted yet."""
    if kept.kept():
        return
    lines = []
    for table in warehouse.describe():
        mark = table.watermark
        if mark is not None:
            at = mark.at if table.last_run is None else table.last_run.finished_at
            result = RunDataset(table.dataset, "full", "ok")
            lines.append(
                Kept(table.dataset, mark.run_id, "", at, result, table.rows, mark.at, ok_at=at)
            )
    if lines:
        kept.keep(*lines)
