"""The events one can subscribe to, as data.

Source: the vendor's webhooks description (OpenAPI), December 2025: the 33 names and the model.
Labels and descriptions are ours.
"""

from __future__ import annotations

MODEL = "WorkOrder"

EVENTS: dict[str, tuple[str, str]] = {  # name -> label, description
    "workorder.created": ("Created", "A work order was created."),
    "workorder.routed": ("Routed", "A work order was routed to a provider; once per provider."),
    "workorder.task_completed": ("Task completed", "A task was completed."),
    "workorder.task_incomplete": ("Task incomplete", "A task was set back to incomplete."),
    "workorder.provider_upload": ("Provider upload", "The provider uploaded a file."),
    "workorder.message_posted": ("Message posted", "A message or a reply was posted."),
    "workorder.requested": ("Requested", "A provider asked for the work order."),
    "workorder.custom_field_value_updated": (
        "Custom field value updated",
        "A custom field has a new value.",
    ),
    "workorder.declined": ("Declined", "A provider declined the work order."),
    "workorder.undeclined": ("Undeclined", "A provider took a refusal back."),
    "workorder.schedule_updated": ("Schedule updated", "The schedule was changed."),
    "workorder.tag_added": ("Tag added", "A tag was added."),
    "workorder.tag_removed": ("Tag removed", "A tag was removed."),
    "workorder.status.draft": ("Status draft", "The work order became a draft."),
    "workorder.status.routed": ("Status routed", "The work order became routed."),
    "workorder.status.published": ("Status published", "The work order became published."),
    "workorder.status.confirmed": ("Status confirmed", "The provider confirmed."),
    "workorder.status.assigned": ("Status assigned", "A provider was assigned."),
    "workorder.status.assigned_cancelled": (
        "Status assigned cancelled",
        "The assignment was taken back.",
    ),
    "workorder.status.at_risk": ("Status at risk", "The assignment is at risk."),
    "workorder.status.delayed": ("Status delayed", "The provider runs late."),
    "workorder.status.on_my_way": ("Status on my way", "The provider is on the way."),
    "workorder.status.checked_in": ("Status checked in", "The provider checked in."),
    "workorder.status.checked_out": ("Status checked out", "The provider checked out."),
    "workorder.problem_reported": ("Problem reported", "A problem was reported or reopened."),
    "workorder.problem_resolved": ("Problem resolved", "A problem was resolved."),
    "workorder.status.work_done": ("Status work done", "The provider marked the work done."),
    "workorder.status.approved": ("Status approved", "The buyer approved the work."),
    "workorder.status.paid": ("Status paid", "The work order was paid."),
    "workorder.status.cancelled": ("Status cancelled", "The work order was cancelled."),
    "workorder.status.deleted": ("Status deleted", "The work order was deleted."),
    "workorder.status.postponed": ("Status postponed", "The work order was postponed."),
    "workorder.part_updated": ("Part updated", "A part of the work order was updated."),
}
