"""Whether an action's own parameters make sense, before any record is seen."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from isthmus.dispatch.rules import actions, paths, tables, templates
from isthmus.dispatch.rules.dates import zone
from isthmus.dispatch.rules.known import near
from isthmus.dispatch.rules.moment_reading import check_format
from isthmus.dispatch.rules.moment_tokens import ISO_WORDS
from isthmus.dispatch.rules.shapes import Row
from isthmus.dispatch.rules.values import MISSING, Unfit, number_of

HELPERS: Final = (
    "lookup_field", "lookup_custom_field", "array_map", "range_map", "date_convert",
    "date_time_format_fn_utc", "date_add", "array_sum", "object_map_array", "results_values",
    "results_values_unique", "results_group_by", "is_expense_approved_fn", "sum_expense_field",
)  # fmt: skip
"""What `$.util` holds. Source: Field Nation's guide to its broker (documented)."""
_CALLED: Final = re.compile(r"\$\.util\.([A-Za-z_]\w*)")


def check_params(row: Row) -> None:
    """Check a row's parameters. Raises: Unfit, PathWrong."""
    paths.parse(row.target)
    check = _CHECKS.get(row.action)
    if check is not None:
        check(row.params)


def outcomes_of(row: Row) -> Iterator[Any]:
    """Yield the values a row can come to that stand in the mapping itself."""
    if row.action == actions.STATIC:
        yield row.params["value"]
    if row.action in {actions.ARRAY_MAP, actions.RANGE_MAP}:
        name = "mappings" if row.action == actions.ARRAY_MAP else "ranges"
        for _, value in tables.pairs_of(row.params[name]):
            yield value
    if row.default is not MISSING and row.default != "":
        yield row.default


def compares_of(row: Row) -> tuple[Any, ...]:
    """Return what an array map compares its source with."""
    if row.action != actions.ARRAY_MAP:
        return ()
    return tuple(compare for compare, _ in tables.pairs_of(row.params["mappings"]))


def _sync(params: Mapping[str, Any]) -> None:
    wanted = params.get("type")
    if wanted is not None and wanted not in actions.TYPES:
        raise Unfit(f"There is no type {wanted!r}", f"Take one of {', '.join(actions.TYPES)}.")


def _array_map(params: Mapping[str, Any]) -> None:
    tables.pairs_of(params["mappings"])


def _range_map(params: Mapping[str, Any]) -> None:
    highest = None
    for compare, _ in tables.pairs_of(params["ranges"]):
        number = number_of(compare)
        if highest is not None and number <= highest:
            what = f"The band {compare} can never be reached: a higher one stands before it"
            raise Unfit(what, "Put the bands in order, the lowest first.")
        highest = number


def _date(params: Mapping[str, Any]) -> None:
    for name in ("timezone_in", "timezone_out"):
        zone(params.get(name, ""))
    pattern = params.get("input_format", "")
    if pattern.strip().lower() not in ISO_WORDS:
        check_format(pattern)


def _concat(params: Mapping[str, Any]) -> None:
    for kind, value in actions.parts_of(Row("a", actions.CONCAT, params=params)):
        if kind == "field":
            paths.parse(value)


def _template(params: Mapping[str, Any]) -> None:
    for path in templates.fields_of(params["template"]):
        paths.parse(path)


def _custom(params: Mapping[str, Any]) -> None:
    for name in _CALLED.findall(params["script"]):
        if name not in HELPERS:
            raise Unfit(f"There is no helper $.util.{name}", near(name, list(HELPERS)))


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], None]]] = {
    actions.SYNC: _sync,
    actions.ARRAY_MAP: _array_map,
    actions.RANGE_MAP: _range_map,
    actions.DATE_CONVERT: _date,
    actions.CONCAT: _concat,
    actions.TEMPLATE: _template,
    actions.CUSTOM: _custom,
}
