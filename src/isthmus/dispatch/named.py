"""What a person names: many records by number or id, and a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isthmus.autotask import q
from isthmus.autotask.port import Record
from isthmus.dispatch.desk import Desk
from isthmus.dispatch.library import Library
from isthmus.dispatch.preview import NUMBERS, NoRule
from isthmus.dispatch.rules.known import ROOTS
from isthmus.dispatch.rules.rule import Rule

_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of names, looked up: the records, and the names that nothing was found for."""

    records: tuple[Record, ...]
    missing: tuple[str, ...]


async def find_records(desk: Desk, entity: str, names: Sequence[str]) -> Listed:
    """Look up records by number or id, a hundred in one call; what is all digits is an id."""
    ids = [name for name in names if _is_id(name)]
    by_id = await _found(desk, entity, "id", ids)
    number = NUMBERS.get(entity, "")
    others = [name for name in names if not _is_id(name)]
    by_number = await _found(desk, entity, number, others) if number else {}
    records: dict[int, Record] = {}
    missing: list[str] = []
    for name in names:
        found = by_id.get(str(int(name))) if _is_id(name) else by_number.get(name.casefold())
        if found is None:
            missing.append(name)
        else:
            records[found.id] = found
    return Listed(tuple(records.values()), tuple(dict.fromkeys(missing)))


async def _found(desk: Desk, entity: str, field: str, names: Sequence[str]) -> dict[str, Record]:
    """Return records by what the field holds, in lower case."""
    found: dict[str, Record] = {}
    unique = list(dict.fromkeys(names))
    for start in range(0, len(unique), _BATCH):
        some = unique[start : start + _BATCH]
        members = [int(one) for one in some] if field == "id" else some
        for record in await desk.records.find(entity, q.in_(field, members)):
            told = record.id if field == "id" else record.values.get(field)
            found[str(told).casefold()] = record
    return found


def _is_id(name: str) -> bool:
    return name.isascii() and name.isdigit()


def rule_named(library: Library, entity: str, name: str) -> Rule:
    """Return the enabled rule of a name. Raises: NoRule: none, one switched off, or for others."""
    rule = library.rule(name)
    remedy = "isthmus rule list shows those there are."
    if rule is None:
        raise NoRule(f"There is no rule {name!r}", where="rules", remedy=remedy)
    if ROOTS[rule.root] != entity:
        what = f"The rule {name!r} is for a {rule.root}, not for one of {entity}"
        raise NoRule(what, where="rules", remedy=remedy)
    if not rule.is_enabled:
        what = f"The rule {name!r} is switched off"
        raise NoRule(what, where="rules", remedy=f"isthmus rule enable {name} switches it on.")
    return rule
