"""The webhooks API described by itself, as OpenAPI 3.1.

The shapes are facts of the vendor's description (webhooks v3, December 2025); the layout and
every word are ours. Where the vendor declares 400 only, what the simulator really answers (401,
404, 409) is declared too, so that a tester can hold it to its word.
"""

from __future__ import annotations

from typing import Any

from isthmus_sim.fieldnation.hooks.events import EVENTS

BASE = "/api/v1/webhooks"
STATUSES = ("active", "inactive", "archived")
METHODS = ("post", "put")

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "number"}
TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
FLAG: dict[str, Any] = {"type": "boolean"}
WHOLE: dict[str, Any] = {"type": "integer", "minimum": 1}


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _list_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _shape(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required)}


def _envelope(result: dict[str, Any], metadata: str = "Metadata") -> dict[str, Any]:
    return _shape({"metadata": _ref(metadata), "result": result})


def _patch(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "required"}


_EVENT_LIST = {**_list_of(_one_of(*EVENTS)), "minItems": 1, "uniqueItems": True}
_LOG = {
    "deliveryId": TEXT,
    "webhookId": TEXT,
    "eventName": TEXT,
    "deliveryStatus": NUMBER,
    "deliveryAttempt": NUMBER,
    "createdAt": TEXT,
}
_CHANGE = {"id": NUMBER, "userId": NUMBER, "action": TEXT, "changes": {"type": "object"}}
_SEND = _shape(
    {
        "events": _EVENT_LIST,
        "url": {"type": "string", "format": "uri"},
        "method": _one_of(*METHODS),
        "status": _one_of(*STATUSES),
    },
    {
        "secret": {"type": "string", "format": "uuid"},
        "notificationEmail": {"type": "string", "format": "email"},
        "isIntegrationOnly": FLAG,
        "webhookAttribute": {
            "type": "object",
            "properties": {"header": {"type": "object", "additionalProperties": TEXT}},
        },
    },
)

SCHEMAS: dict[str, Any] = {
    "Metadata": _shape({"timestamp": TIME}),
    "ListMetadata": _shape(
        {"timestamp": TIME}, {"count": NUMBER, "total": NUMBER, "query": {"type": "object"}}
    ),
    "Error": _shape(
        {
            "metadata": _shape({"timestamp": TIME, "path": TEXT}),
            "errors": _list_of(_shape({"code": NUMBER, "message": TEXT})),
            "result": {"type": "object"},
        }
    ),
    "Webhook": _shape(
        {
            "id": NUMBER,
            "webhookId": TEXT,
            "companyId": NUMBER,
            "userId": NUMBER,
            "events": _list_of(TEXT),
            "url": TEXT,
            "method": _one_of(*METHODS),
            "status": _one_of(*STATUSES),
            "secret": TEXT,
            "notificationEmail": TEXT,
            "modelProperties": _list_of(TEXT),
            "createdAt": TIME,
            "updatedAt": TIME,
        },
        {"isIntegrationOnly": FLAG, "webhookAttribute": {"type": "object"}},
    ),
    "CreateWebhook": _SEND,
    "UpdateWebhook": _patch(_SEND),
    "Event": _shape({"name": TEXT, "label": TEXT, "description": TEXT, "model": TEXT}),
    "Change": _shape({**_CHANGE, "createdAt": TIME, "updatedAt": TIME}),
    "DeliveryLog": _shape(_LOG, {"workOrderId": NUMBER}),
    "DeliveryLogDetails": _shape({**_LOG, "delivery_log": TEXT}, {"workOrderId": NUMBER}),
    "Job": _shape({"job_id": TEXT}),
}
# With `fields` a caller chooses what comes back, so no field of a listed row is sure.
for _name in ("Webhook", "Change", "DeliveryLog"):
    SCHEMAS[f"Some{_name}"] = _patch(SCHEMAS[_name])

