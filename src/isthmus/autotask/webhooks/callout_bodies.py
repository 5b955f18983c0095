"""
Names and values out of JSON and XML bodies whose shape nobody has written down. Pure.

Bounded in number; Python's own reader bounds the depth of JSON, we that of XML. XML is read by
expat with document types refused, so no entity can be declared, fetched or blown up.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

PAIRS_MOST: Final = 500
DEPTH_MOST: Final = 32
_OWNERS: Final = frozenset({"ticket", "task"})
_NAME_KEYS: Final = frozenset({"name", "key"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A name with its value, and whether query, form, json, xml or text held it."""

    name: str
    value: object
    place: str


def json_pairs(text: str) -> Iterator[Pair]:
    """Yield the pairs of a JSON text; none when it is broken, nested too deeply or too large."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return
    waiting: list[tuple[str, object]] = [("", root)]
    told = 0
    while waiting and told < PAIRS_MOST:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((joined(name, key), inner) for key, inner in value.items())
            named = _named(value)
            if named is not None:
                yield named
        elif isinstance(value, list):
            waiting.extend((name, inner) for inner in value[:PAIRS_MOST])
        elif isinstance(value, (str, int)) and not isinstance(value, bool):
            told += 1
            yield Pair(name, value, "json")


def joined(owner: str, name: str) -> str:
    """Return a member's name; an `id` within a `ticket` is a ticket's id."""
    return f"{owner}{name}" if owner.casefold() in _OWNERS else name


def _named(value: Mapping[str, object]) -> Pair | None:
    """Return the pair of `{"name": "ticketId", "value": 5}`."""
    folded = {key.casefold(): inner for key, inner in value.items()}
    name = next((folded[key] for key in sorted(_NAME_KEYS & folded.keys())), None)
    if isinstance(name, str) and isinstance(folded.get("value"), (str, int)):
        return Pair(name, folded["value"], "json")
    return None


class _Refused(Exception):
    """The document holds what we do not read."""


@dataclass(slots=True)
class _Reader:
    """Collects elements' texts and attributes, and `<Name>a</Name><Value>b</Value>` as a pair."""

    pairs: list[Pair] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    last_name: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.names) >= DEPTH_MOST or len(self.pairs) > PAIRS_MOST:
            raise _Refused
        local = name.rpartition(":")[2]
        self.names.append(local)
        self.texts.append([])
        folded = {key.casefold(): value for key, value in attributes.items()}
        for key, value in attributes.items():
            self.add(joined(local, key), value)
        named = next((folded[key] for key in sorted(_NAME_KEYS & folded.keys())), "")
        if named and "value" in folded:
            self.add(named, folded["value"])
        self.last_name = named or self.last_name

    def text(self, data: str) -> None:
        if self.texts:
            self.texts[-1].append(data)

    def end(self, _name: str) -> None:
        local = self.names.pop()
        text = "".join(self.texts.pop()).strip()
        if not text:
            return
        folded = local.casefold()
        if folded in _NAME_KEYS:
            self.last_name = text
        elif self.last_name:  # the text of <Value>, or of <Field name="ticketId">
            self.add(self.last_name, text)
            self.last_name = ""
        owner = self.names[-1] if self.names else ""
        self.add(joined(owner, local), text)

    def add(self, name: str, value: str) -> None:
        self.pairs.append(Pair(name, value, "xml"))

    def refuse(self, *_told: object) -> None:
        raise _Refused


def xml_pairs(body: bytes) -> list[Pair]:
    """Return the pairs of an XML text; none when it is broken, or holds a document type."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError, _Refused):
        return []
    return reader.pairs
