"""
What a new work order takes: paths, types, and what depends on what. A table of data.

Source: Field Nation's published description (keys, modes and types of pay); two letters for state
and country, and that a part without its mode is dropped or refused, are observed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class OrderField:
    """
    What stands at a path of a work order.

    `kind`: text, whole, number, flag, moment (UTC as the vendor writes it), date, time. `choices`:
    the only texts it takes. `listed`: the company list that holds its names. `length` is exact.
    """

    kind: str = "text"
    choices: tuple[str, ...] = ()
    listed: str = ""
    length: int = 0


def _window(end: str) -> dict[str, OrderField]:
    base = f"schedule.service_window.{end}"
    return {
        f"{base}.utc": OrderField("moment"),
        f"{base}.local.date": OrderField("date"),
        f"{base}.local.time": OrderField("time"),
    }


_FLAGS: Final = (
    "ignore_template", "require_ontime", "require_gps", "allow_counter_offers", "printable",
    "qualificationsEnabled",
)  # fmt: skip
ORDER_FIELDS: Final[Mapping[str, OrderField]] = {
    "title": OrderField(),
    "description.html": OrderField(),
    "confidential.html": OrderField(),
    "types_of_work[].id": OrderField("whole"),
    "types_of_work[].name": OrderField(listed="types_of_work"),
    "types_of_work[].isPrimary": OrderField("flag"),
    "service_types[].id": OrderField("whole"),
    **{f"{one}.id": OrderField("whole") for one in ("team", "service_contract")},
    **{
        f"{one}.{key}": OrderField("whole") if key == "id" else OrderField(listed=f"{one}s")
        for one in ("client", "project", "template", "manager")
        for key in ("id", "name")
    },
    "defaultTemplateId": OrderField("whole"),
    "location.mode": OrderField(choices=("custom", "remote", "location")),
    **{f"location.{one}": OrderField() for one in ("address1", "address2", "city", "zip")},
    "location.display_name": OrderField(),
    "location.state": OrderField(length=2),
    "location.country": OrderField(length=2),
    "location.type.id": OrderField("whole"),
    "location.saved_location.id": OrderField("whole"),
    "schedule.service_window.mode": OrderField(choices=("exact", "between", "hours")),
    **_window("start"),
    **_window("end"),
    "schedule.schedule_note": OrderField(),
    "schedule.time_zone.id": OrderField("whole"),
    "pay.type": OrderField(choices=("fixed", "hourly", "device", "blended")),
    **{f"pay.base.{one}": OrderField("number") for one in ("amount", "units")},
    **{f"pay.additional.{one}": OrderField("number") for one in ("amount", "units")},
    **dict.fromkeys(_FLAGS, OrderField("flag")),
    "incident_id": OrderField(),
    **{
        f"contacts.results[].{one}": OrderField()
        for one in ("name", "role", "phone", "ext", "email", "notes")
    },
}
# Lists of the vendor's own objects, in which nothing more is known.
OPEN: Final = ("tasks", "shipments", "equipments", "networks", "site_revisit", "auto_dispatch_rule")
CUSTOM: Final = "custom_fields"
ALWAYS: Final = "title"
# Where a part is written at all, these have to be there too; one path of each line is enough.
TOGETHER: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "location": (("location.mode",),),
    "schedule": (
        ("schedule.service_window.mode",),
        ("schedule.service_window.start.utc", "schedule.service_window.start.local.date"),
    ),
    "pay": (("pay.type",), ("pay.base.amount",)),
}
WORK_ORDER_KEYS: Final = (
    "actions", "advanced_qualifications", "allow_counter_offers", "assignee", "attachments",
    "auto_dispatch_stats", "bundle", "client", "closing_notes", "company", "confidential",
    "contacts", "correlation_id", "custom_fields", "description", "equipments", "eta", "event",
    "expenses", "holds", "href", "id", "import_id", "incident_id", "integration", "integrations",
    "is_user_declined", "location", "manager", "messages", "milestones", "networks", "pay",
    "policy_and_procedures", "printable", "problems", "progress", "project", "providers",
    "publish_stats", "qualifications", "rating", "requests", "require_gps", "require_ontime",
    "require_registered_service_companies", "routes", "schedule", "service_types",
    "service_types_new", "shipments", "signatures", "site_device", "site_revisit",
    "standard_instructions", "status", "tags", "tasks", "tasks_enabled", "team", "template",
    "time_logs", "title", "type_of_work", "types_of_work", "w2", "work_order_id", "workorder",
    "timeLog", "expense", "message",  # what an event is about, see `events.THINGS`
)  # fmt: skip
