"""Which related records a mapping or a condition reads, so that only those are fetched."""

import re
from collections.abc import Iterable
from typing import Final

from isthmus.dispatch.rules import paths, templates
from isthmus.dispatch.rules.actions import CONCAT, CUSTOM, TEMPLATE, parts_of
from isthmus.dispatch.rules.shapes import INBOUND, Mapping, Row
from isthmus.dispatch.rules.values import Unfit

_DOTTED: Final = re.compile(r"\$\.input((?:\.[A-Za-z_]\w*|\[\"[^\"\]]+\"\]|\['[^'\]]+'\])+)")
_LOOKED_UP: Final = re.compile(
    r"""lookup_field\(\s*\$\.input\s*,\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
)


def needs(mapping: Mapping) -> tuple[str, ...]:
    """
    Return the related records an inbound mapping reads: paths from its root, parents first.

    `ticket.company.parentCompany.companyName` needs `company` and `company.parentCompany`.
    """
    if mapping.direction != INBOUND:
        return ()
    read = [path for row in mapping.rows for path in sources_of(row)]
    read += [f"{mapping.root}.{need}.id" for need in mapping.needs]
    return related(mapping.root, read)


def sources_of(row: Row) -> tuple[str, ...]:
    """Return every path a row reads; of a script those that stand in its text."""
    found = [row.source] if row.source else []
    if row.action == CONCAT:
        try:
            found += [value for kind, value in parts_of(row) if kind == "field"]
        except Unfit:
            return tuple(found)
    elif row.action == TEMPLATE:
        found += templates.fields_of(str(row.params.get("template", "")))
    elif row.action == CUSTOM:
        found += _in_script(str(row.params.get("script", "")))
    return tuple(found)


def related(root: str, read: Iterable[str]) -> tuple[str, ...]:
    """Return the related records among the paths read, each with those that lead to it."""
    found: set[tuple[str, ...]] = set()
    for text in read:
        chain = _chain(root, text)
        found |= {chain[:length] for length in range(1, len(chain) + 1)}
    return tuple(paths.spell(chain) for chain in sorted(found, key=lambda one: (len(one), one)))


def _chain(root: str, text: str) -> tuple[str, ...]:
    """Return the names of the records between the root and the field that is read."""
    try:
        path = paths.parse(text)
    except paths.PathWrong:
        return ()
    if path[0] != root:
        return ()
    names = [step for step in path[1:] if isinstance(step, str)]
    special = {paths.UDF, paths.LABELS, paths.UDF_LABELS}
    at = next((n for n, name in enumerate(names) if name in special), None)
    if at is not None:
        return tuple(names[:at])
    if names and names[-1] == paths.LABEL:
        names.pop()
    return tuple(names[:-1])


def _in_script(script: str) -> list[str]:
    found = [match[1].replace("'", '"').removeprefix(".") for match in _DOTTED.finditer(script)]
    looked_up = (match[1] or match[2] or "" for match in _LOOKED_UP.finditer(script))
    return found + [re.sub(r"\\(.)", r"\1", path) for path in looked_up]
