"""JSON of the REST wire into plain values; numbers with fractions keep every digit."""

import json
from decimal import Decimal
from typing import Final

import msgspec

from isthmus.autotask.errors import AnswerBroken

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


def decode_row(row: bytes, entity: str) -> dict[str, object]:
    """
    Decode one JSON object. Fractions become Decimal.

    Raises: AnswerBroken: no JSON object.
    """
    try:
        value = _DECODER.decode(row)
    except (msgspec.DecodeError, UnicodeDecodeError):
        value = _decode_slowly(row, entity)
    if not isinstance(value, dict):
        raise _broken("no JSON object", entity)
    return value


def decode_one(body: bytes, entity: str) -> dict[str, object] | None:
    """
    Decode the answer to a GET by id: `item`, or `items` as attachments answer; None for none.

    Raises: AnswerBroken: neither of them, or something else in them.
    """
    answer = decode_row(body, entity)
    items = answer.get("items")
    if isinstance(items, list):
        item = items[0] if items else None
    elif "item" in answer:
        item = answer["item"]
    else:
        raise _broken("no item", entity)
    if item is not None and not isinstance(item, dict):
        raise _broken("an item that is no object", entity)
    return item


def decode_written(body: bytes, entity: str) -> int:
    """
    Decode the answer to a write: `{"itemId": n}`.

    Raises: AnswerBroken: no number there.
    """
    found = decode_row(body, entity).get("itemId")
    if isinstance(found, bool) or not isinstance(found, int):
        raise _broken("no itemId", entity)
    return found


def _decode_slowly(row: bytes, entity: str) -> object:
    r"""Decode with the standard library, which alone accepts a lone surrogate (`\ud800`)."""
    try:
        return json.loads(row, parse_float=Decimal)
    except ValueError as error:
        raise _broken(f"no valid JSON ({error})", entity) from None


def _broken(what: str, entity: str) -> AnswerBroken:
    return AnswerBroken(
        f"The answer holds {what}",
        where=entity,
        remedy="It is asked for again by itself; if it stays so, a proxy may cut answers short.",
    )
