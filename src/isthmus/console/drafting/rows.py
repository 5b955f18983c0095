"""The rows of a mapping as a form: read from it, and what its buttons do to them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from isthmus.console.drafting.forms import MOST_FIELDS, Deed, FormFull, Sent
from isthmus.dispatch.rules import actions
from isthmus.dispatch.rules.spelling import is_text_at, typed_for, value_of

ACTIONS: Final[Mapping[str, str]] = {
    actions.SYNC: "Copy a field",
    actions.STATIC: "Always the same",
    actions.TEMPLATE: "Text with fields in it",
    actions.ARRAY_MAP: "Look up in a table",
    actions.RANGE_MAP: "Look up by size",
    actions.DATE_CONVERT: "Convert a date",
    actions.CONCAT: "Join several",
    actions.CUSTOM: "Work it out by a script",
}
FORMATS: Final = ("YYYY-MM-DD HH:mm:ss", "YYYY-MM-DD", "HH:mm:ss", "MMM D, YYYY", "h:mm A", "X")
ZONES: Final = (
    "UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Europe/London", "Europe/Berlin", "Australia/Sydney",
)  # fmt: skip
_FIELDS_OF_ROW: Final = 12
"""At most, beside two for each entry of its table, or part that it joins."""
_DATES: Final = ("input_format", "output_format", "timezone_in", "timezone_out")
Row = dict[str, Any]


# From the form


def rows_of(sent: Sent) -> list[Row]:
    """Return the rows of a form as files hold them. Raises: FormCut: it did not come whole."""
    return [_row(sent, f"r{number}") for number in range(sent.count("rows"))]


def _row(sent: Sent, at: str) -> Row:
    sent.insist(f"{at}.target", f"{at}.action")
    action = sent.text(f"{at}.action") or actions.SYNC
    row: Row = {"target": sent.text(f"{at}.target"), "action": action}
    source = sent.text(f"{at}.source")
    known = actions.ACTIONS.get(action)
    if source and (known is None or known.has_source):
        row["source"] = source
    row |= _PARAMS[action](sent, at, source) if action in _PARAMS else {}
    default = sent.raw(f"{at}.default")
    if default.strip():
        row["default"] = value_of(default)
    if sent.has(f"{at}.required"):
        row["required"] = True
    if events := sent.lines(f"{at}.events"):
        row["events"] = events
    if note := sent.text(f"{at}.note"):
        row["note"] = note
    return row


def _sync(sent: Sent, at: str, _: str) -> Row:
    wanted = sent.text(f"{at}.type")
    return {"type": wanted} if wanted else {}


def _static(sent: Sent, at: str, _: str) -> Row:
    return {"value": value_of(sent.raw(f"{at}.value"))}


def _table(name: str) -> Callable[[Sent, str, str], Row]:
    def read(sent: Sent, at: str, source: str) -> Row:
        entries = []
        for number in range(sent.count(f"{at}.entries")):
            here = f"{at}.t{number}"
            sent.insist(f"{here}.compare", f"{here}.value")
            compare, value = sent.raw(f"{here}.compare"), sent.raw(f"{here}.value")
            if not compare.strip() and not value.strip():
                continue
            told = compare if is_text_at(source) and source else value_of(compare)
            entries.append({"compare": told, "value": value_of(value)})
        forgiving = name == "mappings" and sent.has(f"{at}.forgiving")
        return {name: entries, **({"forgiving": True} if forgiving else {})}

    return read


def _dates(sent: Sent, at: str, _: str) -> Row:
    return {name: told for name in _DATES if (told := sent.text(f"{at}.{name}"))}


def _concat(sent: Sent, at: str, _: str) -> Row:
    parts = []
    for number in range(sent.count(f"{at}.parts")):
        sent.insist(f"{at}.p{number}.value")
        value = sent.raw(f"{at}.p{number}.value")
        kind = "static" if sent.text(f"{at}.p{number}.kind") == "static" else "field"
        if value:
            parts.append({"type": kind, "value": value if kind == "static" else value.strip()})
    separator = sent.raw(f"{at}.separator")
    return {"parts": parts, **({"separator": separator} if separator else {})}


def _template(sent: Sent, at: str, _: str) -> Row:
    return {"template": sent.raw(f"{at}.template")}


def _custom(sent: Sent, at: str, _: str) -> Row:
    return {"script": sent.raw(f"{at}.script")}


_PARAMS: Final[Mapping[str, Callable[[Sent, str, str], Row]]] = {
    actions.SYNC: _sync,
    actions.STATIC: _static,
    actions.ARRAY_MAP: _table("mappings"),
    actions.RANGE_MAP: _table("ranges"),
    actions.DATE_CONVERT: _dates,
    actions.CONCAT: _concat,
    actions.TEMPLATE: _template,
    actions.CUSTOM: _custom,
}


# What buttons do


def done(rows: Sequence[Row], deed: Deed, labels: Callable[[str], Sequence[str]]) -> list[Row]:
    """
    Return the rows after a button was pressed; a button that is not known changes nothing.

    Args: labels: gives the labels of the picklist at a source path, for a table to be filled.
    Raises: FormFull: with all of them it would be more than a form can hold.
    """
    made = [dict(row) for row in rows]
    numbers = deed.numbers
    if deed.name == "add":
        return [*made, {"target": deed.about, "action": actions.SYNC}]
    if not numbers or numbers[0] >= len(made):
        return made
    at = numbers[0]
    if deed.name == "remove":
        del made[at]
    elif deed.name == "copy":
        made.insert(at + 1, dict(made[at]))
    elif deed.name in {"up", "down"}:
        other = at + (-1 if deed.name == "up" else 1)
        if 0 <= other < len(made):
            made[at], made[other] = made[other], made[at]
    elif deed.name == "fill":
        made[at] = _filled(made[at], labels)
        _insist_on_room(made, len(made[at]["mappings"]))
    return made


def _insist_on_room(rows: Sequence[Row], entries: int) -> None:
    if (count := fields_of(rows)) > MOST_FIELDS:
        raise FormFull(
            f"With all values its table would have {entries:,} entries, and the form {count:,}"
            f" fields; it can hold {MOST_FIELDS:,}. So none was added.",
            where="Add all values of the picklist",
            remedy="Write the table by As text: there it may be as long as it needs.",
        )


def _filled(row: Row, labels: Callable[[str], Sequence[str]]) -> Row:
    """Return a row whose table has an entry for every label of its source's picklist."""
    there = [entry for entry in row.get("mappings", []) if isinstance(entry, dict)]
    named = {str(entry.get("compare", entry.get("cmp"))) for entry in there}
    missing = [one for one in labels(str(row.get("source", ""))) if one not in named]
    return {**row, "mappings": [*there, *({"compare": one, "value": one} for one in missing)]}


