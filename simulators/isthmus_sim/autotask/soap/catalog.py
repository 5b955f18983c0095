"""
The entities as the SOAP API names them, beside the collections of REST they stand for.

Source: field and entity information of a live tenant (February 2021) for names, types and
flags; the WSDL of three editions for the order of fields. Pairs with REST by the vendor's own
renaming, by spelling; a few by meaning (assumed).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERSIONS = ("1.5", "1.6")
FIFTH, OLDER, NEWER = "5", "6", "7"
_NAMES = {"picklistParent": "picklist_parent", "readOnly": "read_only"}


@dataclass(frozen=True, slots=True)
class SoapField:
    """
    One field of an entity.

    type: integer, long, short, string, datetime, boolean, double, decimal or float. wire: the
    type it is sent as, where that differs. rest: the field it stands for in the REST
    collection, None where there is none. unshifted: a day, which no time zone moves. plain:
    sent without a type. reference: the name of a SOAP entity.
    """

    name: str
    type: str
    rest: str | None = None
    wire: str = ""
    length: int = 0
    required: bool = False
    read_only: bool = False
    queryable: bool = True
    picklist: bool = False
    picklist_parent: str = ""
    reference: str = ""
    webhook: bool = False
    unshifted: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class SoapEntity:
    """
    One entity. rest: its REST collection, None where there is none. can: letters of QCUD.

    fields: in the order of the WSDL, the id first.
    """

    name: str
    rest: str | None
    can: frozenset[str]
    has_udfs: bool
    webhooks: bool
    fields: tuple[SoapField, ...]
    by_name: Mapping[str, SoapField]


@dataclass(frozen=True)
class Edition:
    """
    One edition of the description: 1.5, or 1.6 of 2019 or of 2023.

    Source: the WSDL files of December 2018, August 2019 and February 2023.
    """

    key: str
    entities: Mapping[str, SoapEntity]
    _lower: Mapping[str, SoapEntity]

    def __iter__(self) -> Iterator[SoapEntity]:
        return iter(self.entities.values())

    @property
    def version(self) -> str:
        """Give the version as paths write it."""
        return "1.5" if self.key == FIFTH else "1.6"

    @property
    def namespace(self) -> str:
        """Give the version's XML namespace."""
        return f"http://autotask.net/ATWS/v{self.version.replace('.', '_')}/"

    @property
    def newer(self) -> bool:
        """Tell whether this is the last edition, which says more about entities and fields."""
        return self.key == NEWER

    def find(self, name: str) -> SoapEntity | None:
        """Find an entity by its name in any case."""
        return self._lower.get(name.strip().lower())


def edition(version: str, wsdl_of: str) -> Edition:
    """Give the edition a version in a path stands for. wsdl_of: `2023` or `2019`, for 1.6."""
    if version == "1.5":
        return _edition(FIFTH)
    return _edition(NEWER if wsdl_of == "2023" else OLDER)


@cache
def _edition(key: str) -> Edition:
    raw = orjson.loads(resources.files(__package__).joinpath("entities.json").read_bytes())
    known = {
        name: _entity(name, entry, key) for name, entry in raw.items() if key in entry["editions"]
    }
    return Edition(key, known, {name.lower(): entity for name, entity in known.items()})


def _entity(name: str, raw: dict[str, Any], key: str) -> SoapEntity:
    known = tuple(
        _field(entry) for entry in raw["fields"] if key in entry.get("editions", raw["editions"])
    )
    return SoapEntity(
        name=name,
        rest=raw.get("rest"),
        can=frozenset(raw["can"]),
        has_udfs=raw.get("udf", False),
        webhooks=raw.get("webhooks", False),
        fields=known,
        by_name={field.name.lower(): field for field in known},
    )


_KNOWN = {field.name for field in fields(SoapField)}


def _field(raw: dict[str, Any]) -> SoapField:
    named = {_NAMES.get(key, key): value for key, value in raw.items()}
    return SoapField(**{key: value for key, value in named.items() if key in _KNOWN})
