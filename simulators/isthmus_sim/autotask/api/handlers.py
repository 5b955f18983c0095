"""What each route answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from isthmus_sim.autotask.api import metadata, service, swagger
from isthmus_sim.autotask.base import errors
from isthmus_sim.autotask.reading.paging import Cursor, page_details, read_token
from isthmus_sim.autotask.reading.query import MOST_ROWS, Query, parse_query
from isthmus_sim.autotask.writing.attachments import is_attachment
from isthmus_sim.base.reply import Reply, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from isthmus_sim.autotask.api.routes import Route
    from isthmus_sim.autotask.api.service import Account
    from isthmus_sim.autotask.base.call import Call
    from isthmus_sim.autotask.base.limits import Limits
    from isthmus_sim.autotask.faults.faults import Faults
    from isthmus_sim.autotask.reading.reader import Reader
    from isthmus_sim.autotask.store.catalog import Entity
    from isthmus_sim.autotask.store.state import State
    from isthmus_sim.autotask.writing.attachments import Attachments
    from isthmus_sim.autotask.writing.writes import Writes
    from isthmus_sim.base.switches import Switches

ACCESS_NUMBERS = {"None": 0, "All": 1, "Restricted": 2}
_SLA_RESULTS = '"ticketID" IN (SELECT id FROM "Tickets" WHERE "serviceLevelAgreementID" = ?)'


@dataclass
class Handlers:
    """All handlers; `answer` chooses by the route's action."""

    state: State
    reader: Reader
    writes: Writes
    attachments: Attachments
    switches: Switches
    faults: Faults
    limits: Limits
    account: Account

    def __post_init__(self) -> None:
        self._actions: dict[str, Callable[[Call, Route], Reply]] = {
            "zone": self._zone,
            "threshold": lambda _call, _route: json_reply(self.limits.threshold()),
            "modules": lambda _call, _route: json_reply(service.modules()),
            "version": lambda _call, _route: json_reply(service.version()),
            "entities": self._entities,
            "info": self._info,
            "fields": self._fields,
            "udfs": self._udfs,
            "query": self._query,
            "count": self._count,
            "next": self._turn,
            "prev": self._turn,
            "list": self._list,
            "list next": self._list,
            "list prev": self._list,
            "one": self._one,
            "create": self._create,
            "update": self._update,
            "replace": self._update,
            "delete": self._delete,
            "invoice document": self._invoice_document,
        }

    def answer(self, call: Call, route: Route) -> Reply:
        """Answer a call. Raises: Refusal."""
        return self._actions[route.action](call, route)

    # About the service and its entities

    def _zone(self, call: Call, _route: Route) -> Reply:
        zone = self.faults.zone_number or self.account.zone
        prefix = self.faults.zone_prefix
        return json_reply(service.zone_information(call, self.account, zone, prefix))

    def _entities(self, _call: Call, _route: Route) -> Reply:
        infos = [self._info_of(entity) for entity in self.state.catalog]
        return json_reply({"entityDescriptions": infos})

    def _info(self, _call: Call, route: Route) -> Reply:
        return json_reply(self._info_of(_entity(route)))

    def _info_of(self, entity: Entity) -> dict[str, Any]:
        return {"info": metadata.entity_info(self.state, entity, self._access)}

    def _access(self, collection: str, verb: str) -> str | int:
        """Tell the user's level. Source: three levels documented, as 0, 1, 2 seen by one client."""
        level = "All" if verb else "None"
        if verb and self.switches["access_follows_permission"]:
            level = self.faults.access(collection, verb)
        words = self.switches["access_levels"] == "words"
        return level if words else ACCESS_NUMBERS[level]

    def _fields(self, _call: Call, route: Route) -> Reply:
        return json_reply({"fields": metadata.fields(self.state, _entity(route))})

    def _udfs(self, _call: Call, route: Route) -> Reply:
        return json_reply({"fields": metadata.udfs(self.state, _entity(route))})

    def swagger(self, call: Call) -> Reply:
        """Answer the API's description."""
        host = urlsplit(call.origin).netloc
        return json_reply(swagger.document(self.state.catalog, host, call.root))

    # Reading

    def _query(self, call: Call, route: Route) -> Reply:
        search = _search(call)
        query = self._parsed(call, route, search)
        cursor = Cursor(query.page_size)
        return self.reader.page(call, _entity(route), query, cursor, search)

    def _count(self, call: Call, route: Route) -> Reply:
        return self.reader.count(_entity(route), self._parsed(call, route, _search(call)))

    def _turn(self, call: Call, route: Route) -> Reply:
        """Answer another page. A URL born of a POST answers a GET with 405 (observed)."""
        search = _search(call)
        cursor = read_token(call.query.get("paging", ""), back=route.action == "prev")
        if call.method == "GET" and not search:
            if self.switches["get_of_post_page"] == "405":
                raise errors.wrong_verb("GET")
            return _items([], page_details(call, cursor, [], earlier=False, later=False, search=""))
        query = self._parsed(call, route, search)
        return self.reader.page(call, _entity(route), query, cursor, search)

    def _parsed(self, call: Call, route: Route, search: str | None) -> Query:
        self._may_query(route)
        return parse_query(
            self.state,
            _entity(route),
            call.body if search is None else search,
            lenient=self.faults.unknown_ops_match_all,
            empty=str(self.switches["empty_filter"]),
        )

    def _list(self, call: Call, route: Route) -> Reply:
        """Answer the rows below a parent, by pages of 500 (that they have pages is assumed)."""
        self._may_query(route)
        where, params = self._below(route)
        cursor = Cursor(MOST_ROWS)
        if route.action != "list":
            back = route.action == "list prev"
            cursor = read_token(call.query.get("paging", ""), back=back)
        query = Query(where, params, MOST_ROWS)
        return self.reader.page(call, _entity(route), query, cursor, None)

    def _one(self, call: Call, route: Route) -> Reply:
        """Answer one row. Source: `item: null` for a missing one, `items` for files: observed."""
        self._may_query(route)
        entity, row_id = _entity(route), route.row_id or 0
        where, params = self._below(route)
        record = self.reader.one(entity, row_id, where, params)
        if record is None and self.switches["missing_item"] == "404":
            raise errors.no_route(call.url)
        if not is_attachment(entity.collection):
            return json_reply({"item": record})
        found = [] if record is None else [self._with_data(entity, route, record)]
        ids = [row_id] if found else []
        details = page_details(
            call, Cursor(MOST_ROWS), ids, earlier=False, later=False, search=None
        )
        return _items(found, details)

    def _with_data(self, entity: Entity, route: Route, record: dict[str, Any]) -> dict[str, Any]:
        if route.parent is not None:
            row = self.state.get(entity.collection, route.row_id or 0) or {}
            record["data"] = self.attachments.data(entity.collection, row)
        return record

    def _below(self, route: Route) -> tuple[str, tuple[Any, ...]]:
        """Give the condition that a row hangs below the route's parent."""
        entity, parent = _entity(route), route.parent
        if parent is None or entity.parent is None:
            return "1", ()
        if entity.collection == "ServiceLevelAgreementResults":
            self.state.table("Tickets")
            return _SLA_RESULTS, (parent.id,)
        if entity.parent.field is None:
            return "0", ()
        return f"{self.state.column(entity.collection, entity.parent.field)} = ?", (parent.id,)

    def _may_query(self, route: Route) -> None:
        refusal = self.faults.refused(_entity(route).collection, "query")
        if refusal is not None:
            raise refusal

    def _invoice_document(self, call: Call, _route: Route) -> Reply:
        """Refuse: what the answers of InvoicePdf and its like look like is not known."""
        raise errors.not_simulated("/".join(call.path))

    # Writing

    def _create(self, call: Call, route: Route) -> Reply:
        entity, body = _entity(route), _body(call)
        if is_attachment(entity.collection) and route.parent is not None:
            return _written(self.attachments.create(call, entity, route.parent, body))
        return _written(self.writes.create(call, entity, route.parent, body))

    def _update(self, call: Call, route: Route) -> Reply:
        body = _body(call)
        if route.row_id is not None and isinstance(body, dict):
            body = {**body, "id": route.row_id}
        full = route.action == "replace"
        return _written(self.writes.update(call, _entity(route), route.parent, body, full=full))

    def _delete(self, call: Call, route: Route) -> Reply:
        entity, row_id = _entity(route), route.row_id or 0
        if is_attachment(entity.collection) and route.parent is not None:
            return _written(self.attachments.delete(call, entity, route.parent, row_id))
        return _written(self.writes.delete(call, entity, route.parent, row_id))


def _entity(route: Route) -> Entity:
    if route.entity is None:
        raise LookupError(f"the route {route.action} has no collection")
    return route.entity


def _search(call: Call) -> str | None:
    """Give the query of a GET; None for a POST, whose query is the body."""
    if call.method == "POST":
        return None
    return next((v for k, v in call.query.items() if k.lower() == "search"), "")


def _body(call: Call) -> Any:
    try:
        return orjson.loads(call.body)
    except orjson.JSONDecodeError as error:
        start = call.body.decode("utf-8", "replace").strip()[:1]
        raise errors.unparsable(start) from error


def _items(items: list[Any], details: dict[str, Any]) -> Reply:
    return json_reply({"items": items, "pageDetails": details})


def _written(row_id: int) -> Reply:
    """Source: 200 with itemId for every write, not 201 (Swagger; all clients)."""
    return json_reply({"itemId": row_id})
