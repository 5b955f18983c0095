"""
The names of the SOAP API beside those of REST, as data.

`names.json` holds, by SOAP entity: its REST collection; the fields whose REST name is more than
the SOAP name with a small beginning; the types REST has otherwise; and the days, which no time
zone moves. Source: field information of a live tenant (SOAP, February 2021) beside the vendor's
own REST description (June 2026), paired by spelling; a few pairs by meaning. That just these
fields are days is assumed, from their names and from recorded midnights.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from isthmus.autotask.errors import UnknownEntity
from isthmus.autotask.models import FieldInfo

_FIRST: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]")


class Entity(msgspec.Struct, frozen=True):
    """What is known of a SOAP entity: its collection and what the rule does not give."""

    rest: str
    renamed: dict[str, str] = {}
    types: dict[str, str] = {}
    days: frozenset[str] = frozenset()


@cache
def entities() -> Mapping[str, Entity]:
    """Return every entity by its SOAP name."""
    raw = resources.files(__package__).joinpath("names.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, Entity])


@cache
def _by_collection() -> Mapping[str, str]:
    return {entity.rest.casefold(): name for name, entity in entities().items()}


def soap_name(collection: str) -> str:
    """
    Return the SOAP entity behind a REST collection.

    Raises: UnknownEntity: SOAP, frozen in 2020, has none.
    """
    name = _by_collection().get(collection.casefold())
    if name is not None:
        return name
    known = [entity.rest for entity in entities().values()]
    near = difflib.get_close_matches(collection, known, n=3)
    raise UnknownEntity(
        f"The SOAP API has nothing for {collection!r}",
        where="entity",
        remedy=f"Did you mean {', '.join(near)}?"
        if near
        else "Use the REST API, which is the default: SOAP has not grown since 2020.",
    )


def rest_field(entity: str, name: str) -> str:
    """Return the REST name of a field of a SOAP entity; by rule where no other is known."""
    known = entities().get(entity)
    return (known.renamed.get(name) if known else None) or _small(name)


def _small(name: str) -> str:
    """Make the beginning small: AccountID accountID, SICCode sicCode, id id."""
    return "id" if name.casefold() == "id" else _FIRST.sub(lambda m: m[0].lower(), name, count=1)


@dataclass(frozen=True, slots=True)
class Spelt:
    """One field as SOAP has it: `name`, `data_type` in its own words, whether it is a day."""

    name: str
    data_type: str
    is_day: bool
    is_read_only: bool


@dataclass(frozen=True, slots=True)
class Spelling:
    """
    The fields of one entity in both spellings.

    `soap` gives a SOAP field by its REST name in lower case, `rest` a REST name by the SOAP name
    in lower case. `entity` is the SOAP name.
    """

    entity: str
    soap: Mapping[str, Spelt]
    rest: Mapping[str, str]

    def rest_of(self, name: str) -> str:
        """Return the REST name of a SOAP field, known to metadata or not."""
        return self.rest.get(name.casefold()) or rest_field(self.entity, name)

    def spelt(self, rest_name: str) -> Spelt | None:
        """Return the SOAP field behind a REST name in any case."""
        return self.soap.get(rest_name.casefold())


def spell(entity: str, told: Iterable[FieldInfo]) -> tuple[Spelling, tuple[FieldInfo, ...]]:
    """
    Give an entity's fields, told in SOAP names, the names and types of REST.

    Returns: the spelling, and the fields as REST would tell them.
    """
    known = entities().get(entity) or Entity("")
    soap: dict[str, Spelt] = {}
    rest: dict[str, str] = {}
    fields = []
    for field in told:
        name = rest_field(entity, field.name)
        soap[name.casefold()] = Spelt(
            field.name, field.data_type, field.name in known.days, field.is_read_only
        )
        rest[field.name.casefold()] = name
        parent = field.picklist_parent
        fields.append(
            replace(
                field,
                name=name,
                data_type=known.types.get(field.name, field.data_type),
                picklist_parent=rest_field(entity, parent) if parent else None,
            )
        )
    return Spelling(entity, soap, rest), tuple(fields)