# To the form


def is_shown(told: Mapping[str, Any]) -> bool:
    """Tell whether all rows can be pointed at: a text may hold what no form shows."""
    rows = told.get("rows", [])
    return isinstance(rows, list) and all(_is_row(row) for row in rows)


def fields_of(rows: Sequence[Row]) -> int:
    """Return how many fields rows take as a form, at most."""
    lists = ("mappings", "ranges", "parts")
    return sum(_FIELDS_OF_ROW + 2 * sum(len(row.get(name, ())) for name in lists) for row in rows)


def _is_row(row: Any) -> bool:
    if not isinstance(row, dict) or row.get("action") not in ACTIONS:
        return False
    lists = [row.get(name, []) for name in ("mappings", "ranges", "parts", "events")]
    if not all(isinstance(one, list) for one in lists):
        return False
    return all(isinstance(entry, dict) for one in lists[:3] for entry in one)


def entries_of(row: Row) -> list[tuple[str, str]]:
    """Return the table of a row as it is typed, with an empty entry behind the last."""
    told = row.get("mappings" if row["action"] == actions.ARRAY_MAP else "ranges", [])
    is_text = is_text_at(str(row.get("source", "")))
    found = []
    for entry in told:
        compare = entry.get("compare", entry.get("cmp", ""))
        shown = compare if is_text and isinstance(compare, str) else typed_for(compare)
        found.append((shown, typed_for(entry.get("value", entry.get("val", "")))))
    return [*found, ("", "")]


def parts_of(row: Row) -> list[tuple[str, str]]:
    """Return the parts of a row that joins, with an empty one behind the last."""
    told = [(str(one.get("type", "field")), str(one.get("value", ""))) for one in row["parts"]]
    return [*told, ("field", "")]


def typed(row: Row, name: str) -> str:
    """Return a value of a row as it is typed."""
    return typed_for(row[name]) if name in row else ""


def in_words(row: Row) -> str:
    """Return in a few words what a row makes its value of."""
    action = row.get("action", "")
    if action == actions.STATIC:
        return typed(row, "value")
    if action == actions.TEMPLATE:
        return str(row.get("template", ""))
    if action == actions.CUSTOM:
        first = next(iter(str(row.get("script", "")).strip().splitlines()), "")
        return first if len(first) < 80 else f"{first[:79]}…"
    if action == actions.CONCAT:
        return " + ".join(str(one.get("value", "")) for one in row.get("parts", []))
    return str(row.get("source", ""))
