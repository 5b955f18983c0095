"""Job status and site revisits, as the vendor shows them."""

from __future__ import annotations

from isthmus_sim.fieldnation.view.shapes import Doc, Sight, person


def site_revisit(s: Sight) -> Doc:
    """Give the short form of job status and revisits."""
    count = len(s.order["revisits"])
    shown = {"job_status": s.order["job_status"], "revisit_count": count, "is_revisit": count > 0}
    reason = s.world.store.look("revisit_reason", s.order.get("job_reason_id") or 0)
    if reason is not None:
        named = {"reason_id": reason["id"], "reason_name": reason["name"]}
        shown["incomplete_reason"] = named
    return shown


def revisits(s: Sight) -> Doc:
    """Give the long form of job status, revisits and orders of the same incident."""
    order = s.order
    reason = s.world.store.look("revisit_reason", order.get("job_reason_id") or 0)
    job = {
        "status": order["job_status"],
        "history": [_entry(s, one) for one in order["job_history"]],
    }
    if reason is not None:
        job["reason"] = {"id": reason["id"], "label": reason["name"]}
    return {
        "revisits": [_revisit(s, one) for one in order["revisits"]],
        "job_status": job,
        "incident_id": order["incident_id"],
        "related_work_orders": _related(s),
    }


def _related(s: Sight) -> list[Doc]:
    incident = s.order["incident_id"]
    if not incident:
        return []
    return [
        {"id": other["id"], "title": other["title"]}
        for other in s.world.store.each("work_order")
        if other["incident_id"] == incident and other["id"] != s.order["id"]
    ]


def _revisit(s: Sight, one: Doc) -> Doc:
    reason = s.world.store.look("revisit_reason", one["reason_id"]) or {}
    return {
        "revisit_id": one["id"],
        "reason": {"id": one["reason_id"], "label": reason.get("name", "")},
        "is_billable": one["billable"],
        "history": [{**_entry(s, entry), "revisit_id": one["id"]} for entry in one["history"]],
    }


def _entry(s: Sight, entry: Doc) -> Doc:
    stamp = {**s.time(entry["at"]), "time_zone": s.zone}
    return {"label": entry["label"], "author": person(s.world, entry["by"]), "created_at": stamp}
