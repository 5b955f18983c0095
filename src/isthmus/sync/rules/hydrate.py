"""Which names are put beside which references, and what they are called."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isthmus.autotask.models import FieldInfo
from isthmus.sync.catalog import Dataset
from isthmus.warehouse.ports import Column, ColumnType, Lookup, Origin

_COMPANY = "Companies"
_PERSON = "Resources"


@dataclass(frozen=True, slots=True)
class Hydration:
    """
    A column to be taken over from another dataset.

    `name` is what it is called unless the vendor has a column of that name; then `otherwise`.
    """

    name: str
    otherwise: str
    lookup: Lookup


def plan_hydrations(dataset: Dataset, fields: Sequence[FieldInfo]) -> tuple[Hydration, ...]:
    """
    List the columns a dataset takes over: those the catalogue names, then one rule for all.

    A reference to a company gets its name, one to a resource the user name and the full name,
    called after the reference without its ID (`creatorUserID`: `creatorUserName`).
    """
    named = tuple(
        Hydration(
            wanted.column,
            f"{wanted.column}_2",
            Lookup(_spelled(wanted.via, fields), wanted.dataset, (wanted.source,)),
        )
        for wanted in dataset.lookups
    )
    told = {name.lower(): target for name, target in dataset.references}
    ruled: list[Hydration] = []
    for field in fields:
        target = field.reference or told.get(field.name.lower())
        if field.picklist is None and target is not None:
            ruled.extend(_by_rule(field.name, target))
    return (*named, *ruled)


def hydrated_column(hydration: Hydration, taken: Iterable[str]) -> Column:
    """Make the column; `taken` holds the names, in lower case, that are not to be had."""
    used = set(taken)
    name = hydration.name if hydration.name.lower() not in used else hydration.otherwise
    stem, number = name, 2
    while name.lower() in used:
        name, number = f"{stem}_{number}", number + 1
    kind = ColumnType.INTEGER if hydration.name.endswith("ID") else ColumnType.TEXT
    return Column(name, kind, Origin.HYDRATED, lookup=hydration.lookup)


def _by_rule(name: str, target: str) -> tuple[Hydration, ...]:
    stem = name[:-2] if name[-2:].lower() == "id" and len(name) > 2 else name
    if target == _COMPANY:
        lookup = Lookup(name, _COMPANY, ("companyName",))
        return (Hydration(f"{stem}Name", f"{stem}_Name", lookup),)
    if target != _PERSON:
        return ()
    if stem.endswith("User") and stem != "User":
        stem = stem.removesuffix("User")
    user = Lookup(name, _PERSON, ("userName",))
    full = Lookup(name, _PERSON, ("firstName", "lastName"))
    return (
        Hydration(f"{stem}UserName", f"{stem}_UserName", user),
        Hydration(f"{stem}FullName", f"{stem}_FullName", full),
    )


def _spelled(name: str, fields: Sequence[FieldInfo]) -> str:
    return next((f.name for f in fields if f.name.lower() == name.lower()), name)
