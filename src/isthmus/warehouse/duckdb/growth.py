"""
How large a value of a person's query can become, told before it runs.

DuckDB limits the memory in which rows are gathered, but not that of one function: repeat('x', 1e9)
takes a gigabyte before anything can stop it. So each expression is held against what it is made of:
how many times as large as a stored value its own can be.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from isthmus.warehouse.answering import NotPermitted
from isthmus.warehouse.duckdb.functions import AGGREGATES, FIXED, SCALARS, words

Tree = Mapping[str, Any]

_CONSTANT_ROOM: Final = 1000
_MOST: Final = 64.0
_GATHERED: Final = 32.0
_STAR: Final = 32.0
_PARTS: Final = 16.0
_SIDES: Final = frozenset({"left", "right"})
_WIDENING: Final = frozenset({"replace", "regexp_replace"})
_PADDING: Final = frozenset({"lpad", "rpad"})
_FORMATTING: Final = "strftime"
_SPLITTING: Final = words(
    "string_split split str_split string_to_array regexp_extract_all regexp_split_to_array"
    " str_split_regex string_split_regex"
)


def check_growth(node: Tree) -> None:
    """Insist that nothing in a statement's tree grows beyond bounds. Raises: NotPermitted."""
    try:
        _growth(node, {}, 1.0)
    except RecursionError:
        raise NotPermitted("The statement is nested too deeply.") from None


def _growth(value: object, names: Mapping[str, float], outer: float) -> float:
    """
    Return how many times as large as one stored value a value of this can be; 1 for a column.

    Args: names: growth of the common table expressions in sight. outer: growth of columns in sight.
    Raises: NotPermitted: more than anyone needs.
    """
    if isinstance(value, list):
        return sum(_growth(one, names, outer) for one in value)
    if not isinstance(value, dict):
        return 0.0
    if value.get("type") == "SELECT_NODE":
        return _within_bounds(_of_select(value, names, outer))
    if value.get("type") in {"RECURSIVE_CTE_NODE", "SET_OPERATION_NODE", "CTE_NODE"}:
        return _within_bounds(_of_set(value, names, outer))
    return _within_bounds(_of_expression(value, names, outer))


def _of_select(node: Tree, names: Mapping[str, float], outer: float) -> float:
    seen = _with_common(node, names, outer)
    columns = max([outer, *_of_sources(node.get("from_table"), seen, outer)])
    for key, value in node.items():
        if key not in {"select_list", "from_table", "cte_map"}:
            _each(value, seen, columns)
    taken = [_growth(one, seen, columns) for one in node.get("select_list") or []]
    return max([1.0, *taken])


def _of_set(node: Tree, names: Mapping[str, float], outer: float) -> float:
    seen = _with_common(node, names, outer)
    if node.get("type") == "RECURSIVE_CTE_NODE":
        seen = {**seen, str(node.get("cte_name", "")).lower(): 1.0}
    found = [1.0]
    for key, value in node.items():
        if key != "cte_map":
            found += _each(value, seen, outer)
    # Each turn may add to what the last one made; DuckDB's own limit ends that.
    return max([*found, _GATHERED if node.get("type") == "RECURSIVE_CTE_NODE" else 1.0])


def _with_common(node: Tree, names: Mapping[str, float], outer: float) -> dict[str, float]:
    seen = dict(names)
    for entry in (node.get("cte_map") or {}).get("map", []):
        name = str(entry["key"]).lower()
        seen[name] = max([1.0, *_each(entry["value"], {**seen, name: 1.0}, outer)])
    return seen


def _of_sources(source: object, names: Mapping[str, float], outer: float) -> Iterable[float]:
    """Give the growth of what stands after FROM, and look into its conditions."""
    for part in [source] if isinstance(source, dict) else []:
        if part.get("type") == "BASE_TABLE":
            yield names.get(str(part.get("table_name")).lower(), 1.0)
        elif part.get("type") == "JOIN":
            left = max([outer, *_of_sources(part.get("left"), names, outer)])
            right = max([outer, *_of_sources(part.get("right"), names, left)])
            _each_value({k: v for k, v in part.items() if k not in _SIDES}, names, right)
            yield max(left, right)
        else:
            yield from _each(part, names, outer)


