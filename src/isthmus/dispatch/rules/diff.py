"""Two versions of a mapping compared, row by row."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from isthmus.dispatch.rules.shapes import Mapping, Row, content_of, row_content
from isthmus.dispatch.rules.values import shown

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
MOVED: Final = "moved"
_LONGEST: Final = 56
_LEAD: Final = 16


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change; rows count from 1, in the old and the new version, None where there is none.

    `details` say which parts of a row became what. A row of None on both sides is the mapping's
    own head.
    """

    kind: str
    target: str
    old_row: int | None
    new_row: int | None
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = self.new_row or self.old_row
        head = f"{self.kind}: {self.target}" + (f" (row {place})" if place else "")
        return "\n".join((head, *(f"  {detail}" for detail in self.details)))


def diff(old: Mapping, new: Mapping) -> tuple[Change, ...]:
    """Return what makes the new version differ; () when both are the same."""
    return (*_heads(old, new), *_rows(old.rows, new.rows))


def _heads(old: Mapping, new: Mapping) -> Iterator[Change]:
    before, after = content_of(old), content_of(new)
    before.pop("rows")
    after.pop("rows")
    if before != after:
        yield Change(CHANGED, new.name, None, None, _details(before, after))


def _rows(old: tuple[Row, ...], new: tuple[Row, ...]) -> Iterator[Change]:
    """Pair rows that are the same first, then those of one target, oldest first."""
    before, after = [_key(row) for row in old], [_key(row) for row in new]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    gone, come = set(range(len(old))), set(range(len(new)))
    for block in matcher.get_matching_blocks():
        gone -= set(range(block.a, block.a + block.size))
        come -= set(range(block.b, block.b + block.size))
    for index in sorted(come):
        same = next((n for n in sorted(gone) if before[n] == after[index]), None)
        twin = next((n for n in sorted(gone) if old[n].target == new[index].target), None)
        match = twin if same is None else same
        if match is None:
            yield Change(ADDED, new[index].target, None, index + 1, _told(new[index]))
            continue
        gone.discard(match)
        kind = CHANGED if same is None else MOVED
        details = _details(row_content(old[match]), row_content(new[index]))
        yield Change(kind, new[index].target, match + 1, index + 1, details)
    for index in sorted(gone):
        yield Change(REMOVED, old[index].target, index + 1, None, _told(old[index]))


def _key(row: Row) -> str:
    return json.dumps(row_content(row), sort_keys=True)


def _details(before: dict[str, object], after: dict[str, object]) -> tuple[str, ...]:
    names = [*before, *(name for name in after if name not in before)]
    changed = (name for name in names if _text(before.get(name)) != _text(after.get(name)))
    return tuple(f"{name}: {_became(before, after, name)}" for name in changed)


def _became(before: dict[str, object], after: dict[str, object], name: str) -> str:
    """Return both values; of long texts from shortly before they part, so that it shows."""
    old, new = before.get(name), after.get(name)
    if isinstance(old, str) and isinstance(new, str):
        pairs = zip(old, new, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        if same > _LEAD and max(len(old), len(new)) > _LONGEST:
            old, new = (f"…{text[same - _LEAD :]}" for text in (old, new))
            return f"{shown(old)} became {shown(new)}"
    return f"{_shown(before, name)} became {_shown(after, name)}"


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _shown(content: dict[str, object], name: str) -> str:
    return shown(content[name]) if name in content else "nothing"


def _told(row: Row) -> tuple[str, ...]:
    return tuple(f"{name}: {shown(value)}" for name, value in row_content(row).items())
