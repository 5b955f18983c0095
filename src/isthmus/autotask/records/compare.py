"""Whether the vendor keeps what was asked: values compared by type, not by spelling."""

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from isthmus.autotask.models import UdfInfo
from isthmus.autotask.port import Value
from isthmus.autotask.records.typed import FRACTIONS, WHOLE, parse_moment

_CLOSE: Final = timedelta(milliseconds=1)


def same(asked: Value, found: Value) -> bool:
    """
    Tell whether two values of a field are the same to the vendor.

    Numbers by value (1 and 1.0000), times to the millisecond, texts without what the vendor takes
    away (NUL, spaces at the ends, kinds of line end); "" and None alike.
    """
    if asked in {None, ""} or found in {None, ""}:
        return text_of(asked) == text_of(found)
    if isinstance(asked, datetime) and isinstance(found, datetime):
        return abs(asked - found) < _CLOSE
    if isinstance(asked, str) and isinstance(found, str):
        return text_of(asked) == text_of(found)
    if isinstance(asked, (int, Decimal)) and isinstance(found, (int, Decimal)):
        return asked == found
    return text_of(asked) == text_of(found)


def same_udf(udf: UdfInfo, asked: str | None, found: str | None) -> bool:
    """Tell whether two texts of a user-defined field mean the same to its type."""
    if same(asked, found):
        return True
    if asked is None or found is None:
        return False
    try:
        if udf.data_type in WHOLE | FRACTIONS | {"numeric", "number"}:
            return Decimal(asked) == Decimal(found)
        if udf.data_type in {"datetime", "date"}:
            return abs(parse_moment(asked) - parse_moment(found)) < _CLOSE
    except (ValueError, InvalidOperation):
        return False
    return udf.data_type == "boolean" and asked.casefold() == found.casefold()


def text_of(value: Value) -> str:
    """Return a text as it is compared: without NUL, outer spaces, and kinds of line end."""
    if value is None:
        return ""
    text = unicodedata.normalize("NFC", str(value)).replace("\x00", "").replace("\xa0", " ")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
