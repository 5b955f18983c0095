"""Answers as charts: lines of figures over places along an axis. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from isthmus.console import rows, words
from isthmus.reports.running import OTHERS, Ready
from isthmus.reports.shapes import Chart
from isthmus.wiring.tables.reading import Answer, Kind

COLOURS: Final = 6
MOST_POINTS: Final = 400
"""Places of a chart of a person's own query; a table has the rest."""

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


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the axis: its name in short, in full, and as addresses have it."""

    short: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn, and stands in the table below it."""

    chart: str
    x_title: str
    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    left_off: int = 0

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units of its figures."""
        return tuple(dict.fromkeys(line.unit for line in self.lines if line.unit))

    @property
    def drawn(self) -> tuple[Line, ...]:
        """Return as many lines as there are colours: the largest, and the others added up."""
        if len(self.lines) <= COLOURS:
            return self.lines
        named = [line for line in self.lines if line.key != OTHERS]
        ranked = sorted(named, key=_weight)
        kept = [line for line in self.lines if line in ranked[: COLOURS - 1]]
        rest = [line for line in self.lines if line not in kept]
        added = tuple(sum(v or 0 for v in values) for values in zip(*(r.values for r in rest)))  # noqa: B905 - all as long as the axis
        return (*kept, Line(f"{_REST} ({len(rest)})", kept[0].unit, "", "", added, is_rest=True))

    def data(self) -> dict[str, object]:
        """Return what the page's script draws."""
        return {
            "chart": self.chart,
            "short": [place.short for place in self.places],
            "names": [place.name for place in self.places],
            "keys": [place.key for place in self.places],
            "unit": " and ".join(self.units),
            "whole": all((v or 0) % 1 == 0 for line in self.lines for v in line.values),
            "lines": [
                {
                    "title": line.title,
                    "unit": line.unit,
                    "column": line.column,
                    "key": line.key,
                    "rest": line.is_rest,
                    "values": line.values,
                    "shown": [written(value, line.unit) for value in line.values],
                }
                for line in self.drawn
            ],
        }


def may_drill(line: Line, place: Place) -> bool:
    """Tell whether rows can be fetched behind a figure: not behind what is added up."""
    return not line.is_rest and OTHERS not in (line.key, place.key)


def written(value: float | None, unit: str = "") -> str:
    """Write a figure of a chart in its unit's way."""
    if value is None:
        return words.number(None)
    if unit == "money":
        return f"{value:,.2f}"
    told = words.number(round(value, 1))
    return f"{told} %" if unit == "%" else told


def of_report(ready: Ready, answer: Answer) -> Drawing:
    """Draw a ready report."""
    report = ready.report
    table = _Table(answer)
    measures = [(m.column, m.title, m.unit) for m in report.measures]
    grain = ready.grain if report.grain else "month"
    if report.x == "period":
        present = [_day(value) for value in table.column(report.x)]
        span = (ready.first, ready.last) if report.has_period and report.grain else None
        days = tuple(_periods(present, span, grain))
        places = tuple(_place(day, grain) for day in days)
        keys: Sequence[object] = days
    else:
        keys = tuple(dict.fromkeys((*report.places, *table.column(report.x))))
        places = tuple(_named(key) for key in keys)
    # A period or name without a row counts nothing; a line of means has a gap there.
    without = None if report.chart is Chart.LINE or "%" in {m.unit for m in report.measures} else 0
    lines = table.lines(report.x, keys, measures, report.series, without)
    if report.order:
        lines = tuple(sorted(lines, key=lambda line: _rank(line.key, report.order)))
    return Drawing(str(report.chart), report.x_title, places, lines)


