"""Whether the scripts of a mapping can be read at all, before any record is seen."""

from isthmus.dispatch.rules.actions import CUSTOM
from isthmus.dispatch.rules.shapes import Mapping, Problem
from isthmus.dispatch.scripts.worker import ScriptWorker


def check_scripts(mapping: Mapping, worker: ScriptWorker) -> tuple[Problem, ...]:
    """
    Return the scripts that cannot be read, with line and column; none of them is run. Blocks.

    What a script does with a record shows only with a record: then `check_result` tells it.
    """
    numbered = {
        number: row.params["script"]
        for number, row in enumerate(mapping.rows, 1)
        if row.action == CUSTOM
    }
    unrun = {number: f"if true then null else ({script}\n)" for number, script in numbered.items()}
    return tuple(
        Problem(outcome.trouble, outcome.remedy, number, mapping.rows[number - 1].target)
        for number, outcome in worker.run({}, unrun).items()
        if outcome.trouble
    )
