"""What a mapping is, and what comes of applying one: frozen shapes."""

import hashlib
import json
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from isthmus.dispatch.rules.values import MISSING, Missing, plain

INBOUND: Final = "inbound"
OUTBOUND: Final = "outbound"
DIRECTIONS: Final = (INBOUND, OUTBOUND)


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of a mapping.

    `source` and `target` are paths; `source` is "" where the action needs none. `params` are the
    action's own, see `actions.ACTIONS`. `default` is used when the outcome is empty, null or
    missing; MISSING: there is none, and the target is left out. `events` narrows the row to these
    Field Nation events; () is always. `required` makes an empty outcome a problem.
    """

    target: str
    action: str
    source: str = ""
    params: Table[str, Any] = field(default_factory=dict)
    default: Any = MISSING
    required: bool = False
    events: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)  # no slots: what is worked out once is kept
class Mapping:
    """
    A list of rows for one direction.

    `root` names the record in paths: ticket, task, serviceCall. `needs` are related records that
    scripts read by paths which cannot be seen in their text. A mapping never changes: `version`
    is made from its content.
    """

    name: str
    direction: str
    root: str
    rows: tuple[Row, ...]
    needs: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def version(self) -> str:
        """Return 12 hex digits that stand for the content; notes count, file layout does not."""
        text = json.dumps(content_of(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    Something wrong with a mapping, or with what it made of a record.

    `row` counts from 1; None: the whole mapping. `field` is the path it is about. `is_fatal`
    False: it can be sent, and somebody should look. `is_script`: the row's script came to nothing.
    """

    what: str
    remedy: str
    row: int | None = None
    field: str = ""
    is_fatal: bool = True
    is_script: bool = False

    @property
    def told(self) -> str:
        """Return what is wrong, and where: a sentence without its full stop."""
        place = f"Row {self.row}: " if self.row is not None else ""
        about = f" ({self.field})" if self.field and self.field not in self.what else ""
        return f"{place}{self.what}{about}"

    def __str__(self) -> str:
        return f"{self.told}. {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Where a value of the target came from.

    `before` is what the source held, `after` what was written. `note` tells of a clock change.
    """

    row: int
    action: str
    source: str
    before: Any
    after: Any
    is_default: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """
    What a mapping makes of a record.

    `origins` is by target path. `left_out` are targets that stay unset: no value and no default.
    `traces` are what scripts wrote with std.trace, by row.
    """

    version: str
    document: Table[str, Any]
    origins: Table[str, Origin]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[str, ...] = ()
    traces: Table[int, str] = field(default_factory=dict)

    @property
    def is_fit(self) -> bool:
        """Tell whether it may be sent."""
        return not any(problem.is_fatal for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a script came to.

    Either a value, or `trouble` with a remedy; `trace` is what it logged.
    """

    value: Any = MISSING
    trouble: str = ""
    remedy: str = ""
    trace: str = ""


def content_of(mapping: Mapping) -> dict[str, Any]:
    """Return a mapping as plain data, without what is left at its default."""
    told: dict[str, Any] = {
        "name": mapping.name,
        "direction": mapping.direction,
        "root": mapping.root,
    }
    if mapping.note:
        told["note"] = mapping.note
    if mapping.needs:
        told["needs"] = list(mapping.needs)
    return {**told, "rows": [row_content(row) for row in mapping.rows]}


def row_content(row: Row) -> dict[str, Any]:
    """Return a row as plain data, without what is left at its default."""
    told: dict[str, Any] = {"target": row.target, "action": row.action}
    if row.source:
        told["source"] = row.source
    told |= {name: plain(value) for name, value in row.params.items()}
    if not isinstance(row.default, Missing):
        told["default"] = plain(row.default)
    if row.required:
        told["required"] = True
    if row.events:
        told["events"] = list(row.events)
    if row.note:
        told["note"] = row.note
    return told
