"""How many calls a vendor has answered, by what was called: to measure what a client costs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus_sim.base.clock import SimClock

_ID = re.compile(
    r"-?\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:\d+)?",
    re.IGNORECASE,
)


def template_of(path: str) -> str:
    """Write a path with {id} for each number and UUID in it."""
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path.split("/"))


@dataclass
class _Line:
    """The calls of one kind. path: as the first of them spelt it. ms: all of them together."""

    path: str
    statuses: Counter[int] = field(default_factory=Counter)
    ms: float = 0.0


class Calls:
    """Counts calls since the start, or since the last `forget`."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._lines: dict[tuple[str, str, str], _Line] = {}
        self._since = clock.now_text()

    def note(self, method: str, path: str, entity: str, status: int, ms: float) -> None:
        """Count a call. status: 0 for a dropped connection. Paths are equal in any case."""
        template = template_of(path)
        key = (method, template.lower(), entity)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(template)
        line.statuses[status] += 1
        line.ms += ms

    def told(self) -> dict[str, Any]:
        """Give all counts, the most frequent first."""
        by: list[dict[str, Any]] = [
            {
                "method": method,
                "path": line.path,
                **({"entity": entity} if entity else {}),
                "calls": line.statuses.total(),
                "statuses": {str(status): n for status, n in sorted(line.statuses.items())},
                "ms": round(line.ms, 3),
            }
            for (method, _path, entity), line in self._lines.items()
        ]
        by.sort(key=lambda line: (-line["calls"], line["method"], line["path"]))
        return {"since": self._since, "calls": sum(one["calls"] for one in by), "by": by}

    def forget(self) -> int:
        """Begin anew; give how many calls were counted."""
        counted = sum(line.statuses.total() for line in self._lines.values())
        self._lines.clear()
        self._since = self._clock.now_text()
        return counted
