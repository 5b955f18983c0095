"""Rows in storage form to the JSON objects the vendor sends, a page at a time."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.autotask.store.state import UDF

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from isthmus_sim.autotask.store.state import State

_BOOLEANS = {None: None, 0: False, 1: True}
_REMEMBERED = 200_000
_REMEMBERED_LISTS = 1_000
UDF_KEY = "userDefinedFields"


class _Decimals(dict[Any, Any]):
    """Scaled integers to JSON numbers of four decimals; text is already a number."""

    def __missing__(self, value: Any) -> Any:
        if len(self) > _REMEMBERED:
            self.clear()
        made = orjson.Fragment(decimal_text(value).encode())
        self[value] = made
        return made


def decimal_text(value: int | str) -> str:
    """
    Write a stored decimal as the vendor sends it: four decimals.

    Source: recorded payloads (100.0000).
    """
    if isinstance(value, str):
        return value
    whole, part = divmod(abs(value), 10_000)
    return f"{'-' if value < 0 else ''}{whole}.{part:04d}"


class _UdfLists(dict[tuple[Any, ...], orjson.Fragment]):
    """Values of the user-defined fields to the JSON list of them; many rows share one."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, values: tuple[Any, ...]) -> orjson.Fragment:
        if len(self) > _REMEMBERED_LISTS:
            self.clear()
        made = orjson.Fragment(orjson.dumps(_udf_list(self._names, values)))
        self[values] = made
        return made


_DECIMALS = _Decimals({None: None})


class Renderer:
    """
    Makes records of one collection from rows selected by `columns`, in that order.

    keys: what the rows hold. names: the fields to show, all if None; those that are not among
    the keys are null, because no row ever held a value. udfs: the user-defined fields to show,
    None for no such list at all. omit_empty: leave the list out where nothing is set.
    The records are for orjson: decimals and the list of user-defined fields are fragments of it.
    """

    def __init__(
        self,
        state: State,
        collection: str,
        names: Collection[str] | None = None,
        udfs: Sequence[str] | None = None,
        *,
        omit_empty: bool = False,
    ) -> None:
        entity = state.catalog[collection]
        live = state.live_keys(collection)
        fields = [f for f in entity.fields if names is None or f.name in names]
        self.omit_empty = omit_empty
        self.udfs = udfs
        shown = [f.name for f in fields if f.name in live and f.type != "byte"]
        self.live_udfs = [name for name in udfs or () if UDF + name in live]
        self.keys = shown + [UDF + name for name in self.live_udfs]
        self.columns = ", ".join(state.column(collection, key) for key in self.keys) or "NULL"
        place = {key: number for number, key in enumerate(self.keys)}
        self._plan = [(place.get(f.name), _conversion(f.type)) for f in fields]
        self._udf_lists_made = _UdfLists(udfs or ())
        self._udf_plan = [place.get(UDF + name) for name in udfs or ()]
        self._names = tuple(f.name for f in fields) + (() if udfs is None else (UDF_KEY,))

    def records(self, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """Make one dict for orjson per row."""
        if not rows:
            return []
        held = list(zip(*rows, strict=True))
        columns: list[Iterable[Any]] = [
            repeat(None) if at is None else map(convert, held[at]) if convert else held[at]
            for at, convert in self._plan
        ]
        if self.udfs is not None:
            columns.append(self._udf_lists(held, len(rows)))
        names = self._names
        made = [
            dict(zip(names, values, strict=True))
            for values in zip(*_bounded(columns, len(rows)), strict=True)
        ]
        return [_without_empty(record) for record in made] if self.omit_empty else made

    def _udf_lists(self, held: list[tuple[Any, ...]], count: int) -> Iterable[Any]:
        names = self.udfs or ()
        if not names:
            return [[] for _ in range(count)]
        columns = [repeat(None, count) if at is None else held[at] for at in self._udf_plan]
        whole = zip(*columns, strict=True)
        if self.omit_empty:
            return [_udf_list(names, values) for values in whole]
        return map(self._udf_lists_made.__getitem__, whole)


def _udf_list(names: Sequence[str], values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]


def _bounded(columns: list[Iterable[Any]], count: int) -> list[Iterable[Any]]:
    return [repeat(None, count) if isinstance(c, repeat) else c for c in columns]


def _conversion(kind: str) -> Any:
    if kind == "boolean":
        return _BOOLEANS.__getitem__
    return _DECIMALS.__getitem__ if kind == "decimal" else None


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    if all(entry["value"] is None for entry in record.get(UDF_KEY, ())):
        record.pop(UDF_KEY, None)
    return record


def full_renderer(state: State, collection: str, *, omit_empty: bool = False) -> Renderer:
    """Make the renderer of whole records."""
    entity = state.catalog[collection]
    udfs = [d.name for d in state.udf_definitions(collection)] if entity.has_udfs else None
    return Renderer(state, collection, None, udfs, omit_empty=omit_empty)
