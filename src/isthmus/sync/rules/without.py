"""Records without the fields that a home does not keep: what is left out reaches no disk."""

from collections.abc import Sequence
from typing import Final

from msgspec import DecodeError, Raw
from msgspec.json import Decoder, encode

from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.warehouse.ports import Column, Origin

_RECORD: Final = Decoder(dict[str, Raw])
_LIST: Final = Decoder(list[Raw])
_NAMED: Final = Decoder(dict[str, object])
_USER_FIELDS: Final = "userDefinedFields"
_OF_UDF: Final = (Origin.UDF, Origin.UDF_LABEL, Origin.UDF_CODE)


def strip_row(row: bytes, left_out: frozenset[str]) -> bytes:
    """
    Take fields out of a record, all others as they are to the last digit.

    Args: left_out: names in lower case, of fields and of user-defined fields. What is no record
    is returned as it is, and set aside later.
    """
    try:
        record = _RECORD.decode(row)
        kept = {name: value for name, value in record.items() if name.lower() not in left_out}
        if _USER_FIELDS in kept and bytes(kept[_USER_FIELDS]).lstrip()[:1] == b"[":
            listed = _LIST.decode(kept[_USER_FIELDS])
            kept[_USER_FIELDS] = Raw(encode([one for one in listed if _stays(one, left_out)]))
    except DecodeError:
        return row
    return encode(kept)


def _stays(item: Raw, left_out: frozenset[str]) -> bool:
    name = _NAMED.decode(item).get("name")
    return not (isinstance(name, str) and name.lower() in left_out)


def kept_fields(fields: Sequence[FieldInfo], left_out: frozenset[str]) -> tuple[FieldInfo, ...]:
    """Return the fields whose values are kept."""
    return tuple(one for one in fields if one.name.lower() not in left_out)


def kept_udfs(udfs: Sequence[UdfInfo], left_out: frozenset[str]) -> tuple[UdfInfo, ...]:
    """Return the user-defined fields whose values are kept."""
    return tuple(one for one in udfs if one.name.lower() not in left_out)


def columns_emptied(known: Sequence[Column], left_out: frozenset[str]) -> tuple[str, ...]:
    """Name the columns that still hold what is left out, names found by it among them."""
    own = [c for c in known if c.is_live and c.source and c.source.lower() in left_out]
    keys = {c.name.lower() for c in own if c.origin not in _OF_UDF}
    found = [
        c for c in known if c.is_live and c.lookup is not None and c.lookup.key.lower() in keys
    ]
    return tuple(c.name for c in (*own, *found))
