"""
Values as a wire sent them into typed records, by what metadata says of each field.

Takes JSON's values and SOAP's texts alike, so that both wires give equal records.
Source: shapes of times, numbers and codes in recorded answers of both wires (observed).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from isthmus.autotask.errors import AnswerBroken
from isthmus.autotask.models import FieldInfo, UdfInfo
from isthmus.autotask.port import Record, Value
from isthmus.autotask.records.labels import label_of, named
from isthmus.base.redaction import redact

WHOLE: Final = frozenset({"integer", "long", "short"})
FRACTIONS: Final = frozenset({"decimal", "double", "float"})
_UDFS: Final = "userdefinedfields"
_IGNORED: Final = frozenset({"id", _UDFS, "soapparentpropertyid"})
_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False}
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE | re.ASCII,
)

Raw = Mapping[str, object]


def record_of(
    entity: str, raw: Raw, fields: Sequence[FieldInfo], udfs: Sequence[UdfInfo]
) -> Record:
    """
    Make a record of what a wire sent.

    Args: entity: the REST collection. raw: values by field, in any case; `userDefinedFields` a
    list of objects with name and value, or a mapping. fields, udfs: the entity's metadata.
    Returns: names as the wire spelt them; fields that metadata knows and the wire left out are
    None. A field that metadata does not know is typed by its JSON kind.
    Raises: AnswerBroken: no numeric id, or a value that its field's type cannot hold.
    """
    known = {field.name.casefold(): field for field in fields}
    values: dict[str, Value] = {}
    labels: dict[str, str] = {}
    seen: set[str] = set()
    record_id = _id_of(entity, raw)
    for name, found in _all(raw, record_id):
        field = known.get(name.casefold())
        seen.add(name.casefold())
        values[name] = value = typed(entity, name, found, field.data_type if field else "")
        label = label_of(field.picklist, value) if field else None
        if label is not None:
            labels[name] = label
    values.update({field.name: None for folded, field in known.items() if folded not in seen})
    texts, udf_labels = _udfs(entity, raw, udfs)
    return Record(entity, record_id, values, labels, texts, udf_labels)


def _all(raw: Raw, record_id: int) -> Iterator[tuple[str, object]]:
    yield "id", record_id
    for name, found in raw.items():
        if name.casefold() not in _IGNORED:
            yield name, found


def typed(entity: str, name: str, found: object, data_type: str) -> Value:
    """
    Return a value as its field's type holds it; "" or an unknown type keeps the wire's kind.

    Raises: AnswerBroken.
    """
    if found is None:
        return None
    try:
        return _TYPED.get(data_type.casefold(), _plain)(found)
    except (ValueError, TypeError, OverflowError, InvalidOperation):
        raise AnswerBroken(
            f"{name} holds {redact(str(found))[:60]!r}, which is no {data_type or 'plain value'}",
            where=entity,
            remedy="It is asked for again; if it stays so, the metadata of this field is wrong.",
        ) from None


def parse_moment(text: str) -> datetime:
    """
    Parse a time of the REST wire into an aware datetime, UTC.

    A date alone is its midnight. 0 to 9 digits of fraction; no zone means UTC (observed).
    Digits beyond the microsecond are cut. Raises: ValueError.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time")
    day, minutes, seconds, fraction, zone = match.groups()
    digits = (fraction or "").ljust(6, "0")[:6]
    moment = datetime.fromisoformat(f"{day}T{minutes or '00:00'}{seconds or ':00'}.{digits}")
    if zone is None or zone in {"Z", "z"}:
        return moment.replace(tzinfo=UTC)
    offset = datetime.strptime(zone.replace(":", ""), "%z").tzinfo
    return moment.replace(tzinfo=offset).astimezone(UTC)


def _id_of(entity: str, raw: Raw) -> int:
    found = next((value for name, value in raw.items() if name.casefold() == "id"), None)
    number = typed(entity, "id", found, "long")
    if not isinstance(number, int):
        raise AnswerBroken("A record has no id", where=entity, remedy="It is asked for again.")
    return number


def _whole(found: object) -> Value:
    if isinstance(found, (bool, int)):
        return int(found)
    number = Decimal(str(found).strip())
    if number != number.to_integral_value():
        raise ValueError("a fraction")
    return int(number)


def _fraction(found: object) -> Value:
    number = found if isinstance(found, Decimal) else Decimal(str(found).strip())
    if isinstance(found, bool) or not number.is_finite():
        raise ValueError("no number")
    return number


def _truth(found: object) -> Value:
    return found if isinstance(found, bool) else _TRUTHS[_code(found)]


def _code(found: object) -> str:
    text = str(found).strip().casefold()
    if text not in _TRUTHS:
        raise ValueError("no boolean")
    return text


def _moment(found: object) -> Value:
    if isinstance(found, datetime):
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return parse_moment(str(found))


def _text(found: object) -> Value:
    if isinstance(found, (dict, list)):
        raise TypeError("no text")
    if isinstance(found, bool):
        return str(found).lower()
    return found if isinstance(found, str) else str(found)


def _plain(found: object) -> Value:
    if isinstance(found, (bool, int, Decimal, str)):
        return found
    if isinstance(found, float):
        return Decimal(str(found))
    if isinstance(found, datetime):
        return _moment(found)
    raise TypeError("no plain value")


_TYPED: Final[Mapping[str, Callable[[object], Value]]] = {
    **dict.fromkeys(WHOLE, _whole),
    **dict.fromkeys(FRACTIONS, _fraction),
    "boolean": _truth,
    "datetime": _moment,
    "string": _text,
}


def _udfs(
    entity: str, raw: Raw, known: Sequence[UdfInfo]
) -> tuple[dict[str, str | None], dict[str, str]]:
    """Return the user-defined values as text and the labels of the coded ones."""
    texts: dict[str, str | None] = {udf.name: None for udf in known}
    labels: dict[str, str] = {}
    for wire_name, found in _pairs(entity, raw):
        udf = named(known, wire_name)
        name = udf.name if udf else wire_name
        value = None if found is None else typed(entity, name, found, "string")
        texts[name] = None if value is None else str(value)
        label = label_of(udf.picklist, value) if udf else None
        if label is not None:
            labels[name] = label
    return texts, labels


def _pairs(entity: str, raw: Raw) -> Iterable[tuple[str, object]]:
    """Return name and value of each user-defined field; the list may be null or missing."""
    listed = next((value for key, value in raw.items() if key.casefold() == _UDFS), None)
    if listed is None:
        return ()
    if isinstance(listed, Mapping):
        return tuple((str(name), value) for name, value in listed.items())
    if not isinstance(listed, Sequence) or not all(isinstance(one, Mapping) for one in listed):
        raise AnswerBroken("User-defined fields are no list", where=entity, remedy="")
    return tuple((str(one.get("name")), one.get("value")) for one in listed)
