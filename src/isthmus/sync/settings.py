"""What a person may set about a run."""

from dataclasses import dataclass, field
from datetime import timedelta

from isthmus.warehouse.ports import Brake


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """
    How careful a run is.

    `overlap` is how far before the watermark an incremental refresh looks again; it has to be
    longer than the vendor's replicas lag. `brake` stops a re-read that would remove too much.
    `at_once` is how many datasets are read at the same time, at most 3 calls each.
    """

    overlap: timedelta = timedelta(minutes=5)
    brake: Brake = field(default_factory=Brake)
    at_once: int = 6
