"""The join map: which table belongs to which, and the SQL for any way between two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.diagram import HIGH, SUBJECTS, WIDE, diagram_of
from isthmus.console.routes import page
from isthmus.reports.orphans import JoinCount, orphans_sql
from isthmus.reports.paths import Join, NoPath, Step, path_sql, paths_between
from isthmus.sync.titles import meaning_of
from isthmus.wiring.exploring import JOINS_TO_EXPLORE
from isthmus.wiring.tables.reading import Column, NothingHeld

HERE: Final = "/joins"
_PATIENCE_S: Final = 0.03
"""How long a page waits for counts that are not known yet; it fetches them when they are."""
_NAMES: Final = tuple(sorted({name for join in JOINS_TO_EXPLORE for name in (join.one, join.many)}))


@dataclass(frozen=True, slots=True)
class Way:
    """A way from one table to another, and the query that goes it."""

    steps: tuple[Step, ...]
    sql: str

    @property
    def asked(self) -> str:
        """Return the query of the address that runs it."""
        return urlencode({"sql": self.sql})

    @property
    def multiplies(self) -> tuple[str, ...]:
        """Return the tables of which one row may meet several."""
        return tuple(step.end for step in self.steps if step.is_multiplying)


def joins(ask: Ask) -> Response:
    """Show the map, the joins of the chosen table, and the ways that were asked for."""
    start, end = _named(ask.query("from")), _named(ask.query("to"))
    problem: IsthmusError | None = None
    ways: tuple[Way, ...] = ()
    if start and end and start != end:
        try:
            ways = tuple(_ways(ask, start, end))
        except NoPath as error:
            problem = error
    first = ways[0].steps if ways else ()
    return ask.show(
        "joins/map.html",
        diagram=diagram_of(JOINS_TO_EXPLORE),
        wide=WIDE,
        high=HIGH,
        subjects=SUBJECTS,
        names=_NAMES,
        meaning_of=meaning_of,
        start=start,
        end=end,
        ways=ways,
        problem=problem,
        on_way={step.join for step in first},
        at=_named(ask.query("at")) or start or "Companies",
        **_counted(ask),
    )


def counts(ask: Ask) -> Response:
    """Show the joins anew, when they were counted."""
    at = _named(ask.query("at")) or "Companies"
    return ask.show("joins/part.html", names=_NAMES, meaning_of=meaning_of, at=at, **_counted(ask))


def _counted(ask: Ask) -> dict[str, Any]:
    away: IsthmusError | None = None
    counted: Sequence[JoinCount] = tuple(JoinCount(join) for join in JOINS_TO_EXPLORE)
    try:
        counted = ask.site.orphans.now(_PATIENCE_S)
    except IsthmusError as error:
        away = error
    is_coming = away is None and any(not one.missing and not one.is_current for one in counted)
    return {
        "counted": counted,
        "away": away,
        "is_empty": isinstance(away, NothingHeld),
        "is_coming": is_coming,
        "orphans_of": _orphans_of,
    }


def _orphans_of(join: Join) -> str:
    return f"/explore/sql?{urlencode({'sql': orphans_sql(join)})}"


def _ways(ask: Ask, start: str, end: str) -> Iterator[Way]:
    columns: dict[str, tuple[Column, ...]] = {}
    try:
        with ask.site.house.readers.reader() as reader:
            columns = {state.dataset: state.columns for state in reader.describe()}
    except IsthmusError:
        columns = {}  # The ways are known without tables; their SQL then takes the ids alone.
    for steps in paths_between(JOINS_TO_EXPLORE, start, end):
        yield Way(steps, path_sql(start, steps, columns))


def _named(text: str) -> str:
    return next((name for name in _NAMES if name.lower() == text.lower()), "")


ROUTES: Final = (page(HERE, joins), page(f"{HERE}/counts", counts))
