"""In which order tables are published, so that names are there when a row becomes visible."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from isthmus.sync.catalog import Dataset

NAMES = ("Resources", "Companies")
"""The datasets that nearly every other one takes names from."""


def depends_on(dataset: Dataset) -> frozenset[str]:
    """Return the datasets whose rows this one takes names from, itself left out."""
    before = NAMES[: NAMES.index(dataset.name)] if dataset.name in NAMES else NAMES
    return frozenset({*before, *(lookup.dataset for lookup in dataset.lookups)}) - {dataset.name}


class Turns:
    """Who is through, published or failed; whoever depends on it waits for that."""

    def __init__(self, wanted: Iterable[Dataset]) -> None:
        self._through = {dataset.name: asyncio.Event() for dataset in wanted}

    def of(self, dataset: Dataset) -> Callable[[], Awaitable[None]]:
        """Return what waits for the datasets of this run that `dataset` depends on."""
        awaited = [self._through[name] for name in depends_on(dataset) if name in self._through]

        async def wait() -> None:
            for event in awaited:
                await event.wait()

        return wait

    def through(self, dataset: Dataset) -> None:
        """Say that a dataset is published, or will not be."""
        self._through[dataset.name].set()
