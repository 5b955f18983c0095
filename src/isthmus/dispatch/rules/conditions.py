"""
The rule that decides whether a record is dispatched: a tree of tests, or its text form in CEL.

A tree and the text `to_text` makes of it give the same answer for every record.
"""

import json
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any, Final

from isthmus.dispatch.rules import paths
from isthmus.dispatch.rules.condition_shapes import (
    LONGEST_TEXT,
    AllOf,
    AnyOf,
    Condition,
    ConditionWrong,
    FieldTest,
    Not,
    Text,
)
from isthmus.dispatch.rules.reading import Reader
from isthmus.dispatch.rules.tables import same
from isthmus.dispatch.rules.values import Document, is_number

_DEEPEST: Final = 8
_MOST_TESTS: Final = 100
_LARGEST: Final = 2**53


@dataclass(frozen=True, slots=True)
class Operator:
    """
    What an operator takes and does.

    `kind`: plain, list, text, number, ordered (a number, or a text such as an ISO time), none.
    `in_text` is its form in CEL with {p} for the path and {v} for the value.
    """

    kind: str
    holds: Callable[[Reader, str, Any], bool]
    in_text: str


def _is_in(reader: Reader, path: str, value: Any) -> bool:
    return any(same(reader.value(path), one) for one in value)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Reader, str, Any], bool]:
    def holds(reader: Reader, path: str, value: Any) -> bool:
        if isinstance(value, str):
            return not reader.empty(path) and compare(reader.text(path), value)
        return reader.numeric(path) and compare(reader.number(path), float(value))

    return holds


OPERATORS: Final[Table[str, Operator]] = {
    "is": Operator("plain", lambda r, p, v: same(r.value(p), v), "value({p}) == {v}"),
    "is_not": Operator("plain", lambda r, p, v: not same(r.value(p), v), "value({p}) != {v}"),
    "in": Operator("list", _is_in, "value({p}) in {v}"),
    "not_in": Operator("list", lambda r, p, v: not _is_in(r, p, v), "!(value({p}) in {v})"),
    "contains": Operator("text", lambda r, p, v: v in r.text(p), "text({p}).contains({v})"),
    "starts_with": Operator(
        "text", lambda r, p, v: r.text(p).startswith(v), "text({p}).startsWith({v})"
    ),
    "ends_with": Operator("text", lambda r, p, v: r.text(p).endswith(v), "text({p}).endsWith({v})"),
    "above": Operator("ordered", _ordered(lambda a, b: a > b), ">"),
    "at_least": Operator("ordered", _ordered(lambda a, b: a >= b), ">="),
    "below": Operator("ordered", _ordered(lambda a, b: a < b), "<"),
    "at_most": Operator("ordered", _ordered(lambda a, b: a <= b), "<="),
    "is_empty": Operator("none", lambda r, p, _: r.empty(p), "empty({p})"),
    "is_not_empty": Operator("none", lambda r, p, _: not r.empty(p), "!empty({p})"),
}


def holds(condition: Condition, source: Document) -> bool:
    """
    Tell whether a condition holds for a record. Parts without a `Text` need no library.

    Raises: ConditionWrong: a text that cannot be read, or fails on this record.
    """
    return _holds(condition, Reader(source))


def fields_of(condition: Condition) -> tuple[str, ...]:
    """Return the paths a condition reads, for `needs.related`."""
    if isinstance(condition, Text):
        from isthmus.dispatch.rules.condition_text import paths_in  # noqa: PLC0415 - loads CEL

        return paths_in(condition.text)
    return tuple(test.path for test in tests_of(condition) if isinstance(test, FieldTest))


def to_text(condition: Condition) -> str:
    """Return a condition as CEL."""
    if isinstance(condition, Text):
        return condition.text
    if isinstance(condition, Not):
        return f"!({to_text(condition.part)})"
    if isinstance(condition, FieldTest):
        return _test_text(condition)
    joint, alone = (" && ", "true") if isinstance(condition, AllOf) else (" || ", "false")
    return joint.join(f"({to_text(part)})" for part in condition.parts) or alone


def parse_condition(told: Any, where: str = "the condition") -> Condition:
    """
    Make a condition of plain data.

    `{all = [...]}`, `{any = [...]}`, `{not = ...}`, `{field = "path", is = value}` with any
    operator, `{field = "path", is_empty = true}`, or a text in CEL.
    Raises: ConditionWrong.
    """
    found = _parsed(told, where, 1)
    if sum(1 for _ in tests_of(found)) > _MOST_TESTS:
        raise _wrong(f"It has more than {_MOST_TESTS} tests", where, "Use `in` with a list.")
    if len(to_text(found)) > LONGEST_TEXT:
        raise _wrong(f"Written out it is longer than {LONGEST_TEXT}", where, "Shorten its values.")
    return found