def _each(value: object, names: Mapping[str, float], outer: float) -> list[float]:
    """Give the growth of every expression and query in a value that is neither."""
    if isinstance(value, dict) and ("class" in value or str(value.get("type")).endswith("_NODE")):
        return [_growth(value, names, outer)]
    if isinstance(value, dict):
        value = list(value.values())
    return [g for one in value for g in _each(one, names, outer)] if isinstance(value, list) else []


def _of_expression(part: Tree, names: Mapping[str, float], outer: float) -> float:
    match part.get("class"):
        case "CONSTANT":
            return max(0.01, len(_text(part) or "") / _CONSTANT_ROOM)
        case "COLUMN_REF" | "POSITIONAL_REFERENCE":
            return outer
        case "STAR":
            return outer
        case "FUNCTION":
            return _of_function(part, names, outer)
        case "WINDOW":
            return max([_GATHERED if _gathers(part) else 1.0, *_each_value(part, names, outer)])
        case "COMPARISON" | "CONJUNCTION" | "BETWEEN":
            return min(1.0, sum(_each_value(part, names, outer)))
        case "OPERATOR":
            return _of_operator(part, _each_value(part, names, outer))
        case "CASE":
            return max([1.0, *_each_value(part, names, outer)])
        case _:
            return sum(_each_value(part, names, outer))


def _of_operator(part: Tree, sizes: list[float]) -> float:
    match part.get("type"):
        case "OPERATOR_COALESCE":
            return max([1.0, *sizes])
        case "OPERATOR_UNPACK":
            return max([1.0, *sizes]) * _STAR
        case "ARRAY_EXTRACT" | "ARRAY_SLICE" | "STRUCT_EXTRACT":
            return max([1.0, *sizes])
        case _:
            return min(1.0, sum(sizes))


def _each_value(part: Tree, names: Mapping[str, float], outer: float) -> list[float]:
    return [g for value in part.values() for g in _each(value, names, outer)]


def _of_function(part: Tree, names: Mapping[str, float], outer: float) -> float:
    name = str(part.get("function_name", "")).lower()
    given = [argument["expression"] for argument in part.get("arguments", [])]
    sizes = [_of_argument(one, names, outer) for one in given]
    own = outer if part.get("schema") else 0.0  # s.upper(): the column stands before the dot
    _each_value({k: v for k, v in part.items() if k != "arguments"}, names, outer)
    whole = own + sum(sizes)
    if _gathers(part):
        return max([_GATHERED, *sizes])
    if name in FIXED:
        return min(1.0, whole)
    if name in AGGREGATES - SCALARS:
        return max([1.0, *sizes])
    if name in _WIDENING:
        return whole * max(1.0, _length(given, 1 if part.get("schema") else 2))
    if name in _PADDING:
        return whole + _count(given, 0 if part.get("schema") else 1) / _CONSTANT_ROOM
    if name == _FORMATTING:
        return whole + sum(len(_text(one) or "") for one in given) / 10
    return whole * (_PARTS if name in _SPLITTING else 1.0)


def _of_argument(part: object, names: Mapping[str, float], outer: float) -> float:
    if isinstance(part, dict) and part.get("class") == "STAR":
        return max(outer, 1.0) * _STAR
    return _growth(part, names, outer)


def _gathers(part: Tree) -> bool:
    return str(part.get("function_name", "")).lower() in {
        "array_agg", "group_concat", "histogram", "list", "listagg", "mode", "string_agg",
        "json_group_array", "json_group_object",
    }  # fmt: skip


def _length(given: list[Tree], place: int) -> float:
    """Return the length of a literal text among the arguments; any other counts as very long."""
    if place >= len(given):
        return 0.0
    text = _text(given[place])
    return 1e6 if text is None else float(len(text))


def _count(given: list[Tree], place: int) -> float:
    if place >= len(given):
        return 1e9
    text = _text(given[place])
    return float(text) if text is not None and text.isdecimal() and len(text) < 10 else 1e9


def _text(part: object) -> str | None:
    """Return what a literal says; None for what is none."""
    if not isinstance(part, dict) or part.get("class") != "CONSTANT":
        return None
    literal = part.get("literal")
    if isinstance(literal, dict) and "text" in literal:
        return str(literal["text"])
    return str(part.get("value", ""))


def _within_bounds(growth: float) -> float:
    if growth > _MOST:
        raise NotPermitted(
            "This makes texts or lists far longer than those it is made of.",
            remedy="Use shorter replacements and paddings, written as plain texts and numbers, and"
            " join fewer texts into one.",
        )
    return growth
