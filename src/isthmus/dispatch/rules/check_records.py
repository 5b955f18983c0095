"""Paths into Autotask's records, followed through its metadata."""

from dataclasses import dataclass
from typing import Final

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.autotask.records.labels import named
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.known import ROOTS, EntityShape, Known, near
from isthmus.dispatch.rules.sources import ALIASES, TIED, reference_of, relations_of
from isthmus.dispatch.rules.values import Unfit

_SPECIAL: Final = frozenset({paths.UDF, paths.LABELS, paths.UDF_LABELS})


@dataclass(frozen=True, slots=True)
class Found:
    """
    The field a path leads to.

    `field` is None where metadata was not handed in, or for a name we put together.
    """

    root: str
    field: FieldInfo | UdfInfo | None
    is_label: bool = False


def follow(text: str, known: Known) -> Found:
    """Return the field at a path. Raises: Unfit: nothing of that name is there. PathWrong."""
    path = paths.parse(text)
    root, steps = str(path[0]), list(path[1:])
    collection = ROOTS.get(root)
    if collection is None:
        raise Unfit(f"There is no record {root!r} here", near(root, list(ROOTS)))
    if not steps:
        raise Unfit(f"{root} is a whole record", "Name one of its fields.")
    while len(steps) > 1 and steps[0] not in _SPECIAL:
        if steps[1:] == [paths.LABEL]:
            break
        shape = known.entities.get(collection)
        if shape is None:
            return Found(root, None)
        collection, steps = _related(collection, str(steps[0]), shape), steps[1:]
    shape = known.entities.get(collection)
    return Found(root, None) if shape is None else _field(root, collection, steps, shape)


def _related(collection: str, name: str, shape: EntityShape) -> str:
    """Return the collection that a relation leads to."""
    relation = reference_of(name, shape.fields)
    found = TIED.get((collection, name)) if relation is None else relation[1]
    if found is None:
        tied = [known for owner, known in TIED if owner == collection]
        names = [*relations_of(shape.fields), *tied]
        raise Unfit(f"{collection} leads to no record {name!r}", near(name, names))
    return found


def _field(root: str, collection: str, steps: list[paths.Step], shape: EntityShape) -> Found:
    """Return the field that the last steps name: a plain one, a label, or a user-defined one."""
    first = steps[0]
    if first in _SPECIAL:
        if len(steps) < 2:
            raise Unfit(f"{first} is no field", f'Write {first}["the name of the field"].')
        name, is_label = str(steps[1]), first != paths.UDF or steps[2:] == [paths.LABEL]
        if first != paths.LABELS:
            return Found(root, _udf(collection, name, shape), is_label)
    else:
        name, is_label = str(first), len(steps) > 1
    name = ALIASES.get(collection, {}).get(name, name)
    if name == "name" and collection in {"Contacts", "Resources"}:
        return Found(root, None)
    found = next((field for field in shape.fields if field.name == name), None)
    if found is None:
        names = [field.name for field in shape.fields]
        raise Unfit(f"{collection} has no field {name!r}", near(name, names))
    if is_label and found.picklist is None:
        raise Unfit(f"{name} has no labels: it is no picklist", "Leave .label away.")
    return Found(root, found, is_label)


def _udf(collection: str, name: str, shape: EntityShape) -> UdfInfo:
    found = named(shape.udfs, name)
    if found is None:
        names = [udf.name for udf in shape.udfs]
        what = f"{collection} has no user-defined field {name!r}; was it deleted or renamed?"
        raise Unfit(what, near(name, names))
    return found
