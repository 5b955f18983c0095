"""The join map: which table belongs to which, and the SQL for any way between two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from isthmus.base.errors import IsthmusError
from isthmus.console.asking import Ask
from isthmus.console.diagram import HIGH, OTHERS, SUBJECTS, WIDE, diagram_of
from isthmus.console.routes import page
from isthmus.reports.orphans import JoinCount, orphans_sql
from isthmus.reports.paths import Join, NoPath, Step, path_sql, paths_between
from isthmus.sync.titles import meaning_of
from isthmus.wiring.exploring import datasets_of, joins_between
from isthmus.wiring.tables.reading import Column, NothingHeld

HERE: Final = "/joins"
_PATIENCE_S: Final = 0.03
"""How long a page waits for counts that are not known yet; it fetches them when they are."""


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
    names = _names(ask)
    known = joins_between(names)
    start, end = _named(names, ask.query("from")), _named(names, ask.query("to"))
    problem: IsthmusError | None = None
    ways: tuple[Way, ...] = ()
    if start and end and start != end:
        try:
            ways = tuple(_ways(ask, known, start, end))
        except NoPath as error:
            problem = error
    first = ways[0].steps if ways else ()
    diagram = diagram_of(known, names)
    return ask.show(
        "joins/map.html",
        diagram=diagram,
        wide=WIDE,
        high=HIGH,
        subjects=[*SUBJECTS, OTHERS][: max(node.colour for node in diagram.nodes)],
        names=names,
        meaning_of=meaning_of,
        start=start,
        end=end,
        ways=ways,
        problem=problem,
        on_way={step.join for step in first},
        at=_named(names, ask.query("at")) or start or "Companies",
        **_counted(ask, known),
    )


def counts(ask: Ask) -> Response:
    """Show the joins anew, when they were counted."""
    names = _names(ask)
    at = _named(names, ask.query("at")) or "Companies"
    counted = _counted(ask, joins_between(names))
    return ask.show("joins/part.html", names=names, meaning_of=meaning_of, at=at, **counted)


def _names(ask: Ask) -> tuple[str, ...]:
    """Return the datasets that are shown: the 22, and what was added."""
    return tuple(sorted(dataset.name for dataset in datasets_of(ask.site.house)))


def _counted(ask: Ask, known: Sequence[Join]) -> dict[str, Any]:
    away: IsthmusError | None = None
    counted = [JoinCount(join) for join in known]
    shown = frozenset(known)
    try:
        counted = [one for one in ask.site.orphans.now(_PATIENCE_S) if one.join in shown]
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


def _ways(ask: Ask, known: Sequence[Join], start: str, end: str) -> Iterator[Way]:
    columns: dict[str, tuple[Column, ...]] = {}
    try:
        with ask.site.house.readers.reader() as reader:
            columns = {state.dataset: state.columns for state in reader.describe()}
    except IsthmusError:
        columns = {}  # The ways are known without tables; their SQL then takes the ids alone.
    for steps in paths_between(known, start, end):
        yield Way(steps, path_sql(start, steps, columns))


def _named(names: Sequence[str], text: str) -> str:
    return next((name for name in names if name.lower() == text.lower()), "")


ROUTES: Final = (page(HERE, joins), page(f"{HERE}/counts", counts))
