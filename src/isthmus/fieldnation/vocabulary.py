"""The vendor's closed lists, as data: paths, statuses, events, kinds of messages."""

from typing import Final

SIGN_IN: Final = "/authentication/api/oauth/token"
REST: Final = "/api/rest/v2"
WEBHOOKS: Final = "/api/v1/webhooks"

STATUS_NAMES: Final = {
    1: "Draft",
    2: "Published",
    9: "Routed",
    3: "Assigned",
    4: "Work Done",
    5: "Approved",
    6: "Paid",
    7: "Cancelled",
}
"""
Names by id, for an order that carries the id alone. Rules go by the name.

Source: 1, 2 documented; 3, 5, 6, 7, 9 observed in the vendor's app; 4 assumed. The vendor's own
pages contradict each other; ids of Postponed and Deleted are not known.
"""

EVENTS: Final = (
    "workorder.created",
    "workorder.routed",
    "workorder.requested",
    "workorder.declined",
    "workorder.undeclined",
    "workorder.task_completed",
    "workorder.task_incomplete",
    "workorder.provider_upload",
    "workorder.message_posted",
    "workorder.custom_field_value_updated",
    "workorder.schedule_updated",
    "workorder.tag_added",
    "workorder.tag_removed",
    "workorder.part_updated",
    "workorder.problem_reported",
    "workorder.problem_resolved",
    "workorder.status.draft",
    "workorder.status.routed",
    "workorder.status.published",
    "workorder.status.confirmed",
    "workorder.status.assigned",
    "workorder.status.assigned_cancelled",
    "workorder.status.at_risk",
    "workorder.status.delayed",
    "workorder.status.on_my_way",
    "workorder.status.checked_in",
    "workorder.status.checked_out",
    "workorder.status.work_done",
    "workorder.status.approved",
    "workorder.status.paid",
    "workorder.status.cancelled",
    "workorder.status.deleted",
    "workorder.status.postponed",
)
"""All 33 events a webhook can subscribe to. Source: webhooks v3 description, documented."""

LISTS: Final = (
    "workorders_all",
    "workorders_draft",
    "workorders_published_routed",
    "workorders_assigned",
    "workorders_in_flight",
    "workorders_problem",
    "workorders_work_done",
    "workorders_approved",
)
"""The named lists of work orders. Source: developer guide of 2026."""

COLUMNS: Final = (
    "id",
    "title",
    "status",
    "schedule",
    "location",
    "assignee",
    "client",
    "project",
    "manager",
    "types_of_work",
    "pay",
    "custom_fields",
    "milestones",
    "incident_id",
)
"""What a listing asks for unless told otherwise: without columns rows are stubs (observed)."""

NEVER_SHOWN: Final = frozenset(
    {
        "auto_dispatch_rule",
        "defaultTemplateId",
        "ignore_template",
        "isUniversalTemplate",
        "qualificationsEnabled",
        "require_ontime",
        "service_contract",
        "smart_audit_rule_id",
        "team",
    }
)
"""
Keys that may be written to a work order and are in no answer.

Source: create keys without counterpart in the work order of the published description.
"""