def content_of(condition: Condition) -> Any:
    """Return a condition as plain data; `parse_condition` gives it back."""
    if isinstance(condition, Text):
        return condition.text
    if isinstance(condition, Not):
        return {"not": content_of(condition.part)}
    if isinstance(condition, FieldTest):
        takes_none = OPERATORS[condition.operator].kind == "none"
        value = True if takes_none else condition.value
        value = list(value) if isinstance(value, tuple) else value
        return {"field": condition.path, condition.operator: value}
    name = "all" if isinstance(condition, AllOf) else "any"
    return {name: [content_of(part) for part in condition.parts]}


def _holds(condition: Condition, reader: Reader) -> bool:
    if isinstance(condition, AllOf):
        return all(_holds(part, reader) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(_holds(part, reader) for part in condition.parts)
    if isinstance(condition, Not):
        return not _holds(condition.part, reader)
    if isinstance(condition, Text):
        from isthmus.dispatch.rules.condition_text import text_holds  # noqa: PLC0415 - loads CEL

        return text_holds(condition.text, reader)
    return OPERATORS[condition.operator].holds(reader, condition.path, condition.value)


def tests_of(condition: Condition) -> Iterator[FieldTest | Text]:
    """Yield the leaves of a condition, in order."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from tests_of(part)
    elif isinstance(condition, Not):
        yield from tests_of(condition.part)
    else:
        yield condition


def _test_text(test: FieldTest) -> str:
    operator, path = OPERATORS[test.operator], _literal(test.path)
    if operator.kind != "ordered":
        return operator.in_text.format(p=path, v=_literal(test.value))
    if isinstance(test.value, str):
        return f"!empty({path}) && text({path}) {operator.in_text} {_literal(test.value)}"
    number = _literal(float(test.value))
    return f"numeric({path}) && number({path}) {operator.in_text} {number}"


def _literal(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_literal(one) for one in value)}]"
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f") if isinstance(value, str) else text


def _parsed(told: Any, where: str, depth: int) -> Condition:
    if depth > _DEEPEST:
        raise _wrong(f"It is nested more than {_DEEPEST} deep", where, "Write it flatter.")
    if isinstance(told, str):
        return _parsed_text(told, where)
    if not isinstance(told, dict):
        raise _wrong("It is neither a table nor a text", where)
    if set(told) in ({"all"}, {"any"}):
        ((name, parts),) = told.items()
        if not isinstance(parts, list):
            raise _wrong(f"{name} is no list", where)
        made = tuple(
            _parsed(part, f"{where}, {name} {number}", depth + 1)
            for number, part in enumerate(parts, 1)
        )
        return AllOf(made) if name == "all" else AnyOf(made)
    if set(told) == {"not"}:
        return Not(_parsed(told["not"], f"{where}, not", depth + 1))
    return _parsed_test(told, where)


def _parsed_text(text: str, where: str) -> Text:
    from isthmus.dispatch.rules.condition_text import compiled  # noqa: PLC0415 - loads CEL

    try:
        compiled(text)
    except ConditionWrong as wrong:
        raise _wrong(wrong.what, where, wrong.remedy) from None
    return Text(text)


def _parsed_test(told: dict[str, Any], where: str) -> FieldTest:
    field, names = told.get("field"), [name for name in told if name != "field"]
    if not isinstance(field, str) or len(names) != 1:
        raise _wrong("A test needs a field and one operator", where)
    operator = OPERATORS.get(names[0])
    if operator is None:
        known = ", ".join(OPERATORS)
        raise _wrong(f"There is no operator {names[0]!r}", where, f"Take one of {known}.")
    try:
        paths.parse(field)
    except paths.PathWrong as wrong:
        raise _wrong(wrong.what, where, wrong.remedy) from None
    value = told[names[0]]
    if not _takes(operator.kind, value):
        raise _wrong(f"{names[0]} cannot take {value!r:.60}", where)
    value = None if operator.kind == "none" else value
    return FieldTest(field, names[0], tuple(value) if isinstance(value, list) else value)


def _takes(kind: str, value: Any) -> bool:
    if kind == "list":
        return isinstance(value, list) and all(_is_plain(one) for one in value)
    if kind == "none":
        return value is True
    if kind == "text":
        return isinstance(value, str) and _is_plain(value)
    if kind == "ordered":
        return _is_plain(value) and (isinstance(value, str) or is_number(value))
    return _is_plain(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and not any("\ud800" <= c <= "\udfff" for c in value)
    return isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= _LARGEST)


def _wrong(what: str, where: str, remedy: str = "") -> ConditionWrong:
    instead = 'Write it like { field = "ticket.status.label", is = "Dispatch to Field" }.'
    return ConditionWrong(what, where=where, remedy=remedy or instead)
