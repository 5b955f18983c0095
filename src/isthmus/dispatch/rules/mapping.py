"""A mapping applied to a record: the target document, and where each value came from."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any, Final

from isthmus.base.errors import IsthmusError
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.actions import CUSTOM, Made, make
from isthmus.dispatch.rules.shapes import (
    Mapping,
    Origin,
    Outcome,
    Problem,
    Result,
    Row,
)
from isthmus.dispatch.rules.values import MISSING, Document, Missing, Unfit, is_empty

_LOOK: Final = "Look at the source record, or give the row a default."
NO_OUTCOMES: Final[Table[int, Outcome]] = {}


def scripts_of(mapping: Mapping, event: str = "") -> dict[int, str]:
    """Return the scripts to run before `apply`, by row number."""
    return {
        number: row.params["script"]
        for number, row in enumerate(mapping.rows, 1)
        if row.action == CUSTOM and concerns(row, event)
    }


def apply(
    mapping: Mapping,
    source: Document,
    outcomes: Table[int, Outcome] = NO_OUTCOMES,
    *,
    event: str = "",
) -> Result:
    """
    Make the target document of a record.

    Rows are done in order; a later row may fill what an earlier one left out, and none may stand
    in another's way. A row that fails is a problem and writes nothing, not even its default.
    Args: source: the record under its root name, see `sources`. outcomes: what the scripts of
    `scripts_of` came to. event: rows for other events are passed over; "" passes over all that
    name events.
    """
    made = _Making(source)
    for number, row in enumerate(mapping.rows, 1):
        if concerns(row, event):
            made.do(number, row, outcomes.get(number))
    return Result(
        version=mapping.version,
        document=made.document,
        origins=made.origins,
        problems=tuple(made.problems),
        left_out=tuple(path for path in made.left_out if path not in made.origins),
        traces={n: one.trace for n, one in outcomes.items() if one.trace},
    )


def concerns(row: Row, event: str) -> bool:
    """Tell whether a row is for an event; a row that names none is always for it."""
    return not row.events or event in row.events


@dataclass(slots=True)
class _Making:
    source: Document
    document: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def do(self, number: int, row: Row, outcome: Outcome | None) -> None:
        try:
            target = paths.parse(row.target)
            before = self._before(row)
            made = self._made(row, before, outcome)
        except Unfit as trouble:
            self._failed(number, row, str(trouble), trouble.remedy)
            return
        except IsthmusError as trouble:
            self._failed(number, row, trouble.what, trouble.remedy)
            return
        self._keep(number, row, target, before, made)

    def _before(self, row: Row) -> Any:
        return paths.read(self.source, paths.parse(row.source)) if row.source else MISSING

    def _made(self, row: Row, before: Any, outcome: Outcome | None) -> Made:
        if row.action != CUSTOM:
            return make(row, self.source, before)
        if outcome is None:
            raise Unfit("Its script was not run", "Run the scripts of the mapping first.")
        if outcome.trouble:
            raise Unfit(outcome.trouble, outcome.remedy)
        return Made(outcome.value)

    def _keep(self, number: int, row: Row, target: paths.Path, before: Any, made: Made) -> None:
        value, spelled = made.value, paths.spell(target)
        is_default = is_empty(value) and not isinstance(row.default, Missing)
        if is_default:
            value = row.default
        if is_empty(value) and (row.required or not is_default):
            self.left_out.append(spelled)
            if row.required:
                told = f", {made.note}" if made.note else ""
                self._tell(number, row, f"{row.target} is required and came out empty{told}", _LOOK)
            return
        if not paths.write(self.document, target, value):
            what = f"{row.target} cannot be written: another row put a value in its way"
            self._tell(number, row, what, "Let the two rows have targets side by side.")
            return
        self.origins[spelled] = Origin(
            number, row.action, row.source, before, value, is_default, made.note
        )

    def _failed(self, number: int, row: Row, what: str, remedy: str) -> None:
        about = row.source or row.target
        is_script = row.action == CUSTOM
        self.problems.append(Problem(what, remedy, number, about, is_script=is_script))

    def _tell(self, number: int, row: Row, what: str, remedy: str) -> None:
        self.problems.append(Problem(what, remedy, number, row.source or row.target))
