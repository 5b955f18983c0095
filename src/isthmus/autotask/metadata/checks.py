"""Compare a query with what metadata says of the entity, before a call is spent on it."""

import difflib
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from isthmus.autotask import query as q
from isthmus.autotask.errors import QueryRefused, UnknownField
from isthmus.autotask.models import FieldInfo, UdfInfo

_WHOLE: Final = frozenset({"integer", "long", "short", "byte"})
_NUMBERS: Final = frozenset({"decimal", "double"})
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
_NUMERAL: Final = re.compile(r"-?\d+")

Fields = Mapping[str, FieldInfo]
Udfs = Mapping[str, UdfInfo]


def check_query(entity: str, where: q.Node, fields: Fields | None, udfs: Udfs | None) -> None:
    """
    Check every condition; maps are by name in lower case, None where metadata was not read.

    Raises: UnknownField with the nearest names; QueryRefused: a field that cannot be queried, or a
    value of a type the field cannot hold (a numeric string on a whole-number field other than a
    picklist matches no row, and no error tells so: observed).
    """
    q.check_shape(where)
    for condition in q.conditions(where):
        if condition.udf:
            _check_udf(entity, condition, udfs)
        else:
            _check_field(entity, condition, fields)


def check_include(entity: str, include: tuple[str, ...], fields: Fields | None) -> None:
    """Check the fields asked for; raises UnknownField."""
    for name in include if fields is not None else ():
        folded = name.casefold()
        if fields is not None and folded not in fields and folded != "userdefinedfields":
            raise unknown_field(entity, name, [field.name for field in fields.values()])


def unknown_field(entity: str, name: str, known: list[str]) -> UnknownField:
    """Return the error for a name that is no field, with the nearest known names."""
    by_folded = {other.casefold(): other for other in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=3, cutoff=0.6)
    near = tuple(by_folded[folded] for folded in close)
    hint = f"Did you mean {', '.join(near)}?" if near else "Compare with the entity's fields."
    return UnknownField(
        f"{entity} has no field {name!r}", where=f"{entity} query", remedy=hint, near=near
    )


def _check_udf(entity: str, condition: q.Condition, udfs: Udfs | None) -> None:
    if udfs is not None and condition.field.casefold() not in udfs:
        raise unknown_field(entity, condition.field, [udf.name for udf in udfs.values()])


def _check_field(entity: str, condition: q.Condition, fields: Fields | None) -> None:
    name = condition.field
    if fields is None:
        if name.casefold() == "id":
            _check_type(entity, condition, "long", is_picklist=False)
        return
    field = fields.get(name.casefold())
    if field is None:
        raise unknown_field(entity, name, [known.name for known in fields.values()])
    if not field.is_queryable:
        raise _refused(entity, f"{name} cannot be queried", "Filter by another field.")
    _check_type(entity, condition, field.data_type, is_picklist=field.picklist is not None)


def _check_type(entity: str, condition: q.Condition, data_type: str, *, is_picklist: bool) -> None:
    value = condition.value
    if value is None:
        return
    for member in value if isinstance(value, tuple) else (value,):
        if not _fits(member, data_type, is_picklist=is_picklist):
            raise _refused(
                entity,
                f"{condition.field} holds {data_type} values, not {type(member).__name__}"
                f" {member!r}",
                "Give numbers as numbers, booleans as True or False, and times as aware datetimes.",
            )


def _fits(value: q.Scalar, data_type: str, *, is_picklist: bool) -> bool:
    if isinstance(value, bool):
        return data_type == "boolean" or data_type not in _KNOWN
    if data_type in _WHOLE:
        if isinstance(value, str):
            return is_picklist and bool(_NUMERAL.fullmatch(value))
        return isinstance(value, int)
    if data_type in _NUMBERS:
        return isinstance(value, (int, float, Decimal))
    if data_type == "datetime":
        return isinstance(value, datetime) or (
            isinstance(value, str) and bool(_DATE.fullmatch(value))
        )
    if data_type == "string":
        return isinstance(value, str)
    return data_type != "boolean"


_KNOWN: Final = _WHOLE | _NUMBERS | {"datetime", "string", "boolean"}


def _refused(entity: str, what: str, remedy: str) -> QueryRefused:
    return QueryRefused(what, where=f"{entity} query", remedy=remedy)
