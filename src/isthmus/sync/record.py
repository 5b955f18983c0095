"""An outcome as the run log keeps it."""

from isthmus.base.errors import IsthmusError
from isthmus.state import ErrorNote, RunDataset
from isthmus.sync.outcomes import DatasetOutcome


def recorded(outcome: DatasetOutcome) -> RunDataset:
    """Put an outcome into the state's words."""
    return RunDataset(
        dataset=outcome.dataset,
        mode=outcome.mode,
        status=outcome.status,
        rows_read=outcome.rows_read,
        inserted=outcome.inserted,
        updated=outcome.updated,
        deleted=outcome.deleted,
        unchanged=outcome.unchanged,
        calls=outcome.calls,
        seconds=outcome.seconds,
        warnings=tuple(one.text for one in outcome.warnings),
        error=None if outcome.error is None else noted(outcome.error),
    )


def noted(error: IsthmusError) -> ErrorNote:
    """Put an error into the state's words; an IsthmusError never holds a secret."""
    return ErrorNote(type(error).__name__, error.what, error.where, error.remedy)