_LISTING = {
    "sortDirection": _one_of("ASC", "DESC"),
    "page": WHOLE,
    "perPage": {**WHOLE, "maximum": 500},
    "search": TEXT,
}
_FIELDS = {"fields": _list_of(TEXT)}
_HOOK_FILTERS = {
    **_LISTING,
    "sortBy": _one_of("id", "webhookId", "updatedAt", "createdAt"),
    "fields": TEXT,
    "status": _one_of(*STATUSES),
    "webhookId": TEXT,
}
_LOG_FILTERS = {
    **_LISTING,
    **_FIELDS,
    "sortBy": _one_of(
        "deliveryId", "webhookId", "workOrderId", "eventName", "deliveryStatus", "createdAt"
    ),
    "deliveryId": TEXT,
    "webhookId": TEXT,
    "workOrderId": {"type": "integer", "minimum": 0},
    "eventName": TEXT,
    "deliveryStatus": TEXT,
}
_HISTORY_FILTERS = {
    **_LISTING,
    **_FIELDS,
    "sortBy": _one_of("updatedAt", "id", "userId", "action"),
    "userId": TEXT,
}
_ONE_HOOK = {"fields": TEXT, "webhookAttribute": TEXT}

# method, path below the base, operation, answer, query, body
_OPERATIONS: tuple[tuple[str, str, str, dict[str, Any], dict[str, Any], str | None], ...] = (
    ("get", "/events", "listEvents", _envelope(_list_of(_ref("Event")), "ListMetadata"),
     {"model": TEXT}, None),
    ("get", "", "listWebhooks", _envelope(_list_of(_ref("SomeWebhook")), "ListMetadata"),
     _HOOK_FILTERS, None),
    ("post", "", "createWebhook", _envelope(_ref("Webhook")), {}, "CreateWebhook"),
    ("get", "/delivery-logs", "listDeliveryLogs",
     _envelope(_list_of(_ref("SomeDeliveryLog")), "ListMetadata"), _LOG_FILTERS, None),
    ("get", "/delivery-logs/{deliveryId}", "getDeliveryLog",
     _envelope(_ref("DeliveryLogDetails")), {}, None),
    ("patch", "/delivery-logs/{deliveryId}/retry", "retryDelivery", _envelope(_ref("Job")),
     {}, None),
    ("get", "/{webhookId}", "getWebhook", _envelope(_ref("SomeWebhook")), _ONE_HOOK, None),
    ("put", "/{webhookId}", "updateWebhook", _envelope(_ref("Webhook")), {}, "UpdateWebhook"),
    ("delete", "/{webhookId}", "deleteWebhook", _envelope(_ref("Webhook")), {}, None),
    ("get", "/{webhookId}/history", "listHistory",
     {"anyOf": [_envelope(_list_of(_ref("SomeChange")), "ListMetadata"), _ref("Change")]},
     _HISTORY_FILTERS, None),
    ("delete", "/{webhookId}/{attributeType}/{attributeName}", "deleteAttribute",
     _envelope({"type": "object"}), {}, None),
)  # fmt: skip


def document(origin: str) -> dict[str, Any]:
    """Describe the webhooks API at one address. origin: scheme, host and port, no slash."""
    paths: dict[str, Any] = {}
    for method, path, operation, answer, query, body in _OPERATIONS:
        paths.setdefault(BASE + path, {})[method] = _operation(path, operation, answer, query, body)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Webhooks, simulated", "version": "3.0"},
        "servers": [{"url": origin}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": SCHEMAS,
        },
    }


def _operation(
    path: str, operation: str, answer: dict[str, Any], query: dict[str, Any], body: str | None
) -> dict[str, Any]:
    named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": TEXT} for name in named
    ] + [{"name": name, "in": "query", "schema": schema} for name, schema in query.items()]
    responses = {"200": _answer("Done", answer)}
    refusals = {"400": "Refused", "401": "Not signed in"}
    if named:
        refusals["404"] = "No such thing"
    if body:
        refusals["409"] = "The address has a webhook already"
    responses |= {status: _answer(text, _ref("Error")) for status, text in refusals.items()}
    described: dict[str, Any] = {"operationId": operation, "responses": responses}
    if parameters:
        described["parameters"] = parameters
    if body:
        content = {"application/json": {"schema": _ref(body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}
