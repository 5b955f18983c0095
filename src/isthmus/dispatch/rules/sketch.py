"""Mappings and rules that are still being written: read as far as they can be."""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import tomli_w

from isthmus.base.errors import Permanent
from isthmus.dispatch.rules import filing, rule
from isthmus.dispatch.rules.check_params import check_params
from isthmus.dispatch.rules.condition_shapes import AnyOf
from isthmus.dispatch.rules.filing import parse_content, parse_row
from isthmus.dispatch.rules.rule import Rule, check_together, parse_setting
from isthmus.dispatch.rules.shapes import DIRECTIONS, Mapping, Problem, Result, Row
from isthmus.dispatch.rules.values import Unfit

_MAPPING_KEYS: Final = ("format", "kind", "name", "direction", "root", "note", "needs")
_ROW_FIRST: Final = ("target", "action", "source")
_ROW_LAST: Final = ("default", "required", "events", "note")
_TABLES: Final = ("when", "cancel_when", "owners")
_NEVER: Final = AnyOf(())
_MEND: Final = "Mend it in the text."
NO_WHEN: Final = "It has no condition yet, so it is not known what it dispatches"


@dataclass(frozen=True, slots=True)
class MappingSketch:
    """
    A mapping as far as it can be read.

    `told` is its file as plain data; {} where the text is no TOML. `mapping` holds the rows that
    can be read, `rows` their numbers in the file; None where its head cannot be read. `problems`
    are what keeps the rest from being read.
    """

    told: dict[str, Any]
    mapping: Mapping | None
    rows: tuple[int, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether all of it could be read, so that it can be published."""
        return self.mapping is not None and not self.problems

    def numbered(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Return problems of `mapping` with the rows that the file counts."""
        return tuple(
            one if one.row is None else replace(one, row=self.row(one.row)) for one in problems
        )

    def row(self, number: int) -> int:
        """Return the number in the file of a row of `mapping`."""
        return self.rows[number - 1] if 0 < number <= len(self.rows) else number

    def result(self, made: Result) -> Result:
        """Return what came of `mapping` with the rows that the file counts."""
        return replace(
            made,
            origins={
                path: replace(one, row=self.row(one.row)) for path, one in made.origins.items()
            },
            problems=self.numbered(made.problems),
            traces={self.row(number): told for number, told in made.traces.items()},
        )


@dataclass(frozen=True, slots=True)
class RuleSketch:
    """
    A rule as far as it can be read.

    `rule` has its defaults where a setting cannot be read, and wants no record where its condition
    cannot; None where it has no name or root. In `problems`, `field` names the setting.
    """

    told: dict[str, Any]
    rule: Rule | None
    problems: tuple[Problem, ...] = ()
    is_wanting: bool = field(default=True)

    @property
    def is_whole(self) -> bool:
        """Tell whether all of it could be read, so that it can be published."""
        return self.rule is not None and not self.problems


def sketch_mapping(text: str) -> MappingSketch:
    """Read a mapping that is still being written; raises nothing."""
    told, problems = _read(text)
    if problems:
        return MappingSketch({}, None, (), problems)
    given = told.get("rows", [])
    rows: list[Row] = []
    numbers: list[int] = []
    found: list[Problem] = []
    for number, one in enumerate(given if isinstance(given, list) else [], 1):
        try:
            rows.append(parse_row(one, f"row {number}"))
            numbers.append(number)
        except Permanent as wrong:
            about = one.get("target", "") if isinstance(one, dict) else ""
            found.append(Problem(wrong.what, _remedy(wrong), number, str(about)))
    try:
        head = parse_content({**told, "rows": []})
    except Permanent as wrong:
        found.insert(0, Problem(wrong.what, _remedy(wrong), None, wrong.where))
        return MappingSketch(told, None, (), tuple(found))
    return MappingSketch(told, replace(head, rows=tuple(rows)), tuple(numbers), tuple(found))


def sketch_rule(text: str) -> RuleSketch:
    """Read a rule that is still being written; raises nothing."""
    told, problems = _read(text)
    if problems:
        return RuleSketch({}, None, problems)
    settings = {name: value for name, value in told.items() if name not in {"format", "kind"}}
    known = {one.name for one in fields(Rule)}
    values: dict[str, Any] = {}
    found: list[Problem] = []
    for name, value in settings.items():
        if name not in known:
            found.append(Problem(f"{name!r} has no meaning here", _MEND, None, name))
            continue
        try:
            values[name] = parse_setting(name, value)
        except Permanent as wrong:
            found.append(Problem(wrong.what, _remedy(wrong), None, wrong.where or name))
    is_wanting = "when" in values
    if "when" not in settings:
        found.append(Problem(NO_WHEN, "Add a row for it.", None, "when"))
    if not values.get("name") or not values.get("root"):
        found.append(Problem("A rule needs a name and a record", _MEND, None, "name"))
        return RuleSketch(told, None, tuple(found), is_wanting)
    made = Rule(**{"when": _NEVER, **values})
    try:
        check_together(made)
    except Permanent as wrong:
        found.append(Problem(wrong.what, _remedy(wrong), None, wrong.where))
    return RuleSketch(told, made, tuple(found), is_wanting)


def _read(text: str) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n")), ()
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as trouble:
        return {}, (Problem(f"The text is no TOML: {trouble}"[:300], _MEND),)


def _remedy(wrong: Permanent) -> str:
    """Return what to do; files are mended and imported, drafts are changed where they stand."""
    return "" if wrong.remedy.startswith("Mend the file") else wrong.remedy


def problems_alone(mapping: Mapping) -> tuple[Problem, ...]:
    """Return what is wrong with a mapping that shows without asking either vendor."""
    found = []
    for number, row in enumerate(mapping.rows, 1):
        try:
            check_params(row)
        except Unfit as trouble:
            found.append(Problem(str(trouble), trouble.remedy, number, row.target))
        except Permanent as trouble:
            found.append(Problem(trouble.what, trouble.remedy, number, row.target))
    return tuple(found)


def new_mapping(name: str, direction: str, root: str) -> str:
    """Return the text of a mapping without rows."""
    return mapping_text({"name": name, "direction": direction, "root": root})


def new_rule(name: str, root: str) -> str:
    """Return the text of a rule without a condition."""
    return rule_text({"name": name, "root": root})


def mapping_text(told: Table[str, Any]) -> str:
    """Write plain data of a mapping as its file, whatever it is like."""
    head = {name: told[name] for name in _MAPPING_KEYS if name in told}
    rows = [_ordered(row) for row in told.get("rows", [])]
    content = {"format": filing.FORMAT, **head, **({"rows": rows} if rows else {})}
    return f"{filing.HEAD}\n{tomli_w.dumps(content, multiline_strings=True, indent=2)}"


def rule_text(told: Table[str, Any]) -> str:
    """Write plain data of a rule as its file, whatever it is like."""
    plain = {name: value for name, value in told.items() if name not in {"format", "kind"}}
    first = {one.name: plain[one.name] for one in fields(Rule) if one.name in plain}
    content: dict[str, Any] = {"format": rule.FORMAT, "kind": rule.KIND, **first}
    last = [name for name in _TABLES if isinstance(content.get(name), dict)]
    content |= {name: content.pop(name) for name in last}
    return rule.HEAD + tomli_w.dumps(content, multiline_strings=True)


def renamed(text: str, name: str) -> str:
    """Return a file under another name."""
    told, problems = _read(text)
    if problems:
        return text
    told["name"] = name
    if told.get("kind", filing.KIND) == rule.KIND:
        return rule_text({**told, "is_enabled": False})
    return mapping_text(told)


def kind_of(text: str) -> str:
    """Return what a file holds, mapping or rule; "" for what is neither."""
    told, problems = _read(text)
    if problems:
        return ""
    if told.get("kind") == rule.KIND:
        return rule.KIND
    return filing.KIND if told.get("direction") in DIRECTIONS else ""


def _ordered(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    own = [name for name in row if name not in (*_ROW_FIRST, *_ROW_LAST)]
    return {name: row[name] for name in (*_ROW_FIRST, *own, *_ROW_LAST) if name in row}
