"""Which part of a dataset is kept: as people set it, as it is noted, as the vendor is asked."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from msgspec import DecodeError, json

from isthmus.autotask import query as q
from isthmus.base.errors import NeedsPerson
from isthmus.sync.catalog import Dataset

OWN_COMPANY: Final = 0
"""The tenant's own company: kept whatever the filter, for the tenant is known again by it."""

ALTERNATIVES_MOST: Final = q.MEMBERS_MOST - 20
"""A run adds a few of its own: dates of change, new ids."""

TAKEN_BACK: Final = "+"
_MARK: Final = 24


class FilterWrong(NeedsPerson):
    """A filter that cannot be asked for, or that could not be kept right."""


@dataclass(frozen=True, slots=True)
class Scope:
    """
    What is kept of a dataset.

    `since`: only records created or changed from that day on (UTC). `where`: only records that
    meet it. `left_out`: fields, in lower case, whose values are not kept.
    """

    since: date | None = None
    where: q.Node | None = None
    left_out: frozenset[str] = frozenset()

    @property
    def is_narrow(self) -> bool:
        """Tell whether some records are left out."""
        return self.since is not None or self.where is not None

    @property
    def has_udf(self) -> bool:
        """Tell whether user-defined fields decide; their changes may not move any date."""
        return self.where is not None and any(one.udf for one in q.conditions(self.where))

    @property
    def text(self) -> str:
        """Return it as it is noted; "" for all there is."""
        if not self.is_narrow and not self.left_out:
            return ""
        return json.encode([self._records(), sorted(self.left_out)]).decode()

    @property
    def mark(self) -> str:
        """Return a short name of it, the part on records before the slash; "" for all there is."""
        if not self.text:
            return ""
        records = _hash(json.encode(self._records())) if self.is_narrow else ""
        return f"{records}/{_hash(json.encode(sorted(self.left_out)))}"

    def _records(self) -> dict[str, Any]:
        return _shape(self.since, self.where)


ALL: Final = Scope()


def scope_of(condition: str, left_out: Iterable[str]) -> Scope:
    """Read what a person set. Raises: FilterWrong."""
    since, where = read_condition(condition)
    return Scope(since, where, frozenset(name.lower() for name in left_out))


def read_text(text: str) -> Scope:
    """Read a scope back from its text."""
    if not text:
        return ALL
    records, left_out = json.decode(text)
    return scope_of(json.encode(records).decode(), left_out)


def read_condition(condition: str) -> tuple[date | None, q.Node | None]:
    """Read a stored filter: the vendor's own JSON, or that as `filter` beside `since`."""
    if not condition:
        return None, None
    try:
        shape = json.decode(condition)
        if "op" in shape:
            return None, node_of(shape)
        since, where = shape.get("since"), shape.get("filter")
        return (
            None if since is None else date.fromisoformat(since),
            None if where is None else node_of(where),
        )
    except (DecodeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise FilterWrong(
            "The filter cannot be read.",
            where="the dataset's settings",
            remedy="Set it again: isthmus dataset set NAME --only ...",
        ) from error


def write_condition(since: date | None, where: q.Node | None, only: str = "") -> str:
    """Write a filter as it is stored; `only` is what a person wrote for it."""
    shape = _shape(since, where)
    if only:
        shape["only"] = only
    return json.encode(shape).decode() if shape else ""


def written_only(condition: str) -> str | None:
    """Return what a person wrote for a stored filter; None where it was not written by one."""
    if not condition:
        return ""
    shape = json.decode(condition)
    if "op" in shape or ("filter" in shape and "only" not in shape):
        return None
    return str(shape.get("only", ""))


def node_of(shape: dict[str, Any]) -> q.Node:
    """Read a node in the vendor's JSON shape. Raises: QueryRefused, KeyError, TypeError."""
    if "items" in shape:
        return q.Group(shape["op"], tuple(node_of(item) for item in shape["items"]))
    value = shape.get("value")
    held = tuple(value) if isinstance(value, list) else value
    return q.Condition(shape["op"], shape["field"], held, bool(shape.get("udf", False)))


def dated_fields(dataset: Dataset, fields: Collection[str]) -> tuple[str, ...]:
    """Return the fields that say when a record was made or changed, where the tenant has them."""
    held = {name.lower(): name for name in fields}
    wanted = [*dataset.change_fields, *([dataset.created_field] if dataset.created_field else [])]
    return tuple(held[name.lower()] for name in wanted if name.lower() in held)


def plan_scope(dataset: Dataset, scope: Scope, fields: Collection[str]) -> q.Node | None:
    """
    Say a scope in the vendor's terms; None for all records.

    Args: fields: names of the fields that can be asked for. Raises: FilterWrong: no date to go by.
    """
    parts: list[q.Node] = []
    if scope.since is not None:
        dates = dated_fields(dataset, fields)
        if not dates:
            raise FilterWrong(
                f"{dataset.name} have no date of change or creation, so --since cannot be asked.",
                where=dataset.name,
                remedy="Use a condition on fields (--only), or leave the filter out.",
            )
        day = datetime(scope.since.year, scope.since.month, scope.since.day, tzinfo=UTC)
        parts.append(q.or_(*(q.gte(name, q.format_time(day)) for name in dates)))
    if scope.where is not None:
        parts.append(scope.where)
    if not parts:
        return None
    whole = q.and_(*parts)
    return q.or_(whole, q.eq("id", OWN_COMPANY)) if dataset.name == "Companies" else whole


def narrowed(scope: q.Node | None, where: q.Node) -> q.Node:
    """Ask for what meets both."""
    return where if scope is None else q.and_(where, scope)


def needs_full(before: Scope | None, wanted: Scope) -> bool:
    """
    Tell whether all has to be read again: other records are wanted, or columns taken back in.

    Args: before: what the table was filled with, None where that is not known.
    """
    if before is None:
        return True
    same = (before.since, before.where) == (wanted.since, wanted.where)
    return not same or bool(before.left_out - wanted.left_out)


def taken_back(mark: str) -> str:
    """Return the mark of a table whose columns were taken back in, and are still empty."""
    return f"{mark.partition('/')[0]}/{TAKEN_BACK}"


def why_full(mark: str, wanted: Scope) -> str:
    """Say why a table with this mark has to be read whole; "" where it has not."""
    records = mark.partition("/")[0]
    if records != wanted.mark.partition("/")[0]:
        return "Other records are wanted than the table was filled with."
    if mark.endswith(TAKEN_BACK):
        return "Columns were taken back in; their values are still to be read."
    return ""


def _shape(since: date | None, where: q.Node | None) -> dict[str, Any]:
    shape: dict[str, Any] = {}
    if since is not None:
        shape["since"] = since.isoformat()
    if where is not None:
        shape["filter"] = q.to_json(where)
    return shape


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:_MARK]
