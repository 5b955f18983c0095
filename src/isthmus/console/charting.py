"""Answers as charts: lines of figures over places along an axis. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from isthmus.console import rows, words
from isthmus.console.lines import COLOURS, Line, Table, figure_of, plain, rest_of, text_of, weight
from isthmus.reports.running import OTHERS, Ready
from isthmus.reports.shapes import Chart
from isthmus.wiring.tables.reading import Answer, Kind

MOST_POINTS: Final = 400
"""Places of a chart of a person's own query; a table has the rest."""


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
        ranked = sorted(named, key=weight)
        kept = [line for line in self.lines if line in ranked[: COLOURS - 1]]
        rest = [line for line in self.lines if line not in kept]
        columns = zip(*(line.values for line in rest), strict=True)
        added = tuple(figure_of(sum(value or 0 for value in values)) for values in columns)
        return (*kept, rest_of(len(rest), kept[0].unit, added))

    def data(self) -> dict[str, object]:
        """Return what the page's script draws."""
        drawn = self.drawn
        return {
            "chart": self.chart,
            "short": [place.short for place in self.places],
            "names": [place.name for place in self.places],
            "keys": [place.key for place in self.places],
            "unit": " and ".join(self.units),
            "whole": all((v or 0) % 1 == 0 for line in drawn for v in line.values),
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
                for line in drawn
            ],
        }


def may_drill(line: Line, place: Place) -> bool:
    """Tell whether rows can be fetched behind a figure: not behind what is added up."""
    return not line.is_rest and OTHERS not in (line.key, place.key)


def written(value: float | None, unit: str = "") -> str:
    """Write a figure of a chart in its unit's way."""
    if value is None:
        return words.number(None)
    if not unit:
        return words.figure(value)
    told = f"{value:,.2f}" if unit == "money" else words.number(round(value, 1))
    if value and not told.strip("-0."):
        told = words.figure(value)  # a small part is not nothing
    return f"{told} %" if unit == "%" else told


def of_report(ready: Ready, answer: Answer) -> Drawing:
    """Draw a ready report."""
    report = ready.report
    table = Table(answer)
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
    table = Table(answer)
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
    shown = keys[:MOST_POINTS]
    lines = (
        table.largest(along, shown, measures[0][0], apart)
        if apart
        else table.lines(along, shown, measures[:COLOURS], "", None)
    )
    return Drawing(
        chart, along, tuple(_named(key) for key in shown), lines,
        left_off=max(0, len(keys) - MOST_POINTS),
    )  # fmt: skip


def _rank(key: str, order: Sequence[str]) -> int:
    """Return where in an order a series stands: behind all when it is not named."""
    return order.index(key) if key in order else len(order)


def _axis(answer: Answer) -> str:
    """Return the first column that is no number; a list or the like where there is no other."""
    pairs = list(zip(answer.columns, answer.kinds, strict=True))
    told = [name for name, kind in pairs if kind not in (Kind.NUMBER, Kind.OTHER)]
    told += [name for name, kind in pairs if kind is Kind.OTHER]
    return told[0] if told else answer.columns[0] if len(pairs) > 1 else ""


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
    value = plain(key)
    if isinstance(value, date) and not isinstance(value, datetime):
        return _place(value, "day")
    text = text_of(key)
    return Place(text, text, text)


def cell(value: object) -> str:
    """Write a value of an answer that is no moment: a day without its midnight, a short figure."""
    short = plain(value)
    if isinstance(short, date) and not isinstance(short, datetime):
        return short.isoformat()
    if isinstance(short, float):
        return words.figure(short)
    return rows.written(short)
