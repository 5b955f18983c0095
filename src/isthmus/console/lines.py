"""The lines of a chart: the figures of an answer, series by series. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Final

from isthmus.wiring.tables.reading import Answer

COLOURS: Final = 6

_REST: Final = "All others"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One series: a figure for each place of the axis, None where there is none.

    `column` and `key` are the measure's column and the value of the series' column, by which the
    rows behind a figure are found; `is_rest`: several series added up.
    """

    title: str
    unit: str
    column: str
    key: str
    values: tuple[float | None, ...]
    is_rest: bool = False


class Table:
    """Reads an answer by the names of its columns, in any case."""

    def __init__(self, answer: Answer) -> None:
        self._rows = answer.rows
        self._at = {name.lower(): at for at, name in enumerate(answer.columns)}

    def has(self, name: str) -> bool:
        """Tell whether there is such a column."""
        return name.lower() in self._at

    def column(self, name: str) -> list[object]:
        """Return the values of a column, as places and series are found by them."""
        at = self._at[name.lower()]
        return [plain(row[at]) for row in self._rows]

    def lines(
        self,
        x: str,
        keys: Sequence[object],
        measures: Sequence[tuple[str, str, str]],
        series: str,
        without: float | None,
    ) -> tuple[Line, ...]:
        """Return a line for each measure; or for each value of the series' column, large first."""
        of_series: dict[object, list[int]] = {}
        for at, key in enumerate(self.column(series) if series else [""] * len(self._rows)):
            of_series.setdefault(key, []).append(at)
        along = self.column(x)
        places = [plain(place) for place in keys]
        found = []
        for key, within in of_series.items():
            for column, title, unit in measures:
                figure = self._at[column.lower()]
                cells = {along[at]: self._rows[at][figure] for at in within}
                values = tuple(figure_of(cells.get(place, without)) for place in places)
                name = text_of(key) if series else title
                found.append(Line(name, unit, column, text_of(key) if series else "", values))
        return tuple(sorted(found, key=weight) if series else found)

    def largest(self, x: str, keys: Sequence[object], column: str, series: str) -> tuple[Line, ...]:
        """
        Return a line for each of the largest series, and one for the others, added up row by row.

        There may be as many series as rows: no more lines are made than can be drawn.
        """
        figure, places = self._at[column.lower()], frozenset(keys)
        cells: dict[object, dict[object, float | None]] = {}
        apart = zip(self.column(series), self.column(x), self._rows, strict=True)
        for key, place, row in apart:
            of_key = cells.setdefault(key, {})
            if place in places:
                of_key[place] = figure_of(row[figure])
        ranked = sorted(cells, key=lambda key: _size(cells[key].values()))
        named = ranked if len(ranked) <= COLOURS else ranked[: COLOURS - 1]
        lines = [
            Line(text_of(key), "", column, text_of(key), tuple(cells[key].get(k) for k in keys))
            for key in named
        ]
        others = ranked[len(named) :]
        if others:
            added = dict.fromkeys(keys, 0.0)
            for key in others:
                for place, value in cells[key].items():
                    added[place] += value or 0
            lines.append(rest_of(len(others), "", tuple(map(figure_of, added.values()))))
        return tuple(lines)


def rest_of(count: int, unit: str, values: tuple[float | None, ...]) -> Line:
    """Return the line of several series that are added up."""
    return Line(f"{_REST} ({count:,})", unit, "", "", values, is_rest=True)


def weight(line: Line) -> float:
    """Return by what lines are ranked: the largest first."""
    return _size(line.values)


def _size(values: Iterable[float | None]) -> float:
    return -sum(abs(value or 0) for value in values)


def plain(value: object) -> object:
    """Return a day without its midnight, and what cannot be a key, as a list, by its text."""
    if isinstance(value, datetime) and _is_midnight(value):
        return value.date()
    try:
        hash(value)
    except TypeError:
        return str(value)
    return value


def _is_midnight(value: datetime) -> bool:
    return value.tzinfo is None and not (value.hour or value.minute or value.second)


def text_of(value: object) -> str:
    """Write what a place or series is called."""
    if value is None:
        return "(none)"
    if isinstance(value, datetime):
        return f"{value:%-d %b %Y %H:%M}"
    return str(value)


def figure_of(value: object) -> float | None:
    """Return a figure that can be drawn: None of what is none, infinite or not a number."""
    if not isinstance(value, int | float | Decimal):
        return None
    try:
        figure = float(value)
    except OverflowError:  # a whole number beyond all floats
        return None
    return figure if isfinite(figure) else None
