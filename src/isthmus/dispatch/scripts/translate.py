"""A mapping applied with its scripts: the one call of the flow."""

from isthmus.dispatch.rules.mapping import apply, scripts_of
from isthmus.dispatch.rules.shapes import Mapping, Result
from isthmus.dispatch.rules.values import Document
from isthmus.dispatch.scripts.worker import ScriptWorker


def translate(
    mapping: Mapping, source: Document, worker: ScriptWorker, *, event: str = ""
) -> Result:
    """Run a mapping's scripts in one batch, then apply it. Blocks while scripts run."""
    outcomes = worker.run(source, scripts_of(mapping, event))
    return apply(mapping, source, outcomes, event=event)
