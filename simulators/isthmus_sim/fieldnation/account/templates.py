"""Templates that carry defaults for new work orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_sim.fieldnation.base.times import utc_text

if TYPE_CHECKING:
    from isthmus_sim.fieldnation.store.store import Store

_PHOTOS = {"type": "picture", "group": "onsite", "label": "Photo of the finished work"}
_SIGN = {"type": "signature", "group": "onsite", "label": "Signature of the site contact"}
_NOTES = {"type": "closeoutnotes", "group": "post", "label": "Enter close out notes"}
_DESK = {"name": "Dispatch Desk", "role": "Resource coordinator", "phone": "612-555-0142",
         "ext": "", "email": "dispatch@northgate.example", "notes": "Call on arrival"}  # fmt: skip

TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "Standard Dispatch",
        "title": "On-site dispatch",
        "type_of_work": "General Networking",
        "services": ["Router"],
        "project": "Break/Fix",
        "description": "<p>Arrive in business attire. Call the desk on arrival.</p>",
        "confidential": "<p>Do not discuss rates on site.</p>",
        "pay": {"type": "fixed", "base": {"units": 1, "amount": 150}},
        "tasks": [_PHOTOS, _NOTES],
        "contacts": [_DESK],
        "custom_fields": {"Priority": "Medium"},
        "default": True,
    },
    {
        "name": "Hourly Break/Fix",
        "title": "Break/fix visit",
        "type_of_work": "Desktop and Laptop",
        "services": ["Hardware Replacement"],
        "project": "Break/Fix",
        "description": "<p>Replace the failed part and test.</p>",
        "confidential": "",
        "pay": {"type": "hourly", "base": {"units": 3, "amount": 45}},
        "tasks": [_PHOTOS, _SIGN, _NOTES],
        "contacts": [_DESK],
        "custom_fields": {"Priority": "High"},
        "default": False,
    },
    {
        "name": "Cable Run",
        "title": "Cabling",
        "type_of_work": "Cabling - Low Voltage",
        "services": ["Cat6 Run"],
        "project": "Network Rollout",
        "description": "<p>Run, terminate and label.</p>",
        "confidential": "",
        "pay": {
            "type": "blended",
            "base": {"units": 2, "amount": 120},
            "additional": {"units": 4, "amount": 50},
        },
        "tasks": [_PHOTOS],
        "contacts": [],
        "custom_fields": {},
        "default": False,
    },
)


def add_templates(store: Store) -> None:
    """Keep the templates, names turned into this environment's ids."""
    made = utc_text(store.now())
    kinds = {doc["name"]: doc["id"] for doc in store.each("type_of_work")}
    projects = {doc["name"]: doc["id"] for doc in store.each("project")}
    fields = {doc["name"]: doc["id"] for doc in store.each("custom_field")}
    for template in TEMPLATES:
        number = store.next_id("template")
        kind = kinds[template["type_of_work"]]
        services = [
            doc["id"]
            for doc in store.each("service_type")
            if doc["type_of_work_id"] == kind and doc["name"] in template["services"]
        ]
        names = ("type_of_work", "services", "project", "custom_fields")
        doc = {key: value for key, value in template.items() if key not in names}
        doc |= {
            "id": number,
            "created": made,
            "types_of_work": [{"id": kind, "isPrimary": True}],
            "service_types": services,
            "project_id": projects[template["project"]],
            "custom_fields": {str(fields[n]): v for n, v in template["custom_fields"].items()},
        }
        store.put("template", number, doc)
