"""Load a generated tenant into an empty store, fast."""

from __future__ import annotations

import gc
from bisect import bisect_left
from contextlib import ExitStack
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from isthmus_sim.autotask.store.load_helper import helper_for, undisturbed
from isthmus_sim.autotask.store.rendered import WIDTH, Rendered
from isthmus_sim.autotask.store.state import quoted
from isthmus_sim.autotask.tenant.seed import generate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isthmus_sim.autotask.store.load_helper import Helper
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.tenant.shapes import Tenant, TenantPlan

CHUNK = 20_000
_NULL = float("nan")
WIDE = 40
TOO_WIDE = 150


def load_plan(state: State, plan: TenantPlan) -> None:
    """Generate a tenant and store it; a large one on two cores."""
    with ExitStack() as stack:
        with undisturbed():
            helper = helper_for(plan, state.path)
            if helper is not None:
                stack.callback(helper.close)
        load(state, generate(plan), helper)


def load(state: State, tenant: Tenant, helper: Helper | None = None) -> None:
    """Store every table of the tenant and say so last, so that half a tenant is never taken."""
    state.clear_rows()
    gc.disable()
    try:
        with state.transaction():
            define(state, tenant)
            for part in tenant.parts:
                if helper is None or part.collection != helper.collection:
                    load_table(state, part.collection, part.columns, part.rows())
            if helper is not None:
                _render_rest(state, tenant, helper)
        if helper is not None:
            _take(state, tenant, helper)
        state.meta_set("tenant", tenant.summary)
    finally:
        gc.enable()


def define(state: State, tenant: Tenant) -> None:
    """Store picklists and user-defined fields."""
    for (collection, field), entries in tenant.picklists.items():
        state.set_picklist(collection, field, entries)
    for collection, definitions in tenant.udfs.items():
        for definition in definitions:
            state.define_udf(collection, definition)


def _render_rest(state: State, tenant: Tenant, helper: Helper) -> None:
    """Render the records that the helper leaves to this process."""
    part = next(p for p in tenant.parts if p.collection == helper.collection)
    if part.rows_from is None:
        raise LookupError(f"the rows of {part.collection} cannot be made from an id on")
    state.table(part.collection)
    state.mark_live(part.collection, part.columns)
    kept = _Kept(state, part.collection, part.columns)
    rows = part.rows_from(helper.edge)
    while chunk := list(islice(rows, CHUNK)):
        kept.add(chunk)
    kept.flush()


def _take(state: State, tenant: Tenant, helper: Helper) -> None:
    """Copy the helper's table, page by page as SQLite does for tables that are alike."""
    part = next(p for p in tenant.parts if p.collection == helper.collection)
    if not helper.finish():
        with state.transaction():
            state.db.execute("DELETE FROM _rendered WHERE collection = ?", (part.collection,))
            load_table(state, part.collection, part.columns, part.rows())
        return
    table = state.table(part.collection)
    make_indexes(state, part.collection)
    state.db.execute("ATTACH ? AS helper", (str(helper.path),))
    with state.transaction():
        for name in (table, "_rendered"):
            state.db.execute(f"INSERT INTO main.{name} SELECT * FROM helper.{name}")
    state.db.execute("DETACH helper")
    Rendered(state).watch(part.collection)


def load_table(
    state: State,
    collection: str,
    columns: tuple[str, ...],
    rows: Iterator[tuple[Any, ...]],
    render_below: int | None = None,
) -> None:
    """Store the rows of one collection, its rendered records (up to an id) and its indexes."""
    table = state.table(collection)
    state.mark_live(collection, columns)
    names = ", ".join(state.column(collection, key) for key in columns)
    insert = f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    kept = _Kept(state, collection, columns)
    at_id = columns.index("id") if render_below is not None else 0
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        state.db.executemany(insert, map(_bindable, chunk))
        kept.add(chunk if render_below is None else [r for r in chunk if r[at_id] < render_below])
    kept.finish()
    make_indexes(state, collection)


def _bindable(row: tuple[Any, ...]) -> list[Any]:
    """Write None as NaN, which SQLite stores as null: to bind a None takes ten times as long."""
    return [_NULL if value is None else value for value in row]


class _Kept:
    """
    Renders wide rows while they are at hand, which is half the work of reading them back.

    Only where it pays: a wide collection, and not hundreds of user-defined fields.
    """

    def __init__(self, state: State, collection: str, columns: tuple[str, ...]) -> None:
        wide = WIDE <= len(state.keys(collection)) <= TOO_WIDE
        self._rendered = Rendered(state) if wide and "id" in columns else None
        self._collection = collection
        self._rest: list[tuple[Any, ...]] = []
        if self._rendered is not None:
            self._renderer = self._rendered.renderer(collection)
            self._order = itemgetter(*(columns.index(key) for key in self._renderer.keys))

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Keep the records of all chunks of ids that are whole by now."""
        if self._rendered is None or not rows:
            return
        ready = self._rest + list(map(self._order, rows))
        edge = ready[-1][0] // WIDTH * WIDTH
        whole = bisect_left(ready, edge, key=itemgetter(0))
        self._rest = ready[whole:]
        self._rendered.keep(self._collection, self._renderer, ready[:whole])

    def flush(self) -> None:
        """Keep the rest."""
        if self._rendered is not None:
            self._rendered.keep(self._collection, self._renderer, self._rest)
            self._rest = []

    def finish(self) -> None:
        """Keep the rest, and from now on forget what is written."""
        self.flush()
        if self._rendered is not None:
            self._rendered.watch(self._collection)


def make_indexes(state: State, collection: str) -> None:
    """Index the parent's id, the ticket's id and the change and creation times, where present."""
    entity = state.catalog[collection]
    wanted = [*entity.modified_fields, entity.created_field]
    if entity.parent is not None:
        wanted.append(entity.parent.field)
    wanted += [f.name for f in entity.fields if f.reference == "Tickets" != collection]
    for name in wanted:
        if name and name != "id":
            index = quoted(f"{collection}:{name}")
            state.db.execute(
                f"CREATE INDEX IF NOT EXISTS {index} ON {quoted(collection)} ({quoted(name)})"
            )
