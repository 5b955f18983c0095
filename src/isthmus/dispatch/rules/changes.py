"""The document of an outbound mapping as writes to Autotask's records."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from typing import Any

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.autotask.port import Writable
from isthmus.autotask.records.labels import named
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.check_values import writable
from isthmus.dispatch.rules.known import ROOTS, UPDATED, EntityShape, Known, near
from isthmus.dispatch.rules.shapes import Problem
from isthmus.dispatch.rules.values import Unfit


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What is to be written to one record.

    `root` is its name in the mapping, `entity` the collection. `is_new`: it is to be made, not
    changed; the caller adds what ties it to its ticket or task.
    """

    root: str
    entity: str
    is_new: bool
    values: dict[str, Writable] = field(default_factory=dict)
    udfs: dict[str, Writable] = field(default_factory=dict)


def to_changes(
    document: Table[str, Any], known: Known
) -> tuple[tuple[Changes, ...], tuple[Problem, ...]]:
    """
    Return the writes of a document, records that are changed first, and what does not fit.

    Labels are kept as labels, to be coded when they are written; times become aware datetimes.
    """
    made: list[Changes] = []
    problems: list[Problem] = []
    for root, told in document.items():
        entity = ROOTS.get(root, "")
        shape = known.entities.get(entity)
        if shape is None or not isinstance(told, dict):
            what = f"Nothing is known of a record {root!r}"
            problems.append(Problem(what, "Read its fields first.", None, root))
            continue
        changes = Changes(root, entity, root not in UPDATED)
        _fill(changes, told, shape, problems)
        made.append(changes)
    return tuple(sorted(made, key=lambda one: one.is_new)), tuple(problems)


def _fill(
    changes: Changes, told: dict[str, Any], shape: EntityShape, problems: list[Problem]
) -> None:
    fields = {one.name: one for one in shape.fields}
    for name, value in told.items():
        if name == paths.UDF and isinstance(value, dict):
            for udf_name, inner in value.items():
                udf = named(shape.udfs, udf_name)
                if udf is None:
                    path = paths.spell((changes.root, paths.UDF, udf_name))
                    problems.append(_nothing(path, udf_name, [one.name for one in shape.udfs]))
                else:
                    _set(changes.udfs, udf, inner, problems)
        elif name in fields:
            _set(changes.values, fields[name], value, problems)
        else:
            problems.append(_nothing(paths.spell((changes.root, name)), name, list(fields)))


def _nothing(path: str, name: str, names: list[str]) -> Problem:
    return Problem(f"There is no field {name!r}", near(name, names), None, path)


def _set(
    values: dict[str, Writable], info: FieldInfo | UdfInfo, value: Any, problems: list[Problem]
) -> None:
    is_label = isinstance(value, dict) and set(value) == {paths.LABEL}
    try:
        values[info.name] = writable(
            info, value[paths.LABEL] if is_label else value, is_label=is_label
        )
    except Unfit as trouble:
        problems.append(Problem(str(trouble), trouble.remedy, None, info.name))
