"""What a talent pool notes about a provider: attributes, each with a name and a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from isthmus_sim.base.reply import Reply
from isthmus_sim.fieldnation.api.paging import cursor_page
from isthmus_sim.fieldnation.base.errors import invalid, missing
from isthmus_sim.fieldnation.orders.flow import must_be_provider

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.api.asked import Asked, Handler

Doc = dict[str, Any]
KEY = "talent_pool_provider_attribute_id"


def _owner(a: Asked) -> Doc:
    """Give pool and provider of the path. Raises: Refusal: not found."""
    pool, provider = a.number("talent_pool_id"), a.number("provider_id")
    if a.world.store.look("pool", pool) is None:
        raise missing("Talent pool", pool)
    must_be_provider(a.world, provider)
    return {"pool": pool, "provider": provider}


def _own(a: Asked) -> list[Doc]:
    owner = _owner(a)
    each = a.world.store.each("pool_attribute")
    return [doc for doc in each if owner.items() <= doc.items()]


def _shown(doc: Doc) -> Doc:
    return {KEY: doc["id"], "name": doc["name"], "value": doc["value"]}


def _rows(a: Asked, *names: str) -> list[Doc]:
    rows = a.body().get("attributes")
    good = isinstance(rows, list) and all(
        isinstance(row, dict) and all(isinstance(row.get(name), str) for name in names)
        for row in rows
    )
    if not isinstance(rows, list) or not good:
        raise invalid(f"attributes takes a list of {' and '.join(names)}.", "/attributes")
    return rows


def attributes(a: Asked) -> Doc:
    """List the attributes, by cursor."""
    return cursor_page(a, [_shown(doc) for doc in _own(a)], KEY)


def add(a: Asked) -> Doc:
    """Set attributes by name; a name that is there gets the new value (assumed)."""
    owner = _owner(a)
    known = {doc["name"]: doc for doc in _own(a)}
    done = []
    for row in _rows(a, "name", "value"):
        key = a.world.token_text("pool attribute", *owner.values(), row["name"], length=32)
        doc = known.get(row["name"], {"id": key, **owner, "name": row["name"]})
        done.append({**doc, "value": row["value"]})
        a.world.store.put("pool_attribute", doc["id"], done[-1])
    return {"attributes": [_shown(doc) for doc in done]}


def change_many(a: Asked) -> Reply:
    """Set attributes by id; answers 201, as the description has it."""
    done = [_change(a, row[KEY], row["value"]) for row in _rows(a, KEY, "value")]
    return Reply(201, orjson.dumps({"attributes": done}))


def change(a: Asked) -> Doc:
    """Set one attribute by id."""
    return _change(a, a.ids["attribute_uuid"], a.text("value"))


def _change(a: Asked, key: str, value: str) -> Doc:
    doc = next((doc for doc in _own(a) if doc["id"] == key), None)
    if doc is None:
        raise missing("Attribute", key)
    a.world.store.put("pool_attribute", key, {**doc, "value": value})
    return _shown({**doc, "value": value})


def remove(a: Asked) -> Doc:
    """Remove one attribute."""
    key = a.ids["attribute_uuid"]
    if all(doc["id"] != key for doc in _own(a)):
        raise missing("Attribute", key)
    a.world.store.delete("pool_attribute", key)
    return {"success": True, "message": "Removed."}


_AT = "v2_talentPoolsByTalentPoolIdProvidersByProviderIdAttributes"
SERVED: dict[str, Handler] = {
    f"{_AT}_get": attributes,
    f"{_AT}_post": add,
    f"{_AT}_put": change_many,
    f"{_AT}ByAttributeUuid_put": change,
    f"{_AT}ByAttributeUuid_delete": remove,
}
