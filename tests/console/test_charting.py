"""Answers as charts: which lines there are, what is drawn of them, how a figure is written."""

import json
from datetime import date, datetime

import pytest

from isthmus.console import charting
from isthmus.console.lines import COLOURS, Line
from isthmus.console.rendering import data
from isthmus.warehouse.answering import TableReader
from isthmus.wiring.tables.reading import Answer, Kind, Limits
from tests.reports.conftest import desk, postgres_server, postgres_url, reader, tickets
from tests.warehouse.building import Desk

__all__ = ["desk", "postgres_server", "postgres_url", "reader", "tickets"]


def test_a_chart_has_as_many_lines_as_colours_and_adds_up_the_rest() -> None:
    rows = tuple((f"queue {n}", date(2026, 3, 1), n + 1) for n in range(9))
    answer = Answer(("queue", "day", "n"), (Kind.TEXT, Kind.TIME, Kind.NUMBER), rows)
    drawing = charting.of_answer(answer, "stacked bar", "day", "queue")
    assert drawing is not None
    assert [line.title for line in drawing.lines[:2]] == ["queue 8", "queue 7"]
    assert [line.title for line in drawing.drawn][-1] == "All others (4)"
    assert list(drawing.drawn[-1].values) == [1 + 2 + 3 + 4]
    assert not charting.may_drill(drawing.drawn[-1], drawing.places[0])


def test_an_axis_of_whole_figures_has_no_halves() -> None:
    for figure, whole in ((2, True), (2.5, False)):
        answer = Answer(("day", "n"), (Kind.TEXT, Kind.NUMBER), (("Monday", figure),))
        drawing = charting.of_answer(answer, "bar")
        assert drawing is not None
        assert drawing.data()["whole"] is whole


def test_an_answer_without_figures_is_not_drawn() -> None:
    words = Answer(("a", "b"), (Kind.TEXT, Kind.TEXT), (("x", "y"),))
    assert charting.of_answer(words, "bar") is None
    assert charting.of_answer(Answer(("n",), (Kind.NUMBER,), ((1,),)), "bar") is None


def test_figures_are_written_in_their_unit() -> None:
    assert charting.written(1234.5, "money") == "1,234.50"
    assert charting.written(97.25, "%") == "97.2 %"
    assert charting.written(None) == "–"  # noqa: RUF001
    assert charting.cell(datetime(2026, 3, 4)) == "2026-03-04"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("figure", "unit", "told"),
    [
        (0.04, "hours", "0.04"),
        (0.04, "%", "0.04 %"),
        (0.004, "money", "0.004"),
        (-0.004, "", "-0.004"),
        (1 / 300, "", "0.00333"),
        (2.567, "", "2.57"),
        (2.567, "hours", "2.6"),
        (0.0, "hours", "0"),
        (0.0, "money", "0.00"),
        (1234567.0, "", "1,234,567"),
    ],
)
def test_a_small_figure_is_never_written_as_nothing(figure: float, unit: str, told: str) -> None:
    assert charting.written(figure, unit) == told


def test_a_figure_of_a_row_keeps_three_digits_that_count() -> None:
    for figure, told in (
        (1.0 / 300, "0.00333"), (0.5, "0.5"), (1.23e-05, "0.0000123"), (1.23e-09, "1.23e-09"),
        (0.0, "0"), (100.0, "100"), (float("inf"), "inf"), (float("nan"), "nan"),
    ):  # fmt: skip
        assert charting.cell(figure) == told


def test_lists_and_objects_stand_along_the_axis_and_apart_by_their_text() -> None:
    rows = ((["on", "fire"], {"a": 1}, 2), (["off"], {"a": 1}, 3), (["on", "fire"], {"b": 1}, 4))
    answer = Answer(("words", "of", "n"), (Kind.OTHER, Kind.OTHER, Kind.NUMBER), rows)
    drawing = charting.of_answer(answer, "bar", "words", "of")
    assert drawing is not None
    assert [place.name for place in drawing.places] == ["['on', 'fire']", "['off']"]
    assert [(line.title, line.values) for line in drawing.lines] == [
        ("{'a': 1}", (2.0, 3.0)), ("{'b': 1}", (4.0, None)),
    ]  # fmt: skip


