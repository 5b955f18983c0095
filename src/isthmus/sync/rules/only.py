"""
Filters as people write them: `status eq Complete and priority in High, Critical`.

A field, one of Autotask's operators, a value; several are joined by `and` or by `or`, not by both.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from isthmus.autotask import query as q
from isthmus.autotask.models import FieldInfo, PicklistValue, UdfInfo
from isthmus.sync.rules.scope import ALTERNATIVES_MOST, FilterWrong

_TOKEN: Final = re.compile(r'"((?:[^"]|"")*)"|(,)|([^\s,"]+)|(\S)')
_SIGNS: Final = {"=": "eq", "!=": "noteq", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_OPERATORS: Final = {**{one.lower(): one for one in q.OPERATORS}, **_SIGNS}
_BARE: Final = ("exist", "notExist")
_MANY: Final = ("in", "notIn")
_TEXTUAL: Final = ("beginsWith", "endsWith", "contains")
_WHOLE: Final = ("integer", "long", "short", "byte")
_FRACTION: Final = ("decimal", "double", "float")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison as written: `op` is Autotask's word, `values` texts, none for `exist`."""

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Only:
    """Comparisons of which all hold, or at least one."""

    terms: tuple[Term, ...] = ()
    is_any: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_quoted: bool = False

    def is_word(self, *words: str) -> bool:
        return not self.is_quoted and self.text.lower() in words


def parse_only(text: str) -> Only:
    """Read a filter. Raises: FilterWrong with the place and an example."""
    tokens = [_token(found) for found in _TOKEN.finditer(text)]
    terms: list[Term] = []
    joins: set[str] = set()
    start = 0
    for at in range(len(tokens) + 1):
        if at < len(tokens) and not (tokens[at].is_word("and", "or") and at > start):
            continue
        terms.append(_term(tokens[start:at]))
        if at < len(tokens):
            joins.add(tokens[at].text.lower())
        start = at + 1
    if len(joins) > 1:
        raise _wrong("`and` and `or` cannot be mixed in one filter.")
    return Only(tuple(terms), joins == {"or"})


def write_only(only: Only) -> str:
    """Write a filter so that it is read back the same."""
    joined = " or " if only.is_any else " and "
    return joined.join(
        " ".join([_named(t.field), t.op, ", ".join(map(_quoted, t.values))]).strip()
        for t in only.terms
    )


def only_of(node: q.Node) -> Only | None:
    """Return a stored filter as comparisons; None where it is nested deeper."""
    items = node.items if isinstance(node, q.Group) else (node,)
    terms = []
    for item in items:
        if not isinstance(item, q.Condition):
            return None
        value = item.value
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        terms.append(Term(item.field, item.op, tuple(str(one) for one in values)))
    return Only(tuple(terms), isinstance(node, q.Group) and node.op == "or")


def resolve_only(only: Only, fields: Sequence[FieldInfo], udfs: Sequence[UdfInfo]) -> q.Node:
    """
    Say it in the vendor's terms, labels turned into codes.

    Raises: FilterWrong: no such field, one that cannot be asked for, a label it does not have, a
    value of another type; QueryRefused: more than the vendor takes.
    """
    conditions = tuple(_condition(term, fields, udfs) for term in only.terms)
    node: q.Node = conditions[0]
    if len(conditions) > 1:
        node = q.Group("or" if only.is_any else "and", conditions)
    check_size(node)
    return node


def check_size(node: q.Node) -> None:
    """Make sure that a run can ask for it beside what it asks itself. Raises: FilterWrong."""
    q.check_shape(node)
    if q.alternatives(node) > ALTERNATIVES_MOST:
        raise _wrong(f"A filter may hold {ALTERNATIVES_MOST} alternatives.")


def _token(found: re.Match[str]) -> _Token:
    if found[1] is not None:
        return _Token(found[1].replace('""', '"'), is_quoted=True)
    if found[4] is not None:
        raise _wrong("A quotation mark is not closed.")
    return _Token(found[2] or found[3])


