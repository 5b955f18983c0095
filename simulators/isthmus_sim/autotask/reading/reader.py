"""Reads for the handlers: pages, single rows and counts, as this API user may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.reading.paging import Cursor, page_details
from isthmus_sim.autotask.store.rendered import Rendered
from isthmus_sim.autotask.store.rows import Renderer, full_renderer
from isthmus_sim.base.reply import Reply, json_reply

if TYPE_CHECKING:
    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.reading.query import Query
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.base.switches import Switches


class Reader:
    """The only way an API call sees rows; hidden and not yet replicated rows are left out."""

    def __init__(self, state: State, faults: Faults, switches: Switches) -> None:
        self._state = state
        self._faults = faults
        self._switches = switches
        self._rendered = Rendered(state)

    def page(
        self, call: Call, entity: Entity, query: Query, cursor: Cursor, search: str | None
    ) -> Reply:
        """Answer one page, ascending by id. Source: Swagger (PagingModel); order documented."""
        self._check_include(entity, query)
        ids, more = self._page_ids(entity, query, cursor)
        earlier = more if cursor.upto is not None else cursor.after is not None
        later = bool(ids) if cursor.upto is not None else more
        details = page_details(call, cursor, ids, earlier=earlier, later=later, search=search)
        body = self._records(entity, ids, query)
        return Reply(200, b'{"items":[' + body + b'],"pageDetails":' + orjson.dumps(details) + b"}")

    def count(self, entity: Entity, query: Query) -> Reply:
        """Answer how many rows match."""
        text = f"SELECT count(*) FROM {self._from(entity, query.where)}"
        return json_reply({"queryCount": self._state.sql(text, query.params)[0][0]})

    def one(
        self, entity: Entity, row_id: int, where: str = "1", params: tuple[Any, ...] = ()
    ) -> dict[str, Any] | None:
        """Give one whole record for orjson, or None."""
        renderer = full_renderer(self._state, entity.collection, omit_empty=self._omits())
        found = self._state.sql(
            f"SELECT {renderer.columns} FROM {self._from(entity, where)} AND id = ?",
            (*params, row_id),
        )
        return renderer.records(found)[0] if found else None

    def _from(self, entity: Entity, where: str) -> str:
        collection = entity.collection
        parts = [
            f"({part})"
            for part in (
                where,
                self._faults.hidden_sql(collection),
                self._faults.lag_sql(collection),
            )
            if part
        ]
        return f"{self._state.table(collection)} WHERE {' AND '.join(parts)}"

    def _page_ids(self, entity: Entity, query: Query, cursor: Cursor) -> tuple[list[int], bool]:
        size = cursor.page_size
        source = f"SELECT id FROM {self._from(entity, query.where)}"
        params = list(query.params)
        if cursor.upto is not None:
            text = f"{source} AND id <= {cursor.upto} ORDER BY id DESC LIMIT {size + 1}"
        elif cursor.after is not None:
            text = f"{source} AND id > {cursor.after} ORDER BY id LIMIT {size + 1}"
        else:
            text = f"{source} ORDER BY id LIMIT {size + 1}"
        ids = [row[0] for row in self._state.sql(text, params)]
        more = len(ids) > size
        return sorted(ids[:size]), more

    def _records(self, entity: Entity, ids: list[int], query: Query) -> bytes:
        if query.include is None and not self._omits():
            return self._rendered.records(entity.collection, ids)
        if not ids:
            return b""
        renderer = self._renderer(entity, query)
        found = self._state.sql(
            f"SELECT {renderer.columns} FROM {self._state.table(entity.collection)} "
            f"WHERE id IN ({','.join(map(str, ids))}) ORDER BY id"
        )
        return orjson.dumps(renderer.records(found))[1:-1]

    def _renderer(self, entity: Entity, query: Query) -> Renderer:
        if query.include is None:
            return full_renderer(self._state, entity.collection, omit_empty=True)
        return Renderer(self._state, entity.collection, query.include, query.include_udfs)

    def _omits(self) -> bool:
        return bool(self._switches["empty_udfs"] == "omit")

    def _check_include(self, entity: Entity, query: Query) -> None:
        """Source: vendor page on query features: above 500 results the id must be included."""
        if query.include is None or "id" in query.include:
            return
        text = f"SELECT id FROM {self._from(entity, query.where)} LIMIT 501"
        if len(self._state.sql(text, query.params)) > 500:
            raise errors.invalid_query(
                "IncludeFields must contain id when a query has more than 500 results."
            )
