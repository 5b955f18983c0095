"""
An extension callout into a `Hint`. Pure, and defined for every request.

A workflow rule's callout carries little more than a ticket's id, or its number. Names and body are
not documented, so every shape that was seen or told of is taken: GET or POST; query string, form,
JSON, XML or plain text, whatever the content type says. Nothing is signed; only what it points at
is taken, and all else is left unread.
Source: the vendor's product help (transport and formats); names observed in public receivers.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import parse_qsl

from isthmus.autotask.webhooks.callout_bodies import Pair, json_pairs, xml_pairs
from isthmus.autotask.webhooks.errors import CalloutBroken
from isthmus.autotask.webhooks.payload import whole
from isthmus.autotask.webhooks.shapes import Hint

BODY_MOST: Final = 256 * 2**10
QUERY_MOST: Final = 8 * 2**10
PAIRS_MOST: Final = 500
_NUMBER: Final = re.compile(r"T[0-9]{8}\.[0-9]{4,6}(\.[0-9]{1,6})?", re.ASCII | re.IGNORECASE)
_NUMBER_IN_TEXT: Final = re.compile(
    r"\bT[0-9]{8}\.[0-9]{4,6}(?:\.[0-9]{1,6})?\b", re.ASCII | re.IGNORECASE
)
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+", re.ASCII)
_NAMES: Final = {
    "ticketid": ("Tickets", 0),
    "ticketnumber": ("Tickets", 0),
    "ticketno": ("Tickets", 0),
    "ticket": ("Tickets", 1),
    "taskid": ("Tasks", 2),
    "tasknumber": ("Tasks", 2),
    "taskno": ("Tasks", 2),
    "task": ("Tasks", 3),
    "id": ("Tickets", 4),
    "number": ("Tickets", 4),
    "entityid": ("Tickets", 5),
    "objectid": ("Tickets", 5),
}
"""Names, without case and signs, to what they mean and how much they are to be believed: 0 most."""


def parse_callout(*, query: str = "", body: bytes = b"") -> Hint:
    """
    Return what a callout points at.

    Args: query: the URL's query string as it came, without "?". body: as it came; b"" for GET.
    A name that says "ticket" wins over a bare "id". Raises: CalloutBroken, and nothing else: it
    names no ticket, or names several with names that say the same.
    """
    if len(body) > BODY_MOST or len(query) > QUERY_MOST:
        raise _broken("it is too long", "Send only the ticket's id.")
    best: dict[tuple[str, int], list[Pair]] = {}
    for pair in _pairs(query, body):
        meant = _NAMES.get(_NOT_IN_NAMES.sub("", pair.name.casefold()))
        if meant is not None and (whole_id(pair.value) is not None or number_of(pair.value)):
            best.setdefault(meant, []).append(pair)
    if not best:
        raise _broken(
            "it names no ticket",
            "Have the callout send the ticket's id as `ticketId`, or its number as `ticketNumber`.",
        )
    entity, rank = min(best, key=lambda meant: meant[1])
    return _hint(entity, best[entity, rank])


def whole_id(value: object) -> int | None:
    """Return an id above 0; None for anything else."""
    found = whole(value) if isinstance(value, (str, int)) else None
    return found or None


def number_of(value: object) -> str | None:
    """Return a ticket's or task's number such as T20260527.0006; None for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    return text.upper() if _NUMBER.fullmatch(text) else None


def _hint(entity: str, pairs: list[Pair]) -> Hint:
    ids = {whole_id(pair.value) for pair in pairs} - {None}
    numbers = {number_of(pair.value) for pair in pairs} - {None}
    if len(ids) > 1 or len(numbers) > 1:
        raise _broken("it names several", "Have each callout send one ticket.")
    return Hint(
        entity=entity,
        id=next(iter(ids), None),
        number=next(iter(numbers), None),
        found_in=f"{pairs[0].place} {pairs[0].name}".strip(),
    )


def _pairs(query: str, body: bytes) -> Iterator[Pair]:
    """Yield every name and value, of the body first."""
    yield from _body_pairs(body)
    yield from _form_pairs(query, "query")


def _body_pairs(body: bytes) -> Iterable[Pair]:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        return ()
    if start == b"<" or body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return xml_pairs(body)
    text = body.decode("utf-8-sig", "replace").strip()
    if start in b"{[":
        return json_pairs(text)
    if "=" in text:
        return _form_pairs(text.replace("\r\n", "&").replace("\n", "&"), "form")
    return _text_pairs(text.strip("\"'"))


def _form_pairs(text: str, place: str) -> Iterator[Pair]:
    try:
        found = parse_qsl(
            text.lstrip("?"), keep_blank_values=True, max_num_fields=PAIRS_MOST, errors="replace"
        )
    except ValueError:
        return
    for name, value in found:
        yield Pair(name.strip(), value, place)
        yield from json_pairs(value) if value.lstrip().startswith("{") else ()


def _text_pairs(text: str) -> Iterator[Pair]:
    """Yield the id that is all of the text, or the ticket numbers that stand in it."""
    if whole_id(text) is not None:
        yield Pair("id", text, "text")
    for number in _NUMBER_IN_TEXT.findall(text):
        yield Pair("number", number, "text")


def _broken(why: str, remedy: str) -> CalloutBroken:
    return CalloutBroken(
        f"This callout is of no use: {why}", where="extension callout", remedy=remedy
    )
