"""Load a generated tenant into an empty store, fast."""

from __future__ import annotations

import gc
from itertools import islice
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.state import State, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isthmus_sim.autotask.tenant.shapes import Tenant

CHUNK = 20_000


def load(state: State, tenant: Tenant) -> None:
    """Store every table of the tenant and say so last, so that half a tenant is never taken."""
    gc.disable()
    try:
        with state.transaction():
            for (collection, field), entries in tenant.picklists.items():
                state.set_picklist(collection, field, entries)
            for collection, definitions in tenant.udfs.items():
                for definition in definitions:
                    state.define_udf(collection, definition)
            for collection, columns, rows in tenant.tables():
                _load_table(state, collection, columns, rows)
            state.meta_set("tenant", tenant.summary)
    finally:
        gc.enable()


def _load_table(
    state: State, collection: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]
) -> None:
    table = state.table(collection)
    state.mark_live(collection, columns)
    names = ", ".join(state.column(collection, key) for key in columns)
    insert = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        state.db.executemany(insert, chunk)
    make_indexes(state, collection)


def make_indexes(state: State, collection: str) -> None:
    """Index the parent's id and the change and creation times, where the collection has them."""
    entity = state.catalog[collection]
    wanted = [*entity.modified_fields, entity.created_field]
    if entity.parent is not None:
        wanted.append(entity.parent.field)
    for name in wanted:
        if name and name != "id":
            index = quoted(f"{collection}:{name}")
            state.db.execute(
                f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(collection)} ({quoted(name)})"
            )
