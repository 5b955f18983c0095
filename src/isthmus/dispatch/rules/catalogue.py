"""Fields to choose from, searched by what people call them. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isthmus.autotask.models import PicklistValue
from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.check_records import follow
from isthmus.dispatch.rules.events import BESIDE
from isthmus.dispatch.rules.known import ROOTS, UPDATED, CompanyLists, EntityShape, Known
from isthmus.dispatch.rules.order_fields import ALWAYS, CUSTOM, ORDER_FIELDS, TOGETHER
from isthmus.dispatch.rules.sources import TIED, reference_of, relations_of
from isthmus.dispatch.rules.values import Unfit, is_empty, shown

COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    "ticket": (
        "company", "companyLocation", "companyLocation.country", "contact", "assignedResource",
        "project", "contract", "configurationItem",
    ),
    "task": ("project", "project.company", "assignedResource"),
    "serviceCall": ("company", "companyLocation", "companyLocation.country", "ticket",
                    "ticket.contact", "ticket.company"),
}  # fmt: skip
"""Related records that mappings read often, so that a search looks into them at once."""
_SAMPLES: Final = (
    "id", "title", "status.display", "closing_notes", "href", "event.name",
    "assignee.user.id", "assignee.user.first_name", "assignee.user.last_name",
    "assignee.user.phone", "assignee.user.email", "message.text", "message.author",
    "timeLog.in.created.utc", "timeLog.out.created.utc", "timeLog.hours", "timeLog.id",
    "expense.amount", "expense.quantity", "expense.description", "expense.category.label",
    "expense.added.utc", "expense.id", "pay.labor_sum", "pay.total", "pay.base.amount", "pay.type",
    "schedule.service_window.start.local.date", "schedule.service_window.start.local.time",
    "schedule.service_window.start.utc", "schedule.service_window.end.utc",
    "schedule.time_zone.name", "milestones.assigned.utc", "milestones.work_done.utc",
    "milestones.approved.utc", "manager.first_name", "manager.last_name", "location.city",
)  # fmt: skip
"""Paths of a work order that mappings read often, for when none was looked at yet."""
_MOST_SAMPLE: Final = 600
_TIES: Final = frozenset({"id", "ticketID", "taskID"})
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True, slots=True)
class Choice:
    """
    A field one can point at.

    `label` is what people call it, `within` the record it stands in. `kind` is its type in a word.
    `values` are the active labels of its picklist, or all that it takes. `is_needed`: without it
    the record or order cannot be made. `leads`: it is a related record to look into.
    """

    path: str
    label: str
    kind: str = ""
    within: str = ""
    values: tuple[str, ...] = ()
    is_needed: bool = False
    leads: bool = False
    sample: str = ""


# Records of Autotask


def record_choices(root: str, known: Known, inside: Iterable[str] = ()) -> Iterator[Choice]:
    """
    Yield the fields of a record, and of the related records whose metadata is there.

    Args: inside: related records to look into, as paths below the root; parents first.
    """
    shape = known.entities.get(ROOTS.get(root, ""))
    if shape is None:
        return
    yield from _fields(root, "", shape)
    found = {"": ROOTS[root]}
    for path in inside:
        above, _, name = path.rpartition(".")
        parent = known.entities.get(found.get(above, ""))
        target = None if parent is None else _target(found[above], name, parent)
        below = None if target is None else known.entities.get(target)
        if target is not None and below is not None:
            found[path] = target
            yield from _fields(f"{root}.{path}", path.replace(".", " › "), below)  # noqa: RUF001


def relations(root: str, path: str, known: Known) -> tuple[str, ...]:
    """Return the names of the related records that a record leads to."""
    collection = ROOTS.get(root, "")
    for name in path.split(".") if path else ():
        shape = known.entities.get(collection)
        target = None if shape is None else _target(collection, name, shape)
        if target is None:
            return ()
        collection = target
    shape = known.entities.get(collection)
    tied = [name for owner, name in TIED if owner == collection]
    return () if shape is None else (*relations_of(shape.fields), *tied)


def _target(collection: str, name: str, shape: EntityShape) -> str | None:
    reference = reference_of(name, shape.fields)
    return TIED.get((collection, name)) if reference is None else reference[1]


def _fields(prefix: str, within: str, shape: EntityShape) -> Iterator[Choice]:
    for one in shape.fields:
        label, values = spoken(one.name), active(one.picklist)
        path = f"{prefix}.{one.name}"
        if one.picklist is not None:
            yield Choice(f"{path}.label", label, "picklist", within, values)
            yield Choice(path, f"{label} (code)", "code", within)
        else:
            yield Choice(path, label, one.data_type, within)
    for udf in shape.udfs:
        path = paths.spell((*paths.parse(prefix), paths.UDF, udf.name))
        values, label = active(udf.picklist), udf.label or udf.name
        if udf.picklist is not None:
            yield Choice(f"{path}.label", label, "picklist, UDF", within, values)
        else:
            yield Choice(path, label, f"{udf.data_type}, UDF", within)


def record_targets(root: str, known: Known) -> Iterator[Choice]:
    """Yield what an outbound mapping of a root can write; what is required comes first."""
    found: list[Choice] = []
    for one in (root, *sorted(BESIDE.get(root, ()))):
        shape = known.entities.get(ROOTS.get(one, ""))
        if shape is not None:
            found += _targets(one, shape)
    yield from sorted(found, key=lambda one: not one.is_needed)


def _targets(root: str, shape: EntityShape) -> Iterator[Choice]:
    is_new = root not in UPDATED
    for one in shape.fields:
        if one.is_read_only or one.name in _TIES:
            continue
        needed = is_new and one.is_required
        label, values = spoken(one.name), active(one.picklist)
        is_list = one.picklist is not None
        path = f"{root}.{one.name}" + (".label" if is_list else "")
        kind = "picklist" if is_list else one.data_type
        yield Choice(path, label, kind, spoken(root), values, needed)
    for udf in shape.udfs:
        if not udf.is_read_only:
            path = paths.spell((root, paths.UDF, udf.name))
            is_list = udf.picklist is not None
            kind = "picklist, UDF" if is_list else f"{udf.data_type}, UDF"
            label = udf.label or udf.name
            path = f"{path}.label" if is_list else path
            yield Choice(path, label, kind, spoken(root), active(udf.picklist), udf.is_required)


# Work orders


def order_targets(company: CompanyLists, written: Collection[str] = ()) -> Iterator[Choice]:
    """
    Yield what a work order takes; what it needs comes first.

    Args: written: target paths that have a row: what they need besides is needed.
    """
    needed = {ALWAYS}
    for part, lines in TOGETHER.items():
        if any(one.startswith(f"{part}.") for one in written):
            needed |= {choices[0] for choices in lines if not set(choices) & set(written)}
    found = []
    for general, one in ORDER_FIELDS.items():
        path = general.replace("[]", "[0]")
        values = one.choices
        if one.listed:
            values = tuple(choice.name for choice in getattr(company, one.listed))
        kind = {"whole": "number", "flag": "yes or no", "moment": "time in UTC"}.get(one.kind)
        found.append(Choice(path, _order_label(path), kind or one.kind, "", values, path in needed))
    for custom in company.custom_fields:
        path = paths.spell((CUSTOM, custom.name))
        values = tuple(custom.options or ())
        found.append(Choice(path, custom.name, f"custom field, {custom.type}", "", values))
    yield from sorted(found, key=lambda one: (not one.is_needed, one.path in written))


def order_choices(sample: Mapping[str, Any] | None) -> Iterator[Choice]:
    """Yield what can be read of a work order: that of a real one, or what is often read."""
    there: dict[str, str] = dict.fromkeys(_SAMPLES, "")
    if sample is not None:
        for path, value in _flat((), sample):
            if len(there) < _MOST_SAMPLE and not path.startswith(("workorder.", "actions")):
                there[path] = "" if is_empty(value) else shown(value)
    for path, value in there.items():
        yield Choice(path, _order_label(path), sample=value)


def _flat(steps: paths.Path, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name != "actions":
                yield from _flat((*steps, str(name)), one)
    elif isinstance(value, list):
        for number, one in enumerate(value[:1]):
            yield from _flat((*steps, number), one)
    elif steps:
        yield paths.spell(steps), value


def _order_label(path: str) -> str:
    steps = [str(step) for step in paths.parse(path) if isinstance(step, str)]
    return " › ".join(spoken(step) for step in steps)  # noqa: RUF001


# Values


def values_at(path: str, known: Known) -> tuple[PicklistValue, ...]:
    """Return the picklist of the field at a path into records; () where there is none."""
    try:
        found = follow(path, known).field
    except (Unfit, paths.PathWrong):
        return ()
    return () if found is None else tuple(found.picklist or ())


def takes_at(path: str, known: Known, *, is_inbound: bool) -> tuple[str, ...]:
    """Return the values that a target takes, where they are known."""
    if not is_inbound:
        return active(values_at(path, known))
    general = re.sub(r"\[\d+\]", "[0]", path)
    for one in order_targets(known.company):
        if one.path == general:
            return one.values
    return ()


def active(picklist: Sequence[PicklistValue] | None) -> tuple[str, ...]:
    """Return the labels of a picklist that can be chosen, in its order."""
    kept = sorted((one for one in picklist or () if one.is_active), key=lambda one: one.sort_order)
    return tuple(one.label for one in kept)


# Searching


def search(choices: Iterable[Choice], text: str, limit: int = 40) -> tuple[Choice, ...]:
    """Return the choices that hold every word typed, the closest first; without words the first."""
    words = text.casefold().split()
    found = []
    for place, one in enumerate(choices):
        rank = _rank(one, words)
        if rank is not None:
            found.append((rank, place, one))
    return tuple(one for _, _, one in sorted(found, key=lambda at: at[:2])[:limit])


def _rank(one: Choice, words: Sequence[str]) -> int | None:
    """Return how far a choice is from what was typed, 0 the nearest; None: it is something else."""
    path, label = one.path.casefold(), one.label.casefold()
    if not words:
        return 0
    if " ".join(words) in {path, label}:
        return path.count(".")
    total = 10 + path.count(".")
    for word in words:
        rank = _word_rank(one, word, path, label)
        if rank is None:
            return None
        total += 10 * rank
    return total + (1 if len(label.split()) > len(words) else 0)


def _word_rank(one: Choice, word: str, path: str, label: str) -> int | None:
    if any(part.startswith(word) for part in label.split()):
        return 0
    if any(part.startswith(word) for part in one.within.casefold().split()):
        return 1
    if word in label or word in path:
        return 2
    return 4 if any(word in value.casefold() for value in one.values) else None


def spoken(name: str) -> str:
    """Return a field's name as words: dueDateTime is Due date time."""
    words = _WORD.findall(name.replace("_", " "))
    if words and words[-1] == "ID" and len(words) > 1:
        words = [*words[:-1], "id"]
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:] if text else name
