"""
Compare what was sent with what is there: the vendor drops wrong keys without a word.

Pure. Source: observed: a wrong key, a location without mode, a text where an object belongs are
answered with success and empty fields. Only what was sent is compared; what the vendor adds is its
own business.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isthmus.fieldnation.models import Difference, Raw
from isthmus.fieldnation.readout import number_of, text_of
from isthmus.fieldnation.times import same_time
from isthmus.fieldnation.vocabulary import NEVER_SHOWN

_MISSING: Final = object()
_TAG: Final = re.compile(r"<[^>]*>")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_RICH: Final = frozenset({"description", "confidential"})


@dataclass(frozen=True, slots=True)
class Readback:
    """What became of what was sent; paths are dotted, list members numbered as they were sent."""

    dropped: tuple[str, ...] = ()
    changed: tuple[Difference, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Tell whether all that can be seen is as it was sent."""
        return not self.dropped and not self.changed


def compare(sent: Raw, found: Raw) -> Readback:
    """
    Compare the body of a create or update with the work order read afterwards.

    Numbers, times and letter case of codes are compared by meaning, rich text by its words, custom
    fields by id, other lists member by member with the closest one there. Empty values sent need
    nothing to be there.
    """
    unseen = tuple(key for key in sent if key in NEVER_SHOWN and key not in found)
    told: list[Difference] = []
    for key, value in sent.items():
        if key not in unseen:
            told += _differences(key, value, _shown(key, found))
    return Readback(
        dropped=tuple(one.path for one in told if one.found is _MISSING),
        changed=tuple(one for one in told if one.found is not _MISSING),
        unseen=unseen,
    )


def _shown(key: str, found: Raw) -> Any:
    """Return what stands under a key, or under the one the vendor shows it by."""
    if key == "types_of_work" and not found.get(key) and found.get("type_of_work"):
        return [found["type_of_work"]]
    return found.get(key, _MISSING)


def _differences(path: str, sent: Any, found: Any) -> Iterator[Difference]:
    if _is_empty(sent):
        return
    if path in _RICH:
        yield from _rich(path, sent, found)
    elif path == "custom_fields":
        yield from _custom(path, sent, found)
    elif isinstance(sent, Mapping):
        yield from _objects(path, sent, found)
    elif isinstance(sent, Sequence) and not isinstance(sent, str):
        yield from _lists(path, sent, found)
    elif found is _MISSING or _is_empty(found):
        yield Difference(path, sent, _MISSING)
    elif not _same(sent, found):
        yield Difference(path, sent, found)


def _objects(path: str, sent: Raw, found: Any) -> Iterator[Difference]:
    if isinstance(found, list):
        found = {"results": found}
    if not isinstance(found, Mapping):
        # An order that shows no such object has dropped it whole.
        yield Difference(path, sent, _MISSING)
        return
    inner = [
        one
        for key, value in sent.items()
        for one in _differences(f"{path}.{key}", value, found.get(key, _MISSING))
    ]
    leaves = sum(1 for value in sent.values() if not _is_empty(value))
    gone = len(inner) >= leaves > 1 and all(one.found is _MISSING for one in inner)
    if gone:
        yield Difference(path, sent, _MISSING)
    else:
        yield from inner


def _lists(path: str, sent: Sequence[Any], found: Any) -> Iterator[Difference]:
    rows = found.get("results") if isinstance(found, Mapping) else found
    there = list(rows) if isinstance(rows, list) else []
    for index, one in enumerate(sent):
        name = f"{path}[{index}]"
        tries = [tuple(_differences(name, one, row)) for row in there]
        best = min(tries, key=len, default=(Difference(name, one, _MISSING),))
        yield from (Difference(name, one, _MISSING),) if _unlike(one, best) else best


def _unlike(sent: Any, told: tuple[Difference, ...]) -> bool:
    """Tell whether nothing of a list's member was found in the closest one there."""
    leaves = (
        len([value for value in sent.values() if not _is_empty(value)])
        if isinstance(sent, Mapping)
        else 1
    )
    return bool(told) and len(told) >= leaves


def _custom(path: str, sent: Any, found: Any) -> Iterator[Difference]:
    there = {text_of(row.get("id")): row.get("value") for row in _leaves(found)}
    for row in _leaves(sent):
        number = text_of(row.get("id"))
        value = there.get(number, _MISSING)
        yield from _differences(f"{path}[{number}]", text_of(row.get("value")), value)


def _leaves(value: Any) -> Iterator[Raw]:
    """Yield the fields of the grouped form, the flat form and a bare list."""
    rows = value.get("results", [value]) if isinstance(value, Mapping) else value
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            yield from _leaves(row) if isinstance(row.get("results"), list) else [row]


def _rich(path: str, sent: Any, found: Any) -> Iterator[Difference]:
    mine, theirs = _words(sent), _words(found)
    if mine and not theirs:
        yield Difference(path, sent, _MISSING)
    elif mine != theirs:
        yield Difference(path, sent, found)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("html") or value.get("markdown") or ""
    return "".join(html.unescape(_TAG.sub("", value)).split()) if isinstance(value, str) else ""


def _is_empty(value: Any) -> bool:
    return value is None or value is _MISSING or value in ("", [], {}, ())


def _same(sent: Any, found: Any) -> bool:
    if isinstance(sent, bool) or isinstance(found, bool):
        return _as_bool(sent) == _as_bool(found)
    one, other = number_of(sent), number_of(found)
    if one is not None and other is not None and not (_is_code(sent) or _is_code(found)):
        return one == other
    return _same_text(text_of(sent).strip(), text_of(found).strip())


def _same_text(one: str, other: str) -> bool:
    times = same_time(one, other)
    if times is not None:
        return times
    first, second = _CLOCK.fullmatch(one), _CLOCK.fullmatch(other)
    if first is not None and second is not None:
        return _on_clock(first) == _on_clock(second)
    return one.casefold() == other.casefold()


def _on_clock(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(part or 0) for part in match.groups())


def _is_code(value: Any) -> bool:
    """Tell a text of digits that is no quantity, such as the ZIP code 02134."""
    return isinstance(value, str) and value.startswith("0") and value.isdecimal()


def _as_bool(value: Any) -> bool:
    return str(value).strip().casefold() in {"true", "1", "yes"}
