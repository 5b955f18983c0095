"""
Rewrite segments that a database's JSON reader refuses: a slow, careful second look at each line.

Reached when one line of a page is broken or oddly built; what is no record is set aside, never
dropped without a word.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_USER_FIELDS = "userDefinedFields"


@dataclass(frozen=True, slots=True)
class Sifted:
    """New segments with only readable records; `aside` holds (reason, raw line) of the others."""

    segments: tuple[Path, ...]
    aside: tuple[tuple[str, str], ...]


def sift(segments: Sequence[Path]) -> Sifted:
    """Write each segment anew beside the old one, with the suffix `.sifted`."""
    written: list[Path] = []
    aside: list[tuple[str, str]] = []
    for segment in segments:
        target = segment.with_suffix(".sifted")
        with segment.open("rb") as lines, target.open("wb") as out:
            for line in lines:
                kept = _sift_line(line.rstrip(b"\r\n"), aside)
                if kept is not None:
                    out.write(kept + b"\n")
        written.append(target)
    return Sifted(tuple(written), tuple(aside))


def _sift_line(line: bytes, aside: list[tuple[str, str]]) -> bytes | None:
    if not line.strip():
        return None
    try:
        record = json.loads(line.decode(errors="replace"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        aside.append(("not JSON", line.decode(errors="replace")))
        return None
    if not isinstance(record, dict) or not _is_id(record.get("id")):
        aside.append(("no record with a whole number as id", line.decode(errors="replace")))
        return None
    if _USER_FIELDS in record:
        record[_USER_FIELDS] = list(_user_fields(record[_USER_FIELDS]))
    plain = {name: _plain(value) for name, value in record.items()}
    return json.dumps(plain, ensure_ascii=False).encode(errors="replace")


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _user_fields(value: object) -> Iterable[dict[str, object]]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            yield {"name": item["name"], "value": _plain(item.get("value"))}


def _plain(value: Any) -> Any:
    """Keep plain values and user-defined fields; write what is nested elsewhere as JSON text."""
    if isinstance(value, list) and all(
        isinstance(v, dict) and set(v) == {"name", "value"} for v in value
    ):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
