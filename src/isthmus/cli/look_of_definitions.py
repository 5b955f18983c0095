"""How mappings, rules and what is wrong with them look; and as machines get them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from isthmus.cli import words
from isthmus.dispatch.rules.condition_shapes import AllOf, AnyOf, Condition, FieldTest, Not
from isthmus.dispatch.rules.conditions import OPERATORS
from isthmus.dispatch.rules.shapes import Problem, Row
from isthmus.dispatch.rules.values import Missing, shown
from isthmus.wiring.dispatch.definitions import Definition

_TABLES: Final = ("mappings", "ranges")


def plain_table(*titles: str) -> Table:
    """Return a table without lines, its first column whole."""
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for number, title in enumerate(titles):
        table.add_column(title, no_wrap=number == 0, overflow="fold")
    return table


def history_table(history: Sequence[Definition], now: datetime) -> Table:
    """Return the versions of a name, the latest publication first."""
    table = plain_table("No.", "Version", "Published", "By", "Note", "")
    for one in history:
        here = Text("in force", "green") if one.is_current else Text("")
        note = Text(words.one_line(one.note))
        at = words.ago(one.published_at, now)
        table.add_row(str(one.number), one.version, at, words.one_line(one.by), note, here)
    return table


def problems_table(problems: Sequence[Problem]) -> Table:
    """Return what is wrong, what keeps it from being sent first."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in sorted(problems, key=lambda one: not one.is_fatal):
        sign = Text("✗", "bold red") if one.is_fatal else Text("!", "yellow")
        about = f" ({one.field})" if one.field and one.field not in one.what else ""
        text = Text(words.one_line(f"{one.what}{about}"))
        text.append(f"\n{words.one_line(one.remedy)}", style="dim")
        table.add_row(sign, "" if one.row is None else f"row {one.row}", text)
    return table


def rows_table(rows: Sequence[Row]) -> Table:
    """Return a mapping's rows: what they write, of what, and when."""
    table = plain_table("Row", "Target", "Action", "Of", "Else", "At")
    for number, row in enumerate(rows, 1):
        target = Text(row.target)
        if row.required:
            target.append(" *", style="bold")
        instead = "" if isinstance(row.default, Missing) else shown(row.default)
        at = Text(", ".join(one.removeprefix("workorder.") for one in row.events))
        table.add_row(str(number), target, row.action, Text(_source_of(row)), Text(instead), at)
    return table


def _source_of(row: Row) -> str:
    """Return in a few words what a row makes its value of."""
    if row.action == "static":
        return shown(row.params["value"])
    if row.action == "template":
        return words.one_line(row.params["template"])
    if row.action == "custom":
        return _script_words(row.params["script"])
    if row.action == "concat":
        values = (str(part.get("value")) for part in row.params["parts"])
        return words.one_line(" + ".join(values))
    return row.source + _more_words(row)


def _script_words(script: str) -> str:
    lines = [line for line in script.splitlines() if line.strip()]
    more = f" … ({words.plural(len(lines), 'line')})" if len(lines) > 1 else ""
    return words.one_line(lines[0] if lines else "") + more


def _more_words(row: Row) -> str:
    """Return a table's size and the other parameters, in brackets."""
    tables = [value for name, value in row.params.items() if name in _TABLES]
    told = [words.plural(len(table), "value") for table in tables]
    told += [f"{name} {value}" for name, value in row.params.items() if name not in _TABLES]
    return f" ({', '.join(told)})" if told else ""


def condition_words(condition: Condition | None) -> str:
    """Return a condition as a person reads it."""
    if condition is None:
        return ""
    if isinstance(condition, Not):
        return f"not ({condition_words(condition.part)})"
    if isinstance(condition, AllOf | AnyOf):
        joint = " and " if isinstance(condition, AllOf) else " or "
        inner = [condition_words(part) for part in condition.parts]
        return joint.join(f"({one})" if " and " in one or " or " in one else one for one in inner)
    if isinstance(condition, FieldTest):
        told = condition.operator.replace("_", " ")
        if OPERATORS[condition.operator].kind == "none":
            return f"{condition.path} {told}"
        value = condition.value
        listed = ", ".join(map(_word, value)) if isinstance(value, tuple) else _word(value)
        return f"{condition.path} {told} {listed}"
    return words.one_line(condition.text)


def _word(value: object) -> str:
    return words.one_line(value) if isinstance(value, str) else shown(value)


# What machines get


def definition_as_json(one: Definition) -> dict[str, Any]:
    """Return a publication as machines get it."""
    return {
        "name": one.name,
        "version": one.version,
        "number": one.number,
        "published_at": words.instant(one.published_at),
        "by": one.by,
        "note": one.note,
        "in_force": one.is_current,
    }


def problem_as_json(one: Problem) -> dict[str, Any]:
    """Return a problem as machines get it."""
    return {
        "row": one.row,
        "field": one.field,
        "what": one.what,
        "remedy": one.remedy,
        "is_fatal": one.is_fatal,
    }
