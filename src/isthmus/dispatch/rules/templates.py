"""Texts with places to fill in: `Ticket {{ticket.number}}: {{ticket.title}}`."""

import re
from typing import Final

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.values import Document, is_empty, text_of

_PLACE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def fields_of(template: str) -> tuple[str, ...]:
    """Return the paths a template reads, in order; a text after `|` is no part of the path."""
    return tuple(_parts(match[1])[0] for match in _PLACE.finditer(template))


def fill(template: str, source: Document) -> str:
    """
    Fill a template; `{{path|text}}` gives the text where the path is empty.

    Raises: Unfit: a path leads to an object. PathWrong.
    """
    return _PLACE.sub(lambda match: _filled(match[1], source), template)


def is_bare(template: str, source: Document) -> bool:
    """Tell whether a template has places and not one of them found a value or a text."""
    found = [match[1] for match in _PLACE.finditer(template)]
    return bool(found) and not any(_filled(place, source) for place in found)


def _filled(place: str, source: Document) -> str:
    path, instead = _parts(place)
    value = paths.read(source, paths.parse(path))
    return instead if is_empty(value) else text_of(value)


def _parts(place: str) -> tuple[str, str]:
    path, _, instead = place.partition("|")
    return path.strip(), instead