def _term(tokens: Sequence[_Token]) -> Term:
    if len(tokens) < 2:
        told = " ".join(token.text for token in tokens)
        raise _wrong(f'"{told}" is no comparison.' if told else "A comparison is missing.")
    field, word = tokens[0].text, tokens[1].text
    op = _OPERATORS.get(word.lower())
    if op is None or tokens[1].is_quoted:
        raise _wrong(f'There is no operator "{word}"; {", ".join(sorted(q.OPERATORS))} there are.')
    values = tuple(_values(tokens[2:], many=op in _MANY))
    if op in _BARE and values:
        raise _wrong(f"{field} {op} takes no value.")
    if op not in _BARE and not values:
        raise _wrong(f"{field} {op} has no value.")
    return Term(field, op, values)


def _values(tokens: Sequence[_Token], *, many: bool) -> Iterable[str]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if many and token.is_word(","):
            parts.append([])
        else:
            parts[-1].append(token.text)
    return (" ".join(part).replace(" ,", ",") for part in parts if part)


def _named(field: str) -> str:
    return f'"{field}"' if " " in field else _quoted(field)


def _quoted(text: str) -> str:
    words = text.lower().split()
    plain = re.fullmatch(r'[^\s,"]+( [^\s,"]+)*', text) and not {"and", "or"} & set(words)
    return text if plain else '"' + text.replace('"', '""') + '"'


def _condition(term: Term, fields: Sequence[FieldInfo], udfs: Sequence[UdfInfo]) -> q.Condition:
    wanted = term.field.lower()
    field = next((one for one in fields if one.name.lower() == wanted), None)
    if field is not None and not field.is_queryable:
        raise _wrong(f"Autotask cannot be asked for {field.name}.", "Use another field.")
    if field is not None:
        kind = "picklist" if field.picklist is not None else field.data_type
        return _made(term, field.name, kind, field, udf=False)
    near = [one for one in udfs if one.name.lower() == wanted]
    udf = next((one for one in near if one.name == term.field), near[0] if near else None)
    if udf is not None:
        return _made(term, udf.name, "string", udf, udf=True)
    names = {one.name.lower(): one.name for one in fields}
    names |= {one.name.lower(): one.name for one in udfs}
    raise _wrong(f'There is no field "{term.field}".', _near(wanted, names))


def _made(
    term: Term, name: str, kind: str, described: FieldInfo | UdfInfo, *, udf: bool
) -> q.Condition:
    if term.op in _BARE:
        return q.Condition(term.op, name, None, udf)
    if term.op in _TEXTUAL and kind != "string":
        raise _wrong(f"{name} is no text, so {term.op} cannot be asked.", "Use eq or in.")
    values = tuple(_value(name, text, kind, described) for text in term.values)
    if term.op in _MANY:
        return q.Condition(term.op, name, values, udf)
    return q.Condition(term.op, name, values[0], udf)


def _value(name: str, text: str, kind: str, described: FieldInfo | UdfInfo) -> q.Scalar:
    if described.picklist is not None:
        code = _code(name, text, described.picklist)
        return int(code) if described.data_type in _WHOLE and _is_whole(code) else code
    try:
        if kind in _WHOLE:
            return int(text)
        if kind in _FRACTION:
            return float(text)
        if kind == "datetime":
            return _moment(text)
    except ValueError as error:
        example = "2026-01-31" if kind == "datetime" else "12"
        raise _wrong(f'{name} cannot be "{text}".', f"Give a value such as {example}.") from error
    if kind == "boolean":
        if text.lower() not in _YES + _NO:
            raise _wrong(f'{name} cannot be "{text}".', "Give true or false.")
        return text.lower() in _YES
    return text


def _code(name: str, text: str, picklist: Sequence[PicklistValue]) -> str:
    for value in picklist:
        if value.label.strip().lower() == text.strip().lower():
            return value.code
    if any(value.code.strip() == text.strip() for value in picklist):
        return text.strip()
    labels = {value.label.lower(): value.label for value in picklist}
    raise _wrong(f'{name} has no value "{text}".', _near(text.lower(), labels))


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return q.format_time(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"\s*-?[0-9]{1,18}\s*", text) is not None


def _near(wanted: str, names: dict[str, str]) -> str:
    close = [names[one] for one in difflib.get_close_matches(wanted, names, n=3, cutoff=0.6)]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    some = sorted(names.values())[:12]
    return f"There are: {', '.join(some)}{', ...' if len(names) > len(some) else '.'}"


def _wrong(what: str, remedy: str = "") -> FilterWrong:
    example = 'Write it like: status eq Complete and title contains "server"'
    return FilterWrong(what, where="the filter", remedy=remedy or example)