def of_answer(answer: Answer, chart: str, x: str = "", series: str = "") -> Drawing | None:
    """
    Draw the answer to a person's query; None where it has no figures.

    Args: x: the column along the axis, by default the first that is no number. series: the column
    that tells series apart.
    """
    table = _Table(answer)
    along = x if table.has(x) else _axis(answer)
    apart = series if table.has(series) and series.lower() != along.lower() else ""
    taken = {along.lower(), apart.lower()}
    measures = [
        (name, name, "")
        for name, kind in zip(answer.columns, answer.kinds, strict=True)
        if kind is Kind.NUMBER and name.lower() not in taken
    ]
    if not chart or not along or not measures or not answer.rows:
        return None
    keys = tuple(dict.fromkeys(table.column(along)))
    lines = table.lines(
        along, keys[:MOST_POINTS], measures[:1] if apart else measures[:COLOURS], apart, None
    )
    return Drawing(
        chart, along, tuple(_named(key) for key in keys[:MOST_POINTS]), lines,
        left_off=max(0, len(keys) - MOST_POINTS),
    )  # fmt: skip


class _Table:
    """Reads an answer by the names of its columns, in any case."""

    def __init__(self, answer: Answer) -> None:
        self._rows = answer.rows
        self._at = {name.lower(): at for at, name in enumerate(answer.columns)}

    def has(self, name: str) -> bool:
        return name.lower() in self._at

    def column(self, name: str) -> list[object]:
        at = self._at[name.lower()]
        return [row[at] for row in self._rows]

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
        along = [_plain(value) for value in self.column(x)]
        places = [_plain(place) for place in keys]
        found = []
        for key, within in of_series.items():
            for column, title, unit in measures:
                figure = self._at[column.lower()]
                cells = {along[at]: self._rows[at][figure] for at in within}
                values = tuple(_figure(cells.get(place, without)) for place in places)
                name = _text(key) if series else title
                found.append(Line(name, unit, column, _text(key) if series else "", values))
        return tuple(sorted(found, key=_weight) if series else found)


def _weight(line: Line) -> float:
    """Return by what lines are ranked: the largest first."""
    return -sum(abs(value or 0) for value in line.values)


def _rank(key: str, order: Sequence[str]) -> int:
    """Return where in an order a series stands: behind all when it is not named."""
    return order.index(key) if key in order else len(order)


def _axis(answer: Answer) -> str:
    pairs = list(zip(answer.columns, answer.kinds, strict=True))
    told = [name for name, kind in pairs if kind is not Kind.NUMBER]
    return told[0] if told else answer.columns[0] if len(pairs) > 1 else ""


def _plain(value: object) -> object:
    return value.date() if isinstance(value, datetime) and _is_midnight(value) else value


def _is_midnight(value: datetime) -> bool:
    return value.tzinfo is None and not (value.hour or value.minute or value.second)


def _day(value: object) -> date:
    return value.date() if isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _periods(present: Sequence[date], span: tuple[date, date] | None, grain: str) -> Iterator[date]:
    """Give every period from the first to the last, those without a row too."""
    ends = [*present, *(span or ())]
    if not ends:
        return
    day, last = min(ends), max(ends)
    while day <= last:
        yield day
        if grain == "month":
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        else:
            day += timedelta(days=7 if grain == "week" else 1)


def _place(day: date, grain: str) -> Place:
    short = f"{day:%b %Y}" if grain == "month" else f"{day:%-d %b}"
    return Place(short, short if grain == "month" else f"{day:%-d %b %Y}", day.isoformat())


def _named(key: object) -> Place:
    plain = _plain(key)
    if isinstance(plain, date) and not isinstance(plain, datetime):
        return _place(plain, "day")
    text = _text(key)
    return Place(text, text, text)


def _text(value: object) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, datetime):
        return f"{value:%-d %b %Y %H:%M}"
    return str(value)


def _figure(value: object) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None


def cell(value: object) -> str:
    """Write a value of an answer that is no moment: a day without its midnight, a short figure."""
    plain = _plain(value)
    if isinstance(plain, date) and not isinstance(plain, datetime):
        return plain.isoformat()
    if isinstance(plain, float):
        return f"{plain:,.2f}".rstrip("0").rstrip(".")
    return rows.written(plain)
