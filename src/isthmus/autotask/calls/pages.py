"""
Query answers into pages: rows split off as the vendor's own bytes, only ids read.

Anything that does not add up breaks the whole answer; nothing of it is used.
"""

import json
import re
from datetime import datetime
from itertools import pairwise
from typing import Final

import msgspec

from isthmus.autotask.errors import AnswerBroken
from isthmus.autotask.models import Page
from isthmus.transport import Answer

_ID_FIRST: Final = re.compile(rb'\{\s*"id"\s*:\s*(-?\d{1,19})\s*[,}]')
_SPACE: Final = re.compile(r"[ \t\r\n]*")


class _Details(msgspec.Struct, rename="camel"):
    count: int
    request_count: int | None = None
    next_page_url: str | None = None


class _Envelope(msgspec.Struct, rename="camel"):
    items: list[msgspec.Raw]
    page_details: _Details


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_DETAILS: Final = msgspec.json.Decoder(_Details)
_SCAN: Final = json.JSONDecoder()


def parse_page(
    answer: Answer,
    *,
    entity: str,
    page_size: int,
    above: int | None = None,
    below: int | None = None,
) -> Page:
    """
    Split a query's answer into rows.

    Args: page_size: rows asked for; more than that is a broken answer. above, below: ids asked
    for lie between these; one that does not means that the filter was not applied.
    Raises: AnswerBroken: cut short, malformed, counts that differ, ids missing, out of bounds or
    not strictly ascending, or no `Date` header (the watermark of a refresh depends on it).
    """
    rows, details = _split(answer.body, entity)
    if details.count != len(rows):
        raise broken(f"{len(rows)} rows where {details.count} are announced", entity)
    if len(rows) > page_size:
        raise broken(f"{len(rows)} rows where {page_size} were asked for", entity)
    more = bool(details.next_page_url)
    if more and not rows:
        raise broken("no rows, and yet a next page", entity)
    ids = tuple(_id_of(row, entity) for row in rows)
    if any(left >= right for left, right in pairwise(ids)):
        raise broken("ids that do not ascend", entity)
    if ids and (
        (above is not None and ids[0] <= above) or (below is not None and ids[-1] >= below)
    ):
        raise broken("rows outside the ids asked for", entity)
    return Page(rows=rows, ids=ids, server_time=server_time(answer, entity), more=more)


def server_time(answer: Answer, entity: str) -> datetime:
    """Return the answer's `Date`; raises AnswerBroken without one."""
    moment = answer.server_time
    if moment is None:
        raise broken("no readable Date header", entity)
    return moment


def decode_object(answer: Answer, entity: str) -> dict[str, object]:
    """
    Decode a small answer into a dict.

    Raises: AnswerBroken: not a JSON object.
    """
    try:
        value = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            value = json.loads(answer.body)
        except ValueError as error:
            raise broken(f"no valid JSON ({error})", entity) from None
    if not isinstance(value, dict):
        raise broken("no JSON object", entity)
    return value


def broken(what: str, entity: str) -> AnswerBroken:
    """Return the error for an answer that holds `what`."""
    return AnswerBroken(
        f"The answer holds {what}",
        where=entity,
        remedy="It is asked for again by itself; if it stays so, a proxy may cut answers short.",
    )


def _split(body: bytes, entity: str) -> tuple[tuple[bytes, ...], _Details]:
    if not body:
        raise broken("nothing", entity)
    try:
        envelope = _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _split_slowly(body, entity, str(error))
    return tuple(bytes(row) for row in envelope.items), envelope.page_details


def _id_of(row: bytes, entity: str) -> int:
    match = _ID_FIRST.match(row)
    if match is not None:
        return int(match[1])
    try:
        record = json.loads(row)
    except ValueError:
        record = None
    found = record.get("id", record.get("Id")) if isinstance(record, dict) else None
    if isinstance(found, bool) or not isinstance(found, int):
        raise broken("a row without a numeric id", entity)
    return found


def _split_slowly(body: bytes, entity: str, reason: str) -> tuple[tuple[bytes, ...], _Details]:
    r"""
    Split with the standard library, which alone accepts an escaped lone surrogate (`\ud800`).

    Rows are slices of the body here too, never encoded anew.
    """
    try:
        text = body.decode("utf-8")
        parts = _members(text)
        rows = tuple(text[start:end].encode() for start, end in _elements(text, parts["items"]))
        start, end = parts["pageDetails"]
        return rows, _DETAILS.decode(text[start:end])
    except (ValueError, KeyError, IndexError, msgspec.DecodeError):
        raise broken(f"no page of rows ({reason})", entity) from None


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _members(text: str) -> dict[str, tuple[int, int]]:
    """Find where each value of the outermost object begins and ends."""
    at = _skip(text, 0)
    found: dict[str, tuple[int, int]] = {}
    closing = text[at] != "{"
    while not closing:
        key, at = _SCAN.raw_decode(text, _skip(text, at + 1))
        at = _skip(text, at)
        if text[at] != ":" or not isinstance(key, str):
            raise ValueError("a member without a value")
        start = _skip(text, at + 1)
        _, at = _SCAN.raw_decode(text, start)
        found[key] = (start, at)
        at = _skip(text, at)
        closing = text[at] == "}"
        if not closing and text[at] != ",":
            raise ValueError("members without a comma")
    if _skip(text, at + 1) != len(text):
        raise ValueError("more after the end")
    return found


def _elements(text: str, span: tuple[int, int]) -> list[tuple[int, int]]:
    """Find where each element of an array begins and ends; the array is valid JSON already."""
    at, end = span
    if text[at] != "[":
        raise ValueError("no array")
    spans: list[tuple[int, int]] = []
    at = _skip(text, at + 1)
    while at < end - 1:
        _, stop = _SCAN.raw_decode(text, at)
        spans.append((at, stop))
        at = _skip(text, _skip(text, stop) + 1)
    return spans