def test_a_list_stands_along_the_axis_only_where_nothing_else_can() -> None:
    kinds = (Kind.OTHER, Kind.TEXT, Kind.NUMBER)
    drawing = charting.of_answer(Answer(("w", "name", "n"), kinds, ((["a"], "x", 1),)), "bar")
    assert drawing is not None
    assert drawing.x_title == "name"
    lone = charting.of_answer(Answer(("w", "n"), kinds[::2], ((["a"], 1),)), "bar")
    assert lone is not None
    assert lone.x_title == "w"


def test_what_is_infinite_or_no_number_is_a_gap() -> None:
    endless = (float("inf"), float("-inf"), float("nan"), 10**400, 5)
    rows = tuple((f"place {n}", figure) for n, figure in enumerate(endless))
    drawing = charting.of_answer(Answer(("p", "n"), (Kind.TEXT, Kind.NUMBER), rows), "bar")
    assert drawing is not None
    assert drawing.lines[0].values == (None, None, None, None, 5.0)
    told = json.loads(str(data(drawing.data())))
    assert told["lines"][0]["shown"][-2:] == ["–", "5"]  # noqa: RUF001
    assert told["whole"] is True


def test_figures_that_are_finite_apart_and_not_together_are_a_gap_too() -> None:
    rows = tuple((f"series {n}", "here", 1e308) for n in range(9))
    answer = Answer(("s", "p", "n"), (Kind.TEXT, Kind.TEXT, Kind.NUMBER), rows)
    drawing = charting.of_answer(answer, "bar", "p", "s")
    assert drawing is not None
    assert drawing.lines[-1].values == (None,)


def test_no_page_is_given_figures_that_no_browser_reads() -> None:
    with pytest.raises(ValueError, match="JSON"):
        data({"figure": float("inf")})


def test_a_series_a_row_makes_no_more_lines_than_can_be_drawn() -> None:
    rows = tuple((n, n % 500) for n in range(10_000))
    answer = Answer(("id", "n"), (Kind.NUMBER, Kind.NUMBER), rows)
    apart = Answer(
        ("id", "series", "n"), (Kind.NUMBER,) * 3, tuple((n, n, figure) for n, figure in rows)
    )
    plain = charting.of_answer(answer, "bar", "id")
    drawing = charting.of_answer(apart, "bar", "id", "series")
    assert plain is not None
    assert drawing is not None
    assert len(drawing.lines) == COLOURS
    assert sum(len(line.values) for line in drawing.lines) == COLOURS * charting.MOST_POINTS
    assert drawing.left_off == 10_000 - charting.MOST_POINTS
    assert drawing.lines[-1].title == "All others (9,995)"
    # Nothing is lost: together they are what is drawn without series.
    together = [
        sum(v or 0 for v in at) for at in zip(*(o.values for o in drawing.lines), strict=True)
    ]
    assert together == list(plain.lines[0].values)
    assert [line.title for line in drawing.lines[:2]] == ["399", "398"]


def test_a_ready_report_keeps_every_line_and_draws_as_many_as_there_are_colours() -> None:
    lines = tuple(Line(f"{n}", "hours", "h", f"{n}", (n + 0.5,)) for n in range(9))
    drawing = charting.Drawing("bar", "x", (charting.Place("a", "a", "a"),), lines)
    assert len(drawing.lines) == 9
    assert [line.title for line in drawing.drawn] == ["4", "5", "6", "7", "8", "All others (4)"]
    assert drawing.drawn[-1].values == (0.5 + 1.5 + 2.5 + 3.5,)


def test_what_each_database_gives_as_lists_and_infinite_is_drawn(
    tickets: Desk,
    reader: TableReader,
) -> None:
    sql = (
        "select array_agg(id) as ids, count(*) as n, cast('infinity' as float8) as endless"
        " from Tickets group by companyID"
    )
    answer = reader.ask(sql, Limits())
    assert answer.kinds == (Kind.OTHER, Kind.NUMBER, Kind.NUMBER)
    for series in ("", "ids"):
        drawing = charting.of_answer(answer, "bar", "" if not series else "n", series)
        assert drawing is not None
        json.loads(str(data(drawing.data())))
    assert [charting.cell(row[2]) for row in answer.rows] == ["inf"] * 3
