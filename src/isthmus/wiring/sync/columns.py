"""The columns of a dataset's table, there or to come, and which of them are left out."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from isthmus.sync.catalog import Dataset
from isthmus.sync.rules.schema import plan_shape
from isthmus.sync.titles import words_of
from isthmus.warehouse.ports import Column, Origin, WarehouseBusy
from isthmus.wiring.build import House
from isthmus.wiring.sync.choices import ChoiceWrong, choice_of, dataset_found
from isthmus.wiring.tables.warehouse import NothingHeld
from isthmus.wiring.vendors import waiting


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """
    One column of a dataset's table, there or to come.

    `label` is the name in words. `source` is Autotask's name of the field, which `left_out` lists;
    "" for what is taken over from another table. `why_not` says why it cannot be left out.
    """

    name: str
    label: str
    type: str
    origin: str
    source: str
    is_left_out: bool
    why_not: str = ""


def columns_of(house: House, name: str) -> tuple[ColumnChoice, ...]:
    """
    Return the columns of a dataset's table, in order, those left out among them.

    Before there is a table Autotask is asked what there would be: two calls. Blocks; not in an
    event loop. Raises: ChoiceWrong, NotConnected, and the client's errors.
    """
    dataset = dataset_found(name)
    left_out = {one.lower() for one in choice_of(house, dataset.name).left_out}
    columns = _held_columns(house, dataset.name)
    if not columns:
        columns = waiting.run(_columns_to_come(house, dataset))
    keys = {c.name.lower() for c in columns if c.source.lower() in left_out}
    shown = []
    for column in columns:
        key = "" if column.lookup is None else column.lookup.key.lower()
        is_out = column.source.lower() in left_out or key in keys
        if column.is_live or is_out:
            shown.append(_column_choice(dataset, column, is_left_out=is_out))
    return tuple(shown)


def has_table(house: House, name: str) -> bool:
    """Tell whether the columns of a dataset are known without asking Autotask. Blocks."""
    return bool(_held_columns(house, name))


def _held_columns(house: House, name: str) -> Sequence[Column]:
    try:
        with house.readers.reader() as reader:
            tables = reader.describe()
    except (NothingHeld, WarehouseBusy):
        return ()
    return next((table.columns for table in tables if table.dataset == name), ())


async def _columns_to_come(house: House, dataset: Dataset) -> Sequence[Column]:
    async with house.autotask(patient=False) as client:
        fields = await client.fields(dataset.name)
        udfs = await client.user_defined_fields(dataset.name)
    return plan_shape(dataset, fields, udfs).columns


def _column_choice(dataset: Dataset, column: Column, *, is_left_out: bool) -> ColumnChoice:
    is_udf = column.origin in {Origin.UDF, Origin.UDF_LABEL, Origin.UDF_CODE}
    label = column.source if is_udf else words_of(column.name)
    return ColumnChoice(
        column.name,
        label,
        str(column.type),
        str(column.origin),
        column.source,
        is_left_out,
        _why_not(dataset, column),
    )


def _why_not(dataset: Dataset, column: Column) -> str:
    if column.lookup is not None:
        return f"it is taken over by {column.lookup.key}; leave that out"
    source = column.source.lower()
    if source == "id":
        return "rows are told apart by it"
    if source in {name.lower() for name in dataset.change_fields}:
        return "it tells what has changed"
    if dataset.created_field is not None and source == dataset.created_field.lower():
        return "it tells what is new"
    return ""


def fields_meant(house: House, dataset: Dataset, names: Sequence[str]) -> tuple[str, ...]:
    """Return the fields meant by names of fields or columns. Raises: ChoiceWrong."""
    columns = columns_of(house, dataset.name)
    by_name = {one.name.lower(): one for one in columns}
    by_source = {one.source.lower(): one for one in columns if one.source}
    found: dict[str, None] = {}
    for name in names:
        column = by_source.get(name.strip().lower()) or by_name.get(name.strip().lower())
        if column is None:
            close = difflib.get_close_matches(name.lower(), [*by_name, *by_source], n=3)
            near = [(by_name.get(one) or by_source[one]).name for one in close]
            raise ChoiceWrong(
                f'{dataset.name} has no column "{name}".',
                where="the columns to be left out",
                remedy=f"Did you mean {' or '.join(dict.fromkeys(near))}?"
                if near
                else f"isthmus dataset show {dataset.name} lists them.",
            )
        if column.why_not:
            raise ChoiceWrong(
                f"{column.name} cannot be left out: {column.why_not}.",
                where="the columns to be left out",
                remedy="Leave it in.",
            )
        found[column.source] = None
    return tuple(found)
